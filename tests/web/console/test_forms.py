"""Forms: taken from our own pages alone, bounded, and from this very session."""

import pytest
from tests.web.console.browsing import words_of

from hedgerow.accounts import Stage
from hedgerow.web.console.cookies import SESSION
from hedgerow.web.html.forms import Form
from hedgerow.web.html.refusals import Refusal

HARMLESS = "/console/care/stop"


def test_a_form_of_ours_is_taken(browser):
    assert browser("moderator").post(HARMLESS).status_code == 303
    assert browser("moderator").post(HARMLESS, page="/console/care").status_code == 303


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "nonsense"])
def test_what_another_site_sends_is_refused(browser, site):
    answer = browser("moderator").post(HARMLESS, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert "another site" in answer.text


def test_without_the_header_the_origin_must_be_ours(desk, browser):
    moderator = browser("moderator")

    def sent(origin):
        return moderator.post(
            HARMLESS, headers={"Sec-Fetch-Site": "", "Origin": origin}
        ).status_code

    assert sent(desk.url) == 303
    for origin in (
        "https://evil.example",
        "null",
        "",
        "http://127.0.0.1",
        f"{desk.url}.evil.example",
    ):
        assert sent(origin) == 403, origin


def test_a_form_without_the_token_changes_nothing(browser):
    moderator = browser("moderator")
    for token in ("", "x", "é", moderator.token()[:-1], browser("moderator").token()):
        answer = moderator.request(
            "POST", HARMLESS, data={"form_token": token},
        )  # fmt: skip
        assert answer.status_code == 403, token
        assert "out of date" in answer.text


def test_the_token_of_nobody_is_not_somebodys(browser, desk):
    nobody = browser(None)
    nobody.get("/console/sign-in")
    token = nobody.token()
    moderator = browser("moderator")
    moderator.cookies |= nobody.cookies
    answer = moderator.request("POST", HARMLESS, data={"form_token": token})
    assert answer.status_code == 403


def test_a_body_that_is_no_form_is_refused(browser):
    moderator = browser("moderator")
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x", ""):
        answer = moderator.request("POST", HARMLESS, content="x=1", headers={"Content-Type": kind})
        assert answer.status_code == 415, kind


def test_a_form_is_bounded(browser):
    moderator = browser("moderator")
    assert moderator.post(HARMLESS, {"x": "a" * 262_144}).status_code == 413
    assert moderator.post(HARMLESS, [("x", "")] * 1_000).status_code == 400
    assert moderator.post(HARMLESS, [("x", "")] * 999).status_code == 303


def test_bytes_that_are_no_text_are_refused(browser):
    moderator = browser("moderator")
    body = f"form_token={moderator.token()}&x=%ff"
    answer = moderator.request(
        "POST",
        HARMLESS,
        content=body,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 400


def test_a_script_is_told_in_json(browser):
    answer = browser("moderator").post(
        HARMLESS, headers={"Accept": "application/json", "Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert answer.json()["title"] == "This was sent from another site"
    answer = browser(None).post(HARMLESS, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["title"]) == (401, "You are signed out")


def test_a_form_says_what_is_in_it():
    form = Form(
        [("a", " x\r\ny "), ("n", "12"), ("m", "1"), ("m", "2"), ("p", " pass ")], [("f", b"1")]
    )
    assert form.text("a") == "x\ny"
    assert form.text("none", "so") == "so"
    assert form.secret("p") == " pass "
    assert form.number("n") == 12
    assert form.number("none") is None
    assert form.many("m") == ["1", "2"]
    assert form.ticked("m")
    assert not form.ticked("none")
    assert form.file("f") == b"1"
    assert form.file("none") == b""


@pytest.mark.parametrize("text", ["x", "1.5", "٣", "1" * 19, "--1", "1 2", "²"])
def test_a_number_that_is_none_is_refused(text):
    with pytest.raises(Refusal):
        Form([("n", text)]).number("n")


def test_a_message_is_shown_once_and_only_here(browser):
    moderator = browser("moderator")
    answer = moderator.post(HARMLESS)
    assert answer.headers["location"] == "/console/care"
    stolen = dict(moderator.cookies)
    assert "Everything is back in the queue" in words_of(moderator.get("/console/care").text)
    assert "Everything is back in the queue" not in words_of(moderator.get("/console/care").text)
    other = browser("moderator")
    other.cookies |= {name: value for name, value in stolen.items() if name != SESSION}
    assert "Everything is back in the queue" not in words_of(other.get("/console/care").text)


def test_a_stage_of_signing_in_opens_no_page(desk, browser):
    for stage in (Stage.SECOND_FACTOR, Stage.ENROL):
        begun = browser(None)
        begun.cookies[SESSION] = desk.session("lead", stage)
        for method, path in (
            ("GET", "/console/help"),
            ("POST", HARMLESS),
            ("GET", "/console/none"),
        ):
            answer = begun.post(path) if method == "POST" else begun.get(path)
            assert answer.status_code == 303
            assert answer.headers["location"] in (
                "/console/sign-in/second-factor",
                "/console/enrol",
            )
