"""Every page, asked for by everybody: exactly those whose role opens it get it."""

import re
import threading
from functools import cached_property

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

WHO = ("moderator", "companion", "lead", "administrator", "analyst", "auditor", None)

EVERY = [pytest.param(one, id=f"{one.method} {one.path}") for one in PAGES]

NOT_YOURS = "This page is not open to your role"

SAMPLES = {"signal_type": "pdq", "mark": "0", "token": "none"}
"""What stands in a path where it is asked for; other numbers and names are made by `samples`."""


class Samples:
    """Values for the parts of paths: of things that are there, made where a path asks for them."""

    def __init__(self, desk):
        self.desk = desk
        self.name = bank_of(desk, "walked")
        self.case = case_of(desk, self.name)

    def __getitem__(self, part):
        return getattr(self, part, SAMPLES.get(part, "999999"))

    @property
    def case_id(self):
        return self.case.id

    @property
    def content_id(self):
        return self.case.content_id

    @cached_property
    def person_id(self):
        """Somebody of their own, as some pages shut people out."""
        login = f"of-{self.name}-{self.case_id}"
        return self.desk.service.people.invite(login, "Walked", ["moderator"])[0].id

    @cached_property
    def own_id(self):
        return own_of(self.desk).id

    @cached_property
    def notice_id(self):
        return notice_of(self.desk).id


@pytest.fixture
def samples(desk):
    return Samples(desk)


def filled(path, samples):
    if path.startswith("/static/"):
        samples = {**SAMPLES, "name": "base.css"}
    return "/console" + re.sub(r"{(\w+)(:\w+)?}", lambda part: str(samples[part[1]]), path)


def who_asks(desk, one):
    """Everybody; on PostgreSQL who may alone, since roles are weighed without the database."""
    if desk.service.database.engine.dialect.name == "sqlite":
        return WHO
    return [next(who for who in WHO if opens(desk, who, one))]


def opens(desk, who, one):
    if who is None:
        return one.needs is None
    return one.needs is None or one.needs in permissions_of(desk.person(who).roles)


@on_both_databases
@pytest.mark.parametrize("one", EVERY)
def test_exactly_those_who_may_get_a_page(desk, browser, samples, one):
    path = filled(one.path, samples)
    for who in who_asks(desk, one):
        somebody = browser(who)
        answer = somebody.post(path) if one.method == "POST" else somebody.get(path)
        assert answer.status_code < 500, (who, answer.text)
        if one.needs is None:
            assert NOT_YOURS not in answer.text
        elif who is None:
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/console/sign-in")
        else:
            refused = answer.status_code == 403 and NOT_YOURS in answer.text
            assert refused != opens(desk, who, one), (who, answer.status_code)
            assert opens(desk, who, one) or answer.status_code == 403
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
    path = filled(one.path, samples)  # what it asks for is made before
    written, write = [], Database.write

    def noted(database):
        # What the service does again and again goes on meanwhile.
        if threading.current_thread().name != "hedgerow-chore":
            written.append(threading.current_thread().name)
        return write(database)

    monkeypatch.setattr(Database, "write", noted)
    answer = somebody.get(path)
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
