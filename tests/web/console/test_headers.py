"""The headers of every answer, whoever makes it."""

import asyncio
import socket

import pytest
from tests.web.console.browsing import Browser

from hedgerow.web import ConsoleLimits, Limits
from hedgerow.web.console.headers import PREFIX
from hedgerow.web.console.static_files import static
from hedgerow.web.html.headers import COMMON, FOR_EVER, NO_STORE, Headers
from hedgerow.web.limits import Options

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


STRICT = "strict-transport-security"


def check(answer, cache=NO_STORE, strict=None):
    told = dict(answer.headers)
    assert told.get(STRICT) == strict
    assert told["content-security-policy"] == POLICY
    assert told["referrer-policy"] == "no-referrer"
    assert told["x-content-type-options"] == "nosniff"
    assert told["cross-origin-opener-policy"] == "same-origin"
    assert told["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in told["permissions-policy"]
    assert told["cache-control"] == cache
    for name, value in COMMON.items():
        assert answer.headers.get_list(name) == [value]


@pytest.mark.parametrize(
    "path", ["/console", "/console/", "/console/help", "/console/none", "/console/%ff"]
)
@pytest.mark.parametrize("who", ["lead", None])
def test_every_answer_has_them(browser, path, who):
    check(browser(who).get(path))


def test_a_refused_form_has_them(browser):
    check(browser("lead").post("/console/queue/next", headers={"Sec-Fetch-Site": "cross-site"}))


def test_a_method_that_is_none_has_them(browser):
    answer = browser("lead").request("DELETE", "/console/help")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    check(answer)


def test_what_the_gate_refuses_has_them(make_desk):
    # Nobody gets in while one request is held: a body that never ends holds it.
    desk = make_desk(web=Limits(max_requests=1))
    host, port = desk.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as held:
        held.sendall(b"POST /api/v1/match HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                     + desk.running.keys["match"].encode()
                     + b"\r\nContent-Type: image/png\r\nContent-Length: 100\r\n\r\n")  # fmt: skip
        nobody = Browser(desk.url)
        desk.running.wait_until(lambda: nobody.get("/console/help").status_code == 503)
        check(nobody.get("/console/help"))
        nobody.close()


def test_where_people_come_by_https_they_come_by_nothing_else(make_desk):
    """A proxy in front does TLS: the setting says so."""
    desk = make_desk(options=Options(public_url="https://hedgerow.example.org"))
    nobody = Browser(desk.url)
    for path in ("/console/sign-in", "/console/none", static("base.css")):
        answer = nobody.get(path, headers={"Host": "hedgerow.example.org"})
        check(answer, answer.headers["cache-control"], strict="max-age=31536000")
    check(nobody.get("/console/sign-in", headers={"Host": "localhost:8080"}))
    assert STRICT not in nobody.get("/health/live").headers
    nobody.close()


@pytest.mark.parametrize(
    ("scheme", "public_url", "host", "days", "strict"),
    [
        ("https", "", "hedgerow.example.org:8443", 365, "max-age=31536000"),
        ("https", "", "", 1, "max-age=86400"),
        ("http", "https://hedgerow.example.org", "hedgerow.example.org", 2, "max-age=172800"),
        ("http", "", "hedgerow.example.org", 365, None),
        ("http", "http://localhost:8080", "localhost:8080", 365, None),
        ("https", "", "LOCALHOST:8443", 365, None),
        ("https", "https://hedgerow.example.org", "hedgerow.example.org", 0, None),
    ],
)
def test_whether_and_for_how_long(scheme, public_url, host, days, strict):
    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": "/console/", "scheme": scheme}
    scope["headers"] = [(b"host", host.encode())] if host else []
    asyncio.run(Headers(app, PREFIX, POLICY, public_url, days)(scope, None, send))
    found = dict(sent[0]["headers"])
    assert found.get(STRICT.encode()) == (strict.encode() if strict else None)
    assert found[b"x-content-type-options"] == b"nosniff"


def test_the_days_are_a_limit_that_may_be_none():
    assert ConsoleLimits().https_days == 365
    assert ConsoleLimits(https_days=0).https_days == 0
    for wrong in ({"https_days": -1}, {"page_rows": 0}):
        with pytest.raises(ValueError, match="above 0"):
            ConsoleLimits(**wrong)


def test_nothing_outside_the_console_is_changed(desk, browser):
    assert "content-security-policy" not in browser(None).get("/health/live").headers
    assert "content-security-policy" not in browser(None).get("/consolex").headers


def test_static_files_last_under_a_path_of_their_content(browser):
    nobody = browser(None)
    answer = nobody.get(static("base.css"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    check(answer, FOR_EVER)
    assert nobody.get(static("js/keys.js")).headers["content-type"].startswith("text/javascript")


def test_an_older_page_gets_the_new_file_and_does_not_keep_it(browser):
    check(browser(None).get("/console/static/000000000000/base.css"), NO_STORE)


@pytest.mark.parametrize(
    "name", ["none.css", "../headers.py", "..%2fheaders.py", "%2fetc%2fpasswd", ""]
)
def test_nothing_else_is_a_static_file(browser, name):
    answer = browser(None).get(f"/console/static/000000000000/{name}")
    assert answer.status_code in (303, 404)
    assert "import" not in answer.text


def test_a_page_names_nothing_from_elsewhere_and_has_no_script_of_its_own(browser):
    page = browser("lead").get("/console/overview").text
    assert " style=" not in page
    assert "onclick" not in page
    assert page.count("<script") == page.count('<script type="module" src="/console/static/')
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
