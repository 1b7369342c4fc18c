"""One's own account over HTTP: password, app, sessions."""

import re

import pyotp
import pytest
from tests.web.console.browsing import words_of
from tests.web.console.doors import PASSWORD, Door, long_ago, problem_on
from tests.web.console.doors import door as door
from tests.web.console.doors import house as house
from tests.web.console.test_auth_joining import secret_on

from hedgerow.accounts import SignInRefused
from hedgerow.web.console.cookies import SESSION

NEW = "frost on the garden gate"


def test_the_page_says_how_one_signs_in(door: Door) -> None:
    person, _ = door.with_app("lead", "analyst")
    page = words_of(door.signed_in(person).get("/console/account").text)
    assert person.login in page
    assert "analyst, lead" in page
    assert "only second step can't be removed" in page
    assert "this one" in page


def test_a_password_is_changed_and_other_browsers_are_out(door: Door) -> None:
    person, _ = door.with_app()
    here, there = door.signed_in(person), door.signed_in(person)
    fields = {"old": PASSWORD, "password": NEW, "again": NEW}
    answer = here.post("/console/account/password", fields)
    assert "signed out everywhere but here" in here.notice(answer)
    assert there.get("/console/account").status_code == 303
    assert door.service.passwords.check(person.login, NEW).id == person.id
    with pytest.raises(SignInRefused):
        door.service.passwords.check(person.login, PASSWORD)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"old": "wrong"}, "That didn&#39;t work"),
        ({"old": ""}, "That didn&#39;t work"),
        ({"again": NEW + "x"}, "passwords differ"),
        ({"password": "short", "again": "short"}, "12 characters at least"),
    ],
)
def test_a_password_that_is_not_changed(door: Door, changed: dict, told: str) -> None:
    person = door.somebody()
    browser = door.signed_in(person)
    fields = {"old": PASSWORD, "password": NEW, "again": NEW} | changed
    answer = browser.post("/console/account/password", fields)
    assert answer.status_code == 422
    assert told in problem_on(answer.text)
    assert NEW not in answer.text
    assert door.service.passwords.check(person.login, PASSWORD).id == person.id


def test_an_app_is_replaced(door: Door) -> None:
    person, old = door.with_app()
    browser, there = door.signed_in(person), door.signed_in(person)
    assert "Show a secret for the app" in browser.get("/console/account/app").text
    begun = browser.post("/console/account/app/begin", page="/console/account")
    secret = secret_on(browser.get(begun.headers["location"]).text)
    wrong = browser.post("/console/account/app", {"code": "000"})
    assert wrong.status_code == 422
    assert secret_on(wrong.text) == secret
    door.service.accounts.codes.check(person.id, old.now())
    answer = browser.post("/console/account/app", {"code": pyotp.TOTP(secret).now()})
    told = browser.notice(answer)
    assert "its codes count" in told
    assert "signed out everywhere but here" in told
    assert "Show a secret for the app" in browser.get("/console/account/app").text
    assert there.get("/console/account").status_code == 303


def test_the_only_app_stays(door: Door) -> None:
    person, _ = door.with_app()
    browser = door.signed_in(person)
    answer = browser.post("/console/account/app/remove")
    assert answer.status_code == 422
    assert "only second factor" in problem_on(answer.text)
    assert door.service.people.get(person.id).has_totp


def test_second_factors_are_changed_shortly_after_signing_in_alone(door: Door) -> None:
    """Whoever finds a browser open must not be able to make themselves at home."""
    person, _ = door.with_app()
    browser = door.signed_in(person)
    long_ago(door, browser)
    page = browser.get("/console/account").text
    assert "within 15 minutes of signing in" in page
    assert "/account/app" not in page
    for path in (
        "/app",
        "/app/begin",
        "/app/remove",
        "/passkeys/ask",
        "/passkeys",
        "/passkeys/1/remove",
    ):
        refused = browser.post(f"/console/account{path}")
        assert refused.status_code == 403, path
        assert "Sign in once more first" in words_of(refused.text)
    assert browser.get("/console/account/app").status_code == 403
    answer = browser.post("/console/account/again")
    assert answer.headers["location"] == "/console/sign-in?next=/console/account"
    assert SESSION not in browser.cookies


def test_browsers_are_signed_out_from_afar(door: Door) -> None:
    person = door.somebody()
    here, there, elsewhere = (door.signed_in(person) for _ in range(3))
    others = re.findall(r"/account/sessions/(\d+)/end", here.get("/console/account").text)
    assert len(others) == 2
    mine = door.service.sessions.find(there.cookies[SESSION])
    assert mine is not None
    assert str(mine.id) in others
    here.post(f"/console/account/sessions/{mine.id}/end")
    assert there.get("/console/account").status_code == 303
    assert elsewhere.get("/console/account").status_code == 200
    answer = elsewhere.post("/console/account/sign-out-everywhere")
    assert answer.headers["location"] == "/console/sign-in"
    assert here.get("/console/account").status_code == 303


def test_nobody_ends_somebody_elses_session(door: Door) -> None:
    victim = door.signed_in(door.somebody())
    theirs = door.service.sessions.find(victim.cookies[SESSION])
    assert theirs is not None
    browser = door.signed_in(door.somebody("administrator"))
    browser.post(f"/console/account/sessions/{theirs.id}/end")
    assert victim.get("/console/account").status_code == 200
