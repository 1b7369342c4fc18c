"""Coming in by a link, over HTTP: the first administrator, invited people, the second factor."""

import re

import cv2
import numpy as np
import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.accounts.openid.coming import come
from tests.web.console.browsing import Browser, words_of
from tests.web.console.doors import PASSWORD, QUICK, Door, problem_on
from tests.web.console.doors import door as door
from tests.web.console.doors import house as house
from tests.web.running import plan_for, running

from hedgerow.accounts import SecondFactorRefused, Stage
from hedgerow.web.console.cookies import SESSION
from hedgerow.web.console.qr import qr_of

CHOSEN = {"password": PASSWORD, "again": PASSWORD}


def secret_on(page: str) -> str:
    found = re.search(r'<dd class="secret">([A-Z2-7 ]+)</dd>', page)
    assert found
    return found[1].replace(" ", "")


def test_the_first_administrator_is_made_by_a_link(database_url, tmp_path) -> None:
    with running(plan_for(tmp_path, database_url, accounts=QUICK)) as server:
        door = Door(server, provider=None)
        token = server.service.people.setup_link_token()
        path = f"/console/set-up/{token}"
        browser = door.browser()
        assert "You are the first" in browser.get(path).text
        fields = {"name": "Ada", "login": "Ada@example.org", **CHOSEN}
        answer = browser.post(path, fields)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/enrol")
        secret = secret_on(browser.get("/console/enrol").text)
        answer = browser.post("/console/enrol", {"code": pyotp.TOTP(secret).now()})
        assert answer.headers["location"] == "/console/"
        assert browser.get("/console/people").status_code == 200
        assert browser.get("/console/queue").status_code == 403
        other = door.browser()
        for asked in (other.get(path), other.post(path, fields, page="/console/sign-in")):
            assert asked.status_code == 410
            assert "used up" in words_of(asked.text)
        assert [each.login for each in server.service.people.list()] == ["ada@example.org"]
        for each in door.opened:
            each.close()


def test_somebody_invited_comes_in(door: Door) -> None:
    person, token = door.invited("lead", "analyst")
    path = f"/console/invitation/{token}"
    browser = door.browser()
    page = words_of(browser.get(path).text)
    assert "Welcome, Somebody New" in page
    assert person.login in page
    assert "analyst, lead" in page
    answer = browser.post(path, CHOSEN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/enrol")
    found = door.service.sessions.find(browser.cookies[SESSION])
    assert found is not None
    assert (found.person.id, found.stage) == (person.id, Stage.ENROL)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"again": PASSWORD + "x"}, "two passwords differ"),
        ({"password": "short", "again": "short"}, "12 characters at least"),
        ({"password": "password12345", "again": "password12345"}, "any people use"),
        ({"password": "", "again": ""}, "12 characters at least"),
    ],
)
def test_what_is_wrong_with_a_password_is_told(door: Door, changed: dict, told: str) -> None:
    _, token = door.invited()
    browser = door.browser()
    path = f"/console/invitation/{token}"
    answer = browser.post(path, CHOSEN | changed, page=path)
    assert answer.status_code == 422
    assert told in problem_on(answer.text)
    assert all(not value or f'value="{value}"' not in answer.text for value in changed.values())
    assert browser.post(path, CHOSEN).status_code == 303


def test_a_link_counts_once_and_for_its_own_kind(door: Door) -> None:
    _, token = door.invited()
    browser = door.browser()
    browser.get("/console/sign-in")
    for path in (f"/console/set-up/{token}", "/console/invitation/none", "/console/set-up/none"):
        assert browser.get(path).status_code == 410
        assert browser.post(path, CHOSEN).status_code == 410
    path = f"/console/invitation/{token}"
    assert browser.post(path, CHOSEN).status_code == 303
    assert browser.get(path).status_code == 410


def test_a_link_of_somebody_deactivated_is_used_up(door: Door) -> None:
    person, token = door.invited()
    door.service.people.deactivate(person.id)
    assert door.browser().get(f"/console/invitation/{token}").status_code == 410


def test_who_is_in_already_is_told_that_they_will_be_out(door: Door) -> None:
    _, token = door.invited()
    browser = door.signed_in(door.somebody())
    before = browser.cookies[SESSION]
    path = f"/console/invitation/{token}"
    assert "Going on signs you out" in words_of(browser.get(path).text)
    assert browser.post(path, CHOSEN).status_code == 303
    assert door.service.sessions.find(before) is None


