"""Every page in every language: headers, marks, titles, addresses, cookies."""

import threading

import pytest
from tests.web.help.conftest import OPTIONS
from tests.web.help.visiting import JSON, LOOKED_AT, SENT, seen

from hedgerow.store import Database
from hedgerow.web import HelpOptions
from hedgerow.web.help.catalogues import language
from hedgerow.web.help.cookies import SESSION
from hedgerow.web.help.headers import POLICY, policy_with
from hedgerow.web.help.helplines import OURS, read_helplines
from hedgerow.web.help.limits import LANGUAGES
from hedgerow.web.help.static_files import FILES
from hedgerow.web.html.headers import COMMON, NO_STORE

EVERY_PAGE = [pytest.param(one, id=one.path or "/") for one in LOOKED_AT]
EVERY_FORM = [pytest.param(one, id=one.path) for one in SENT]
OWN_FORMS = [pytest.param(one, id=one.path) for one in SENT if one.own]
EVERY_LANGUAGE = pytest.mark.parametrize("code", LANGUAGES)

TITLES = {
    "Help",
    "Help: files",
    "Help: for others",
    "Help: how it works",
    "Help: my page",
    "Help: no file",
    "Help: open a case",
    "Help: another way",
    "Help: people",
    "Help: questions",
    "Help: receipt",
    "Help: take down",
    "Help: this device",
}
"""What stands in a tab, in the history, and in the list of open windows."""

TELLING = (
    "picture", "photo", "foto", "bild", "imag", "صور", "تصوير", "फ़ोटो", "फोटो", "तस्वीर", "चित्र",
    "video", "vidéo", "vídeo", "فيديو", "वीडियो",
    "nude", "naked", "nackt", "desnud", "عار", "عري", "नग्न",
    "intim", "íntim", "حميم", "अंतरंग", "sex", "जिंस", "जنس", "यौन",
    "abus", "missbrauch", "gewalt", "violen", "عنف", "إساءة", "शोषण",
    "victim", "víctim", "opfer", "survivor", "ضحية", "पीड़ित", "revenge", "hash",
)  # fmt: skip


def check_headers(answer):
    told = answer.headers
    policy = policy_with("https://www.wikipedia.org/")
    expected = {**COMMON, "content-security-policy": policy, "cache-control": NO_STORE}
    for name, value in expected.items():
        assert told.get_list(name) == [value], name
    assert "strict-transport-security" not in told  # by plain HTTP


def test_the_headers_are_these():
    assert "default-src 'none'" in POLICY
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert COMMON["referrer-policy"] == "no-referrer"
    assert COMMON["x-content-type-options"] == "nosniff"
    assert COMMON["x-robots-tag"] == "noindex, nofollow"
    assert COMMON["cross-origin-opener-policy"] == "same-origin"
    assert COMMON["cross-origin-resource-policy"] == "same-origin"


def test_a_form_may_lead_to_the_exit_and_nowhere_else():
    def given(exit_url):
        (found,) = (each for each in policy_with(exit_url).split("; ") if "form-action" in each)
        return found

    assert given("https://www.wikipedia.org/wiki/Hedge") == (
        "form-action 'self' https://www.wikipedia.org"
    )
    assert given("http://exit.example:8080/a?b") == "form-action 'self' http://exit.example:8080"
    assert given("https://me@пример.example") == "form-action 'self' https://xn--e1afmkfd.example"


def allowed_elsewhere():
    given = HelpOptions(**OPTIONS)
    helplines = read_helplines(OURS)
    return {given.exit_url, *(one.url for one in helplines if one.url)}


def check_page(answer, code):
    check_headers(answer)
    page = seen(answer)
    here = language(code)
    assert page.html == {"lang": code, "dir": "rtl" if code == "ar" else "ltr"}
    assert page.title in {here.words.gettext(each) for each in TITLES}
    assert page.odd == []
    for tag, where in page.links:
        ours = where.startswith(("/help/", "#"))
        assert ours or (tag == "a" and (where in allowed_elsewhere() or where.startswith("tel:")))


