"""Cases that are left to trained people, and what the person in the picture took back."""

import pytest
from tests.web.console.browsing import words_of
from tests.web.console.making import bank_of, case_of, content_of

from hedgerow.accounts import Role
from hedgerow.cases import Choice, Context, ReviewPolicy
from hedgerow.cases.webhooks import emit

CONTEXT = Context(uploader="quietfox", url="https://talk.example/p/1", reference="up-77")
WHY = "this bank's cases are for people trained for it"


@pytest.fixture
def own(desk):
    """A case that is for trained people, of which the platform said something."""
    bank = bank_of(desk)
    number = desk.service.banks.get(bank).id
    desk.service.cases.set_policy(desk.person("lead"), ReviewPolicy(number, trained=True))
    return case_of(desk, bank, ("own picture",), context=CONTEXT)


def test_others_see_that_there_is_one_and_nothing_that_was_said(browser, own):
    here = f"/console/cases/{own.id}"
    for who in ("moderator", "lead"):
        somebody = browser(who)
        listed = somebody.get(f"/console/queue?bank={own.bank_id}").text
        assert here in listed
        assert own.bank in listed
        page = somebody.get(here).text
        assert f"You can't decide it: {WHY}." in words_of(page)
        assert "What the platform said of it is shown to people who are trained" in words_of(page)
        assert "quietfox" not in page
        assert somebody.get(f"{here}/copies").status_code == 403
        assert here not in somebody.get("/console/find?text=quietfox&by=uploader").text
        answer = somebody.post(f"{here}/decide", {"choice": "confirm"})
        assert answer.status_code == 409
        assert WHY in words_of(answer.text)
        assert "quietfox" not in answer.text
        ticked = {"case": f"{own.id}.{own.review}", "choice": "confirm"}
        assert WHY in somebody.notice(somebody.post("/console/queue/decide", ticked))


def test_a_companion_decides_it_with_all_that_was_said(desk, browser, own):
    companion, here = browser("companion"), f"/console/cases/{own.id}"
    assert "quietfox" in companion.get(here).text
    assert "quietfox" in companion.get(f"{here}/copies").text
    answer = companion.post(f"{here}/decide", {"choice": "confirm"})
    assert companion.notice(answer) == f"Case {own.id}: you said “confirm”."
    assert desk.service.cases.get(own.id).outcome == "confirmed"


def test_the_page_says_to_whom_the_role_is_to_be_given(desk, browser, own):
    desk.service.cases.decide(desk.person("companion"), own.id, Choice.ESCALATE, note="law?")
    words = words_of(browser("lead").get(f"/console/cases/{own.id}").text)
    assert "or let an administrator give a lead the role companion, too." in words


def test_what_was_taken_back_is_nobodys_to_decide_or_reopen(desk, browser):
    bank = bank_of(desk)
    content = content_of(desk, bank, "own picture")
    case = case_of(desk, bank, content=content)
    desk.service.cases.withdraw_content(case.bank_id, content.id)
    lead = browser("lead")
    page = words_of(lead.get(f"/console/cases/{case.id}").text)
    assert "The person in the picture took it back: nobody decides it" in page
    assert "It holds for every copy" not in page
    for form in ("Reopen it", "Hand in a complaint", "Assign it"):
        assert form not in page
    listed = lead.get(f"/console/queue?status=decided&outcome=withdrawn&bank={case.bank_id}").text
    assert f"/console/cases/{case.id}" in listed
    others = lead.get(f"/console/queue?status=decided&outcome=disputed&bank={case.bank_id}").text
    assert f"/console/cases/{case.id}" not in others


def test_what_webhooks_tell_of_it_is_for_who_is_trained(desk, browser, own):
    """Somebody may administer and review, and not be trained."""
    service = desk.service
    hook, _secret = service.webhooks.create(
        "https://platform.example/x", ["case.decided", "notice.accepted"], "t"
    )
    service.cases.decide(desk.person("companion"), own.id, Choice.CONFIRM)
    with service.database.write() as session:
        emit(session, "notice.accepted", {"notice": 1, "urls": ["https://talk.example/quietfox"]})
    told = service.webhooks.deliveries(hook.id)
    assert {each.event for each in told} == {"case.decided", "notice.accepted"}
    paths = [f"/console/webhooks/deliveries/{each.id}" for each in told]
    login = f"both-{own.id}@example.org"
    both, token = service.people.invite(login, "Both", [Role.ADMINISTRATOR, Role.MODERATOR])
    service.people.accept(token, "seven quiet hedges stand")
    desk.people[login] = both.id
    try:
        for path in paths:
            assert "quietfox" not in browser(login).get(path).text
        service.people.change_roles(both.id, [Role.ADMINISTRATOR, Role.COMPANION])
        for path in paths:
            assert "quietfox" in browser(login).get(path).text
    finally:
        del desk.people[login]
        service.webhooks.remove(hook.id)
        service.people.deactivate(both.id)
