"""Signing in over HTTP: password, second factor, and out again."""

import pytest
from tests.web.console.browsing import words_of
from tests.web.console.doors import PASSWORD, QUICK, Door, problem_on
from tests.web.console.doors import door as door
from tests.web.console.doors import house as house

from hedgerow.accounts import Stage
from hedgerow.web.console.address import client_of
from hedgerow.web.console.cookies import SESSION

SIGN_IN = "/console/sign-in"


def sign_in(browser, login, password=PASSWORD, **more):
    fields = {"login": login, "password": password, **more}
    return browser.post(SIGN_IN, fields, page=SIGN_IN)


def test_password_and_code_let_somebody_in(door: Door) -> None:
    person, app = door.with_app()
    browser = door.browser()
    answer = sign_in(browser, person.login.upper())
    assert (answer.status_code, answer.headers["location"]) == (303, f"{SIGN_IN}/second-factor")
    first = browser.cookies[SESSION]
    assert browser.get("/console/account").headers["location"] == f"{SIGN_IN}/second-factor"
    page = browser.get(f"{SIGN_IN}/second-factor")
    assert "Somebody New" in page.text
    answer = browser.post(f"{SIGN_IN}/second-factor", {"code": app.now()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    assert browser.cookies[SESSION] != first
    assert door.service.sessions.find(first) is None
    assert browser.get("/console/account").status_code == 200
    # What lets in one browser doesn't let in another.
    other = door.browser()
    sign_in(other, person.login)
    again = other.post(f"{SIGN_IN}/second-factor", {"code": app.now()})
    assert again.status_code == 422


def test_nobody_gets_further_by_a_password_alone(door: Door) -> None:
    person, _ = door.with_app("lead")
    browser = door.browser()
    sign_in(browser, person.login)
    for path in ("/", "/account", "/queue", "/help", "/people"):
        assert browser.get(f"/console{path}").headers["location"].startswith(SIGN_IN), path
    for path in ("/account/sign-out-everywhere", "/account/app", "/enrol", "/enrol/passkey/ask"):
        answer = browser.post(f"/console{path}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{SIGN_IN}/second-factor")


def test_without_a_second_factor_one_is_set_up_first(door: Door) -> None:
    person = door.somebody()
    browser = door.browser()
    assert sign_in(browser, person.login).headers["location"] == "/console/enrol"
    assert browser.get("/console/account").headers["location"] == "/console/enrol"


@pytest.mark.parametrize("who", ["wrong", "unknown", "locked", "gone", "invited", "empty"])
def test_every_refusal_is_the_same_page(door: Door, who: str) -> None:
    person, _ = door.with_app()
    login, password = person.login, "wrong"
    if who == "unknown":
        login = "nobody@example.org"
    elif who == "empty":
        login = password = ""
    elif who == "invited":
        login = door.invited()[0].login
    elif who == "gone":
        door.service.people.deactivate(person.id)
        password = PASSWORD
    elif who == "locked":
        for _ in range(QUICK.lock_after):
            sign_in(door.browser(), login, "wrong")
        password = PASSWORD
    browser = door.browser()
    answer = sign_in(browser, login, password)
    assert answer.status_code == 422
    assert SESSION not in browser.cookies
    assert problem_on(answer.text) == (
        "That didn&#39;t work. Check login and password. After several wrong tries an account is "
        "closed for a while, even to the right password: wait, or ask an administrator."
    )
    assert 'value="wrong"' not in answer.text
    assert PASSWORD not in answer.text


def test_wrong_codes_close_the_account_over_several_sessions(door: Door) -> None:
    person, app = door.with_app()
    wrong = str((int(app.now()) + 1) % 10**6).zfill(6)
    for _ in range(QUICK.lock_after):
        browser = door.browser()
        assert sign_in(browser, person.login).status_code == 303
        answer = browser.post(f"{SIGN_IN}/second-factor", {"code": wrong})
        assert answer.status_code == 422
        assert "closed for a while" in problem_on(answer.text)
    answer = browser.post(f"{SIGN_IN}/second-factor", {"code": app.now()})
    assert answer.status_code == 422
    assert sign_in(door.browser(), person.login).status_code == 422


def test_after_signing_in_comes_the_page_that_was_asked_for(door: Door) -> None:
    person, app = door.with_app()
    browser = door.browser()
    where = browser.get("/console/account?x=1").headers["location"]
    assert where == f"{SIGN_IN}?next=/console/account%3Fx%3D1"
    assert 'name="next" value="/console/account?x=1"' in browser.get(where).text
    answer = sign_in(browser, person.login, next="/console/account?x=1")
    location = answer.headers["location"]
    assert location == f"{SIGN_IN}/second-factor?next=/console/account%3Fx%3D1"
    assert 'name="next" value="/console/account?x=1"' in browser.get(location).text
    fields = {"code": app.now(), "next": "/console/account?x=1"}
    answer = browser.post(f"{SIGN_IN}/second-factor", fields)
    assert answer.headers["location"] == "/console/account?x=1"


@pytest.mark.parametrize("goal", ["https://example.com/", "//example.com", "/api", "javascript:1"])
def test_no_other_site_is_led_to(door: Door, goal: str) -> None:
    person, app = door.with_app()
    browser = door.browser()
    assert goal not in browser.get(f"{SIGN_IN}?next={goal}").text
    answer = sign_in(browser, person.login, next=goal)
    assert answer.headers["location"] == f"{SIGN_IN}/second-factor"
    answer = browser.post(f"{SIGN_IN}/second-factor", {"code": app.now(), "next": goal})
    assert answer.headers["location"] == "/console/"


def test_whoever_is_in_need_not_sign_in(door: Door) -> None:
    browser = door.signed_in(door.somebody())
    assert browser.get(SIGN_IN).headers["location"] == "/console/"
    assert browser.get(f"{SIGN_IN}/second-factor").headers["location"] == "/console/"
    assert browser.get("/console/enrol").headers["location"] == "/console/"


def test_who_signs_in_as_somebody_else_is_out_as_the_first(door: Door) -> None:
    first, second = door.somebody(), door.somebody()
    browser = door.signed_in(first)
    before = browser.cookies[SESSION]
    fields = {"login": second.login, "password": PASSWORD}
    assert browser.post(SIGN_IN, fields).status_code == 303
    assert door.service.sessions.find(before) is None
    found = door.service.sessions.find(browser.cookies[SESSION])
    assert found is not None
    assert (found.person.id, found.stage) == (second.id, Stage.ENROL)


def test_signing_out_ends_the_session_here_and_there(door: Door) -> None:
    browser = door.signed_in(door.somebody())
    token = browser.cookies[SESSION]
    answer = browser.post("/console/sign-out")
    assert answer.headers["location"] == SIGN_IN
    assert SESSION not in browser.cookies
    assert door.service.sessions.find(token) is None
    assert browser.notice(answer) == "You are signed out."


def test_signing_out_is_no_link(door: Door) -> None:
    browser = door.signed_in(door.somebody())
    assert browser.get("/console/sign-out").status_code == 405
    assert browser.get("/console/account").status_code == 200


def test_a_sign_in_from_another_site_is_not_taken(door: Door) -> None:
    """Or somebody could be signed in as whoever wants to see what they do."""
    person = door.somebody()
    browser = door.browser()
    browser.get(SIGN_IN)
    fields = {"login": person.login, "password": PASSWORD}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert browser.post(SIGN_IN, fields, headers=headers).status_code == 403
    browser.cookies.clear()
    assert browser.post(SIGN_IN, fields).status_code == 403
    assert SESSION not in browser.cookies


def test_the_pages_work_without_scripts(door: Door) -> None:
    person, _ = door.with_app()
    browser = door.browser()
    sign_in(browser, person.login)
    page = browser.get(f"{SIGN_IN}/second-factor").text
    assert 'action="/console/sign-in/second-factor"' in page
    assert "<script>" not in page
    assert "style=" not in page


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("(X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("(Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("(Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("(Macintosh; Intel Mac OS X) Version/18 Safari/605", "Safari on a Mac"),
        ("<script>", "a browser"),
        ("", "a browser"),
    ],
)
def test_of_a_browser_a_few_words_are_kept(said: str, shown: str) -> None:
    class Visit:
        class request:  # noqa: N801  # stands for an object
            headers = {"user-agent": said}  # noqa: RUF012  # stands for an object

    assert client_of(Visit()) == shown


def test_no_more_people_sign_in_at_once_than_may_wait(door: Door) -> None:
    import threading
    import time

    from hedgerow.accounts.hashing import Hashing

    person = door.somebody()
    going, entered = threading.Event(), threading.Event()
    is_right = Hashing.is_right

    def slow(self, password, hashed):
        entered.set()
        going.wait(30)
        return is_right(self, password, hashed)

    browsers = [door.browser() for _ in range(QUICK.hashes_at_once + QUICK.hashes_waiting + 2)]
    for each in browsers:
        each.get(SIGN_IN)
    statuses: list[int] = []

    def go(browser) -> None:
        fields = {"login": person.login, "password": PASSWORD}
        statuses.append(browser.post(SIGN_IN, fields).status_code)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Hashing, "is_right", slow)
        threads = [threading.Thread(target=go, args=(each,)) for each in browsers]
        for thread in threads:
            thread.start()
        until = time.monotonic() + 30
        while len(statuses) < 2:
            assert time.monotonic() < until
            time.sleep(0.01)
        assert entered.is_set()
        # Meanwhile everything else is answered, changes too.
        assert door.signed_in(person).post("/console/sign-out").status_code == 303
        assert statuses == [503, 503]
        going.set()
        for thread in threads:
            thread.join()
    assert sorted(set(statuses)) == [303, 503]
    assert statuses.count(503) == 2


def test_the_menu_is_not_shown_before_one_is_in(door: Door) -> None:
    person = door.somebody()
    browser = door.browser()
    sign_in(browser, person.login)
    for path in (SIGN_IN, "/console/enrol"):
        page = browser.get(path).text
        assert "<nav" not in page
        assert "moderator" not in words_of(page)