def test_every_title_is_translated():
    for code in LANGUAGES[1:]:
        words = language(code).words
        assert all(words.gettext(title) != title for title in TITLES), code


@pytest.mark.parametrize("title", sorted(TITLES))
def test_no_title_tells_what_the_pages_are_about(title):
    for code in LANGUAGES:
        shown = language(code).words.gettext(title).casefold()
        assert not [word for word in TELLING if word in shown], (code, shown)


@EVERY_LANGUAGE
@pytest.mark.parametrize("one", EVERY_PAGE)
def test_of_nobody(visitor, one, code):
    path = f"/help/{code}{one.path}"
    answer = visitor.get(path)
    if one.own:
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/help/{code}/case?closed=1"
        check_headers(answer)
        script = visitor.get(path, headers=JSON)
        assert (script.status_code, set(script.json())) == (401, {"title", "words"})
        check_headers(script)
    else:
        assert answer.status_code == 200
        check_page(answer, code)
    head = visitor.request("HEAD", path)
    assert (head.status_code, head.content) == (answer.status_code, b"")
    check_headers(head)
    assert visitor.cookies == {}
    assert not answer.headers.get_list("set-cookie") + head.headers.get_list("set-cookie")


@pytest.mark.parametrize("code", ["en", "ar"])
@pytest.mark.parametrize("one", EVERY_PAGE)
def test_of_somebody_with_a_case_open(insider, one, code):
    what = "?all=1" if one.path == "/my-case/withdraw" else ""
    answer = insider.get(f"/help/{code}{one.path}{what}")
    if one.path == "/case":
        assert answer.headers["location"] == f"/help/{code}/my-case"
        check_headers(answer)
    else:
        assert answer.status_code == 200
        check_page(answer, code)
    assert not answer.headers.get_list("set-cookie")


@pytest.mark.parametrize("below", ["/people", "/protect/under-18"])
def test_helplines_of_each_country_and_nobody_else(visitor, below):
    countries = {each for one in read_helplines(OURS) for each in one.countries}
    for country in sorted(countries - {"*"}):
        for age in ("", "under_18", "adult"):
            answer = visitor.get(f"/help/ar{below}?country={country}&age={age}")
            check_page(answer, "ar")
            assert f'<option value="{country}" selected>' in answer.text
    odd = visitor.get(f"/help/en{below}?country=%22%3E%3Cscript%3E&age=none")
    assert odd.status_code == 200
    check_page(odd, "en")


@pytest.mark.parametrize("one", EVERY_PAGE)
def test_looking_changes_nothing(insider, one, monkeypatch):
    """A link on another site can make a browser ask for any page."""
    written, write = [], Database.write

    def noted(database):
        if threading.current_thread().name != "hedgerow-chore":
            written.append(threading.current_thread().name)
        return write(database)

    monkeypatch.setattr(Database, "write", noted)
    assert insider.get(f"/help/en{one.path}").status_code in (200, 303)
    assert written == []


class TestTheCookie:
    def test_there_is_one_while_a_case_is_open_and_it_ends_with_the_browser(self, visitor, protect):
        receipt = protect()
        wrong = {"number": receipt.number, "code": "abandon " * 6}
        assert not visitor.post("/help/en/case", wrong).headers.get_list("set-cookie")
        (told,) = visitor.enter(receipt).headers.get_list("set-cookie")
        name_and_value, *rest = told.split("; ")
        assert name_and_value.startswith(f"{SESSION}=")
        assert SESSION == "__Host-help"
        assert {each.lower() for each in rest} == {
            "httponly", "path=/", "samesite=strict", "secure"
        }  # fmt: skip

    @pytest.mark.parametrize("below", ["/my-case/leave", "/my-case/exit", "/my-case/delete"])
    def test_it_goes_with_the_case(self, insider, below):
        token = insider.cookies[SESSION]
        (told,) = insider.post(f"/help/en{below}").headers.get_list("set-cookie")
        assert "Max-Age=0" in told
        assert insider.cookies == {}
        insider.cookies[SESSION] = token
        assert insider.get("/help/en/my-case").status_code == 303  # nor does it open anything

    def test_one_of_no_case_is_taken_away(self, visitor):
        visitor.cookies[SESSION] = "x" * 43
        answer = visitor.get("/help/en/how")
        assert answer.status_code == 200
        assert "Max-Age=0" in answer.headers["set-cookie"]

    def test_it_is_renewed_nowhere(self, insider):
        for one in LOOKED_AT:
            assert "set-cookie" not in insider.get(f"/help/en{one.path}").headers


