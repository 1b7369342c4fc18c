"""Signing in elsewhere over HTTP, as a browser goes: out by a link, back by the answer."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from tests.accounts.provider import back
from tests.web.console.browsing import words_of
from tests.web.console.doors import PUBLIC, QUICK, Door
from tests.web.console.doors import door as door
from tests.web.console.doors import house as house
from tests.web.running import plan_for, running

from hedgerow.accounts import Stage
from hedgerow.web.console.cookies import SESSION
from hedgerow.web.console.pages.oidc import FLOW
from hedgerow.web.limits import Limits, Options

ANSWER = "/console/oidc/answer"


def go_out(browser) -> str:
    answer = browser.get("/console/oidc/start")
    assert answer.status_code == 303
    return answer.headers["location"]


def come_back(door: Door, browser, **changed: str):
    return browser.get(f"{ANSWER}?{back(door.provider.let_in(go_out(browser)), **changed)}")


def test_who_is_invited_comes_in_and_shows_a_second_factor(door: Door) -> None:
    person, _ = door.invited("lead")
    door.provider.email, door.provider.subject = person.login, person.login
    browser = door.browser()
    assert "Sign in with Example Work" in browser.get("/console/sign-in").text
    url = go_out(browser)
    assert url.startswith(f"{door.provider.issuer}/authorize?")
    assert "redirect_uri=https%3A%2F%2Fhedgerow.example.org%2Fconsole%2Foidc%2Fanswer" in url
    assert browser.cookies[FLOW] not in url
    query = back(door.provider.let_in(url))
    # The browser comes from another site: the first answer is a page that asks once more.
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    arriving = browser.get(f"{ANSWER}?{query}", headers=elsewhere)
    assert arriving.status_code == 200
    assert "http-equiv" in arriving.text
    assert SESSION not in browser.cookies
    answer = browser.get(f"{ANSWER}?{query}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/enrol")
    assert FLOW not in browser.cookies
    found = door.service.sessions.find(browser.cookies[SESSION])
    assert found is not None
    assert (found.person.id, found.stage) == (person.id, Stage.ENROL)


def test_who_has_an_app_shows_it_here_too(door: Door) -> None:
    person, app = door.with_app()
    door.provider.email, door.provider.subject = person.login, person.login
    browser = door.browser()
    answer = come_back(door, browser)
    assert answer.headers["location"] == "/console/sign-in/second-factor"
    answer = browser.post("/console/sign-in/second-factor", {"code": app.now()})
    assert answer.headers["location"] == "/console/"
    assert browser.get("/console/account").status_code == 200


def test_nobody_else_comes_in(door: Door) -> None:
    door.provider.email, door.provider.subject = "stranger@example.org", "stranger"
    browser = door.browser()
    answer = come_back(door, browser)
    assert answer.headers["location"] == "/console/sign-in"
    assert "Nobody is invited by the e-mail address" in browser.notice(answer)
    assert SESSION not in browser.cookies


@pytest.mark.parametrize(
    "lie",
    [
        lambda claims: claims.update(nonce="x"),
        lambda claims: claims.update(aud="x"),
        lambda claims: claims.update(email_verified=False),
        lambda claims: claims.update(exp=1),
    ],
    ids=["nonce", "audience", "unverified", "expired"],
)
def test_a_bad_answer_lets_nobody_in(door: Door, lie) -> None:
    person = door.somebody()
    door.provider.email, door.provider.subject, door.provider.change = person.login, "x", lie
    browser = door.browser()
    answer = come_back(door, browser)
    assert answer.headers["location"] == "/console/sign-in"
    assert SESSION not in browser.cookies
    assert not door.service.people.get(person.id).linked


def test_an_answer_counts_once_and_in_the_browser_that_asked(door: Door) -> None:
    person = door.somebody()
    door.provider.email, door.provider.subject = person.login, person.login
    browser, other = door.browser(), door.browser()
    query = back(door.provider.let_in(go_out(browser)))
    go_out(other)
    for stranger in (door.browser(), other):
        answer = stranger.get(f"{ANSWER}?{query}")
        assert answer.headers["location"] == "/console/sign-in"
        assert SESSION not in stranger.cookies
    token = browser.cookies[FLOW]
    assert browser.get(f"{ANSWER}?{query}").headers["location"] == "/console/enrol"
    again = door.browser()
    again.cookies[FLOW] = token
    answer = again.get(f"{ANSWER}?{query}")
    assert "a second time" in again.notice(answer)
    assert SESSION not in again.cookies


def test_a_wrong_state_is_refused(door: Door) -> None:
    person = door.somebody()
    door.provider.email = person.login
    browser = door.browser()
    assert "another sign-in" in browser.notice(come_back(door, browser, state="x"))


@pytest.mark.parametrize("query", ["", "?code=x", "?error=access_denied&state=x", "?code=%00"])
def test_what_is_no_answer_lets_nobody_in(door: Door, query: str) -> None:
    answer = door.browser().get(f"{ANSWER}{query}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")


def test_a_provider_that_is_gone_is_told(door: Door) -> None:
    door.provider.answers["/token"] = (500, b"")
    browser = door.browser()
    answer = come_back(door, browser)
    assert "can't be used" in browser.notice(answer)


@pytest.mark.parametrize("asked", ["where it is", "for a token"])
def test_a_provider_that_is_slow_keeps_no_change_waiting(
    house: Door, database_url, tmp_path, asked: str
) -> None:
    plan = plan_for(
        tmp_path, database_url, accounts=QUICK, openid=house.running.plan.openid,
        options=Options(public_url=PUBLIC), web=Limits(max_writes=1),
    )  # fmt: skip
    house.provider.be_honest()
    reached, going = threading.Event(), threading.Event()

    def slowly(_told: dict) -> None:
        reached.set()
        assert going.wait(60)

    with running(plan) as server, ThreadPoolExecutor(1) as pool:
        own = Door(server, house.provider)
        person, _ = own.invited()
        house.provider.email = house.provider.subject = person.login
        browser, other = own.browser(), own.signed_in(own.somebody())
        if asked == "where it is":
            house.provider.discovery = slowly
            waiting = pool.submit(go_out, browser)
        else:
            house.provider.change = slowly
            waiting = pool.submit(come_back, own, browser)
        try:
            assert reached.wait(60)
            # There is one thread for changes, and SQLite has one writer at a time.
            assert other.post("/console/sign-out").status_code == 303
            assert not waiting.done()
        finally:
            going.set()
        assert waiting.result(60)
        browser.close()
        other.close()


def test_no_other_site_signs_somebody_out(door: Door) -> None:
    browser = door.signed_in(door.somebody())
    before, asked = browser.cookies[SESSION], len(door.provider.asked)
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert "http-equiv" in browser.get("/console/oidc/start", headers=elsewhere).text
    answer = browser.get("/console/oidc/start")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    assert FLOW not in browser.cookies
    assert len(door.provider.asked) == asked
    assert browser.cookies[SESSION] == before
    assert browser.get("/console/account").status_code == 200
    _, link = door.invited()
    page = browser.get(f"/console/invitation/{link}").text
    assert "/console/oidc/start" not in page
    assert "sign out first" in words_of(page)


def test_without_a_provider_there_is_no_such_page(database_url, tmp_path) -> None:
    with running(plan_for(tmp_path, database_url, accounts=QUICK)) as server:
        near = Door(server, provider=None)
        browser = near.browser()
        assert "oidc" not in browser.get("/console/sign-in").text
        for path in ("/console/oidc/start", f"{ANSWER}?code=x"):
            answer = browser.get(path)
            assert answer.status_code == 404
            assert "nothing here" in words_of(answer.text)
        browser.close()


def test_where_the_provider_has_seen_a_second_factor_none_is_asked_here(
    house: Door, database_url, tmp_path
) -> None:
    openid = replace(house.running.plan.openid, second_factor=False)
    plan = plan_for(
        tmp_path, database_url, accounts=QUICK, openid=openid, options=Options(public_url=PUBLIC)
    )
    house.provider.be_honest()
    with running(plan) as server:
        own = Door(server, house.provider)
        person, _ = own.invited()
        house.provider.email = person.login
        browser = own.browser()
        assert come_back(own, browser).headers["location"] == "/console/"
        assert browser.get("/console/account").status_code == 200
        assert "You sign in elsewhere" in words_of(browser.get("/console/account").text)
        browser.close()
