"""Every page, asked for by everybody: exactly those whose role opens it get it."""

import re
import threading

import pytest
from tests.postgres import on_both_databases
from tests.web.console.browsing import Browser
from tests.web.console.making import bank_of, case_of, notice_of, own_of
from tests.web.console.test_headers import check

from hedgerow.accounts import Permission, Stage, permissions_of
from hedgerow.store import Database
from hedgerow.web.console.pages import home as home
from hedgerow.web.console.routing import PAGES, page
from hedgerow.web.html.headers import FOR_EVER

WHO = ("moderator", "lead", "administrator", "analyst", "auditor", None)

EVERY = [pytest.param(one, id=f"{one.method} {one.path}") for one in PAGES]

NOT_YOURS = "This page is not open to your role"

SAMPLES = {"signal_type": "pdq", "mark": "0", "token": "none"}
"""What stands in a path where it is asked for; other numbers and names are made by `samples`."""


@pytest.fixture
def samples(desk):
    """Values for the parts of paths: of things that are there, where they are ours to make."""
    bank = bank_of(desk, "walked")
    case = case_of(desk, bank)
    # Somebody of their own, as some pages shut people out.
    person, _ = desk.service.people.invite(f"of-{bank}-{case.id}", "Walked", ["moderator"])
    return {
        **SAMPLES,
        "name": bank,
        "case_id": case.id,
        "content_id": case.content_id,
        "person_id": person.id,
        "own_id": own_of(desk).id,
        "notice_id": notice_of(desk).id,
    }


def filled(path, samples):
    if path.startswith("/static/"):
        samples = {**samples, "name": "base.css"}
    return "/console" + re.sub(
        r"{(\w+)(:\w+)?}", lambda part: str(samples.get(part[1], "999999")), path
    )


@on_both_databases
@pytest.mark.parametrize("one", EVERY)
def test_exactly_those_who_may_get_a_page(desk, browser, samples, one):
    path = filled(one.path, samples)
    for who in WHO:
        somebody = browser(who)
        answer = somebody.post(path) if one.method == "POST" else somebody.get(path)
        assert answer.status_code < 500, (who, answer.text)
        opens = who is not None and one.needs in permissions_of(desk.person(who).roles)
        if one.needs is None:
            assert NOT_YOURS not in answer.text
        elif who is None:
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/console/sign-in")
        else:
            refused = answer.status_code == 403 and NOT_YOURS in answer.text
            assert refused != opens, (who, answer.status_code)
            assert opens or answer.status_code == 403
        check(answer, FOR_EVER if answer.headers["cache-control"] == FOR_EVER else "no-store")


@pytest.mark.parametrize("one", EVERY)
def test_a_form_is_not_taken_without_its_token(browser, samples, one):
    if one.method != "POST":
        assert browser("lead").post(filled(one.path, samples)).status_code in (303, 405) or any(
            other.path == one.path and other.method == "POST" for other in PAGES
        )
        return
    who = (
        next((who for who in WHO[:-1] if one.needs in permissions_of([who])), None)
        if one.needs
        else None
    )
    sent = browser(who).request("POST", filled(one.path, samples), data={"form_token": "x"})
    assert sent.status_code == 403 or (one.stage is not None and sent.status_code == 303)


LOOKED_AT = [one for one in PAGES if one.method == "GET"]


@pytest.mark.parametrize("one", LOOKED_AT, ids=[one.path for one in LOOKED_AT])
def test_looking_changes_nothing(desk, samples, one, monkeypatch):
    """A link on another site can make a browser ask for any page.

    Signing in at a provider, which is switched off here, is told of in `pages.oidc`.
    """
    who = next((who for who in WHO[:-1] if one.needs in permissions_of([who])), "analyst")
    stage = one.stage or Stage.FULL
    somebody = Browser(desk.url, desk.session(who, stage))
    written, write = [], Database.write

    def noted(database):
        # What the service does again and again goes on meanwhile.
        if threading.current_thread().name != "hedgerow-chore":
            written.append(threading.current_thread().name)
        return write(database)

    monkeypatch.setattr(Database, "write", noted)
    answer = somebody.get(filled(one.path, samples))
    somebody.close()
    assert answer.status_code < 500
    assert written == []


def test_a_refusal_is_the_same_whether_a_thing_is_there_or_not(browser, samples):
    analyst = browser("analyst")
    there = analyst.get(f"/console/cases/{samples['case_id']}")
    absent = analyst.get("/console/cases/999999")
    assert there.status_code == absent.status_code == 403
    strip = re.compile(r'value="[\w-]{43}"')
    assert strip.sub("", there.text) == strip.sub("", absent.text)


def test_no_answer_is_larger_than_a_hundred_kilobytes(browser, samples):
    lead = browser("lead")
    for one in PAGES:
        if one.method == "GET":
            assert len(lead.get(filled(one.path, samples)).content) < 100_000, one.path


def test_every_page_but_the_ways_in_needs_a_permission():
    ways_in = ("/static/", "/sign-in", "/sign-out", "/set-up", "/invitation", "/enrol", "/oidc")
    for one in PAGES:
        assert isinstance(one.needs, Permission) or one.path.startswith(ways_in), one.path


def test_a_page_says_what_it_does():
    for one in PAGES:
        assert (one.run.__doc__ or "").strip(), one.path


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/x"), ("GET", "x"), ("GET", "/x/"), ("GET", "/overview")]
)
def test_a_page_that_can_not_be_is_refused(method, path):
    before = list(PAGES)
    with pytest.raises(ValueError):  # noqa: PT011
        page(method, path, needs=None)(home.home)
    assert before == PAGES