class TestWhatIsSent:
    @pytest.mark.parametrize("one", OWN_FORMS)
    def test_nobody_is_led_to_where_cases_are_opened(self, visitor, one):
        answer = visitor.post(f"/help/ar{one.path}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/help/ar/case?closed=1")
        check_headers(answer)
        assert visitor.post(f"/help/ar{one.path}", headers=JSON).status_code == 401

    @pytest.mark.parametrize("one", EVERY_FORM)
    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": "https://elsewhere.example"},
            {"Sec-Fetch-Site": "", "Origin": "https://elsewhere.example"},
            {"Sec-Fetch-Site": "", "Origin": "http://127.0.0.1:1"},
        ],
    )
    def test_another_site_sends_nothing(self, insider, one, headers):
        answer = insider.post(f"/help/de{one.path}", headers=headers)
        assert answer.status_code == 403
        check_page(answer, "de")
        assert insider.get("/help/de/my-case").status_code == 200  # and nothing was done

    @pytest.mark.parametrize("one", OWN_FORMS)
    @pytest.mark.parametrize("token", ["", "x" * 43, "another's", "ü"])
    def test_a_case_takes_no_form_of_another_session(
        self, insider, visit, server, protect, one, token
    ):
        if token == "another's":
            other = visit(server)
            other.enter(protect())
            token = other.token()
        insider.token = lambda page=None: token
        if one.takes == "json":
            answer = insider.send(one.path, {}, **{"X-Form-Token": token.encode()})
        else:
            answer = insider.post(f"/help/en{one.path}")
        assert answer.status_code == 403
        check_headers(answer)
        assert insider.get("/help/en/my-case").status_code == 200


class TestNotHere:
    @EVERY_LANGUAGE
    @pytest.mark.parametrize("below", ["/none", "/my-case/none", "/protect/under-18/x", "/%ff"])
    def test_a_path_that_leads_nowhere_is_told_in_its_language(self, visitor, code, below):
        answer = visitor.get(f"/help/{code}{below}", headers={"Accept-Language": "fr"})
        assert answer.status_code == 404
        check_page(answer, code)
        assert language(code).words.gettext("This page is not here") in answer.text

    @pytest.mark.parametrize("path", ["xx", "xx/people", "it/case", "..%2fconsole", "en%00"])
    def test_another_language_is_told_in_the_one_that_the_browser_asks_for(self, visitor, path):
        answer = visitor.get(f"/help/{path}", headers={"Accept-Language": "es-MX,en;q=0.5"})
        assert answer.status_code == 404
        check_page(answer, "es")

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
    def test_another_method_leads_nowhere(self, visitor, method):
        answer = visitor.request(method, "/help/en/people")
        assert answer.status_code == 404
        check_headers(answer)

    @pytest.mark.parametrize("one", EVERY_FORM)
    def test_what_is_only_sent_is_no_page_to_look_at(self, insider, one):
        looked_at = {each.path for each in LOOKED_AT}
        answer = insider.get(f"/help/en{one.path}")
        assert (answer.status_code == 404) == (one.path not in looked_at)


def test_static_files_stay_in_no_browser_and_are_nothing_else(visitor):
    answer = visitor.get(FILES.path("help.css"))
    assert answer.status_code == 200
    check_headers(answer)
    for name in ("none.css", "..%2fdoor.py", "%2fetc%2fpasswd", ""):
        other = visitor.get(f"/help/static/0/{name}")
        assert other.status_code == 404
        check_headers(other)