def test_a_code_finishes_the_enrolment(door: Door) -> None:
    person = door.somebody("analyst")
    browser = door.signed_in(person, Stage.ENROL)
    assert "Show a secret for the app" in browser.get("/console/enrol").text
    begun = browser.post("/console/enrol/begin", {"next": "/console/account"})
    assert begun.headers["location"] == "/console/enrol?next=/console/account"
    page = browser.get("/console/enrol?next=/console/account").text
    secret = secret_on(page)
    assert secret_on(browser.get("/console/enrol").text) == secret
    wrong = browser.post("/console/enrol", {"code": "12"})
    assert wrong.status_code == 422
    assert secret_on(wrong.text) == secret
    assert not door.service.people.get(person.id).has_totp
    before = browser.cookies[SESSION]
    fields = {"code": pyotp.TOTP(secret).now(), "next": "/console/account"}
    answer = browser.post("/console/enrol", fields)
    assert answer.headers["location"] == "/console/account"
    assert browser.cookies[SESSION] != before
    assert door.service.people.get(person.id).has_totp
    assert browser.get("/console/account").status_code == 200


def test_a_secret_that_another_sign_in_was_shown_is_not_ones_own(door: Door) -> None:
    """Who has the password alone reads it and goes; then the owner sets up their app."""
    person = door.somebody()

    def entered() -> tuple[Browser, str]:
        browser = door.browser()
        browser.get("/console/sign-in")
        fields = {"login": person.login, "password": PASSWORD}
        assert browser.post("/console/sign-in", fields).headers["location"] == "/console/enrol"
        return browser, secret_on(browser.get("/console/enrol").text)

    thief, read = entered()
    owner, own = entered()
    assert own != read
    assert own not in thief.get("/console/enrol").text
    for secret in (read, own):
        refused = thief.post("/console/enrol", {"code": pyotp.TOTP(secret).now()})
        assert refused.status_code == 422
    assert secret_on(owner.get("/console/enrol").text) == own
    answer = owner.post("/console/enrol", {"code": pyotp.TOTP(own).now()})
    assert answer.headers["location"] == "/console/"
    # And what the first one has is no code of theirs.
    with pytest.raises(SecondFactorRefused):
        door.service.accounts.codes.check(person.id, pyotp.TOTP(read).now())


def test_who_has_a_second_factor_cannot_enrol_another_without_showing_it(door: Door) -> None:
    """Or a password alone would be enough after all."""
    person, _ = door.with_app()
    browser = door.signed_in(person, Stage.SECOND_FACTOR)
    for method, path in [
        ("GET", "/enrol"), ("POST", "/enrol"), ("POST", "/enrol/passkey/ask"),
        ("POST", "/enrol/passkey"), ("POST", "/enrol/begin"),
    ]:  # fmt: skip
        answer = (
            browser.post(f"/console{path}") if method == "POST" else browser.get(f"/console{path}")
        )
        assert answer.headers["location"] == "/console/sign-in/second-factor"


def test_the_drawing_of_a_secret_can_be_scanned(door: Door) -> None:
    person = door.somebody()
    browser = door.signed_in(person, Stage.ENROL)
    browser.post("/console/enrol/begin")
    page = browser.get("/console/enrol").text
    drawn = re.search(
        r'class="qr" viewBox="0 0 (\d+) \1"[^>]*>.*?<path d="([^"]+)"', page, re.DOTALL
    )
    assert drawn
    read = scanned(int(drawn[1]), drawn[2])
    assert read == pyotp.TOTP(secret_on(page)).provisioning_uri(
        name=person.login, issuer_name="Hedgerow"
    )


def scanned(size: int, path: str) -> str:
    """What OpenCV reads from a drawing."""
    picture = np.full((size, size), 255, np.uint8)
    for x, y, length, again in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path):
        assert length == again
        picture[int(y), int(x) : int(x) + int(length)] = 0
    large = cv2.resize(picture, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    return cv2.QRCodeDetector().detectAndDecode(large)[0]


@given(text=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=150))
def test_any_text_can_be_drawn(text: str) -> None:
    drawing = qr_of(text)
    assert re.fullmatch(r"(M\d+ \d+h\d+v1h-\d+z)+", drawing.path)
    assert (drawing.size - 8 - 21) % 4 == 0  # a QR code has 21, 25, 29, … modules


def test_no_page_on_the_way_in_is_kept_by_a_browser(door: Door) -> None:
    _, token = door.invited()
    browser = door.signed_in(door.somebody(), Stage.ENROL)
    for path in ("/console/enrol", f"/console/invitation/{token}", "/console/sign-in"):
        answer = browser.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_an_invitation_says_that_one_can_come_from_elsewhere(door: Door) -> None:
    person, token = door.invited()
    page = door.browser().get(f"/console/invitation/{token}").text
    assert "Sign in with Example Work" in page
    assert 'href="/console/oidc/start"' in page
    door.provider.email = person.login
    assert come(door.service.accounts, door.provider).id == person.id
    assert door.browser().get(f"/console/invitation/{token}").status_code == 410
