"""Sessions and cookies as the console has them."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import update
from tests.web.console.browsing import Browser, words_of

from hedgerow.accounts.models import SessionRow
from hedgerow.store import now
from hedgerow.web.console.cookies import FORM, SESSION


def test_nobody_is_sent_to_sign_in_and_back_afterwards(browser):
    nobody = browser(None)
    answer = nobody.get("/console/queue?status=second&bank=3")
    assert answer.status_code == 303
    location = answer.headers["location"]
    assert location == "/console/sign-in?next=/console/queue%3Fstatus%3Dsecond%26bank%3D3"
    assert nobody.get("/console/").headers["location"] == "/console/sign-in"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/keys", "/keys"),
        ("/people/7/roles", "/people/7"),
        ("/care/stop", "/care"),
        ("/account/passkeys/3/remove", "/account"),
        ("/people/7%2F..", ""),
        ("/none/at/all", ""),
    ],
)
def test_a_form_that_comes_after_the_end_of_a_session_is_told(desk, browser, path, form):
    administrator = browser("administrator")
    desk.service.sessions.end(administrator.cookies[SESSION])
    answer = administrator.post(f"/console{path}", {"name": "x"})
    back = f"?next=/console{form}" if form else ""
    assert answer.headers["location"] == f"/console/sign-in{back}"
    told = administrator.notice(answer)
    assert told == "You were signed out meanwhile, and nothing was changed."


def test_whoever_has_not_signed_in_learns_no_path(browser):
    nobody = browser(None)
    for path in ("/console/queue", "/console/none", "/console/cases/1", "/console/cases/999999"):
        assert nobody.get(path).status_code == 303


def test_a_token_that_is_none_is_nobodys(desk, browser):
    for token in ("x", "", "a" * 5000):
        nobody = browser(None)
        nobody.cookies[SESSION] = token
        assert nobody.get("/console/help").status_code == 303


def test_an_ended_session_is_over_at_once(desk, browser):
    lead = browser("lead")
    assert lead.get("/console/help").status_code == 200
    desk.service.sessions.end(lead.cookies[SESSION])
    assert lead.get("/console/help").status_code == 303


def test_a_page_is_shown_while_another_writer_holds_the_database(desk, browser):
    lead = browser("lead")
    with desk.service.database.write() as session:
        early = now() - timedelta(minutes=2)
        session.execute(update(SessionRow).values(seen_at=early))
    with desk.service.database.write() as session:
        session.connection()
        began = time.monotonic()
        assert lead.get("/console/help").status_code == 200
        assert time.monotonic() - began < 10  # a change would wait for 30


def test_what_somebody_may_is_looked_up_at_every_request(make_desk):
    desk = make_desk()
    lead = Browser(desk.url, desk.session("lead"))
    assert lead.get("/console/proposals").status_code == 200
    desk.service.people.change_roles(desk.people["lead"], ["analyst"])
    assert lead.get("/console/proposals").status_code == 403
    assert lead.get("/console/overview").status_code == 200
    desk.service.people.deactivate(desk.people["lead"])
    assert lead.get("/console/overview").status_code == 303
    lead.close()


def test_who_is_refused_is_told_where_they_can_ask(browser):
    refused = words_of(browser("moderator").get("/console/people").text)
    assert "Ask an administrator" in refused
    assert "People shows" not in refused
    assert "People shows who has which role" in browser("administrator").get("/console/log").text


def test_cookies_are_for_this_host_and_no_script(browser):
    nobody = browser(None)
    answer = nobody.get("/console/sign-in")
    (line,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(FORM)]
    parts = {part.strip().lower() for part in line.split(";")[1:]}
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= parts
    assert not any(part.startswith("domain") for part in parts)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_from_elsewhere_leads_here_in_a_step_of_our_own(browser, site):
    # Browsers keep the session's cookie back on such a way; on the next step it comes along.
    arrived = browser(None).get(
        "/console/queue?label=a%26b", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
    )
    assert arrived.status_code == 200
    assert 'content="0; url=/console/queue?label=a%26b"' in arrived.text
    assert "Go on to the console" in words_of(arrived.text)
    assert "set-cookie" not in arrived.headers


def test_such_a_link_can_say_nothing_but_a_path_of_ours(browser):
    arrived = browser(None).get(
        '/console/%22%3E%3Cscript%3E?"><b>',
        headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    )
    assert "<script>" not in arrived.text
    assert "<b>" not in arrived.text


def test_everybody_begins_where_they_can_do_something(browser):
    for who, where in (
        ("lead", "/overview"), ("moderator", "/overview"), ("administrator", "/overview"),
        ("analyst", "/overview"), ("auditor", "/log"),
    ):  # fmt: skip
        answer = browser(who).get("/console/")
        assert answer.headers["location"] == f"/console{where}", who
    assert browser("lead").get("/console").headers["location"] == "/console/"


def test_the_menu_shows_what_is_open_and_nothing_else(browser):
    for who, there, absent in (
        ("moderator", ["Queue", "Care"], ["Proposals", "Team care", "People", "Log"]),
        ("lead", ["Queue", "Proposals", "Team care"], ["People", "Log"]),
        ("administrator", ["Banks"], ["Queue", "Proposals", "Log"]),
        ("analyst", ["Overview"], ["Queue", "Banks", "Log"]),
        ("auditor", ["Help"], ["Overview", "Queue", "Banks"]),
    ):
        page = browser(who).get("/console/help").text
        menu = words_of(page[page.index('class="side"') :].partition("</nav>")[0])
        for name in there:
            assert name in menu, (who, name)
        for name in absent:
            assert name not in menu, (who, name)
