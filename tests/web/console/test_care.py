"""Care of oneself and of the team, and proposals."""

import re
from datetime import timedelta

import pytest
from tests.web.console.browsing import Browser, words_of
from tests.web.console.making import bank_of, case_of

from hedgerow.cases import EVERYBODY, Choice, Propose
from hedgerow.cases.models import WorkRow

LIMITS = {
    "reveals_a_day": "20", "reveal_minutes_a_day": "5", "reveal_seconds": "3", "work_minutes": "40",
    "break_minutes": "20",
}  # fmt: skip


def test_ones_own_limits_are_told(browser):
    words = words_of(browser("moderator").get("/console/care").text)
    assert "After 50 minutes of reviewing you rest for 10" in words
    assert "never sent" in words


def test_the_check_in_is_no_form_of_ours(browser):
    # Nothing in it has a name or a place to be sent to: it can't leave the browser by a mistake.
    page = browser("moderator").get("/console/care").text
    section = page[
        page.index("data-check-in") : page.index("</section>", page.index("data-check-in"))
    ]
    assert "action=" not in section
    assert "method=" not in section
    assert re.search(r"<textarea[^>]*name=", section) is None


def test_everything_is_given_back(desk, browser):
    cases = [case_of(desk) for _ in range(2)]
    for case in cases:
        desk.service.cases.take(desk.person("moderator2"), case.id)
    moderator = browser("moderator2")
    assert "back in the queue" in moderator.notice(moderator.post("/console/care/stop"))
    assert all(desk.service.cases.get(case.id).lease is None for case in cases)


def test_somebody_takes_a_break_and_is_back(desk, browser):
    case = case_of(desk)
    desk.service.cases.take(desk.person("moderator2"), case.id)
    moderator = browser("moderator2")
    page = moderator.get("/console/care").text
    assert '<option value="10" selected>10 minutes</option>' in page
    assert 'data-key="b" data-key-says="Take a break now"' in page
    told = moderator.notice(moderator.post("/console/care/break", {"minutes": "15"}))
    assert "Your break lasts until" in told
    assert desk.service.cases.get(case.id).lease is None
    page = moderator.get("/console/care").text
    assert "You rest until" in words_of(page)
    assert 'action="/console/care/break"' not in page
    refused = moderator.post("/console/queue/next", {"bank": case.bank_id})
    assert refused.headers["location"] == "/console/care"
    assert "Welcome back" in moderator.notice(moderator.post("/console/care/back"))
    assert "You rest until" not in words_of(moderator.get("/console/care").text)
    assert desk.service.cases.standing(desk.people["moderator2"]).break_until is None


@pytest.mark.parametrize("minutes", ["", "0", "481", "999999999999999999"])
def test_a_break_of_no_possible_length_is_refused(desk, browser, minutes):
    moderator = browser("moderator2")
    told = moderator.notice(moderator.post("/console/care/break", {"minutes": minutes}))
    assert "1 to 480 minutes" in told
    assert desk.service.cases.standing(desk.people["moderator2"]).break_until is None


def test_a_break_that_was_due_has_no_end_but_its_own(make_desk):
    desk = make_desk()
    desk.service.cases.take(desk.person("moderator"), case_of(desk).id)
    with desk.service.database.write() as session:
        session.get(WorkRow, desk.people["moderator"]).began -= timedelta(hours=1)
    moderator = Browser(desk.url, desk.session("moderator"))
    moderator.notice(moderator.post("/console/care/break", {"minutes": "5"}))
    page = moderator.get("/console/care").text
    assert "You have a break until" in words_of(page)
    assert "/console/care/back" not in page
    assert "this break was due" in moderator.notice(moderator.post("/console/care/back")).lower()
    moderator.close()


def test_no_page_of_others_tells_of_a_break(make_desk):
    desk = make_desk()
    case = case_of(desk)
    desk.service.cases.take(desk.person("moderator"), case.id)
    lead = Browser(desk.url, desk.session("lead"))
    team = ("/team", f"/team/{desk.people['moderator']}")

    def told(*pages):
        # Without the names to choose from, which are of everybody who reviews.
        texts = [lead.get(f"/console{page}").text for page in pages]
        return [words_of(re.sub(r"<option.*?</option>", "", text)) for text in texts]

    before = told(*team)
    moderator = Browser(desk.url, desk.session("moderator"))
    moderator.notice(moderator.post("/console/care/break", {"minutes": "60"}))
    assert told(*team) == before
    *lists, of_case = told("/overview", "/queue", "/proposals", f"/cases/{case.id}")
    assert not any("Moderator" in words for words in lists)
    assert "Nobody has it in hand" in of_case
    assert desk.service.audit.entries(None, 50, action_prefix="care") == []
    for each in (lead, moderator):
        each.close()


def test_a_lead_sets_a_persons_limits_and_takes_them_away(desk, browser):
    number, lead = desk.people["moderator2"], browser("lead")
    here = f"/console/team/{number}"
    assert "Moderator2" in lead.get(here).text
    lead.notice(lead.post(here, LIMITS))
    care = desk.service.cases.care_of(number)
    assert (care.reveals_a_day, care.break_minutes) == (20, 20)
    assert "own" in words_of(lead.get("/console/team").text)
    assert "After 40 minutes of reviewing" in words_of(
        browser("moderator2").get("/console/care").text
    )
    lead.notice(lead.post(here, {"general": "1"}))
    assert not desk.service.cases.own_care(number)


def test_what_can_be_no_limit_is_told(desk, browser):
    here = f"/console/team/{desk.people['moderator2']}"
    for change in ({"work_minutes": "0"}, {"reveal_seconds": "-1"}, {"break_minutes": ""}):
        answer = browser("lead").post(here, LIMITS | change)
        assert answer.status_code == 422, change
        assert 'value="20"' in answer.text
    assert not desk.service.cases.own_care(desk.people["moderator2"])


def test_nobody_sets_their_own_limits(desk, browser):
    here, lead = f"/console/team/{desk.people['lead']}", browser("lead")
    page = lead.get(here)
    assert f'action="{here}"' not in page.text
    assert "Nobody sets their own limits" in words_of(page.text)
    for fields in (LIMITS, {"general": "1"}):
        refused = lead.post(here, fields)
        assert refused.status_code == 403
        assert "another lead sets them" in words_of(refused.text)
    assert not desk.service.cases.own_care(desk.people["lead"])
    other = browser("lead2")
    assert f'action="{here}"' in other.get(here).text
    other.notice(other.post(here, LIMITS))
    assert desk.service.cases.own_care(desk.people["lead"])
    assert lead.post(here, {"general": "1"}).status_code == 403
    assert desk.service.cases.own_care(desk.people["lead"])
    other.notice(other.post(here, {"general": "1"}))


@pytest.mark.parametrize("who", ["administrator", "analyst", "auditor"])
def test_who_reviews_nothing_has_no_limits(desk, browser, who):
    here = f"/console/team/{desk.people[who]}"
    assert browser("lead").get(here).status_code == 404
    assert browser("lead").post(here, LIMITS).status_code == 404
    assert not desk.service.cases.own_care(desk.people[who])


@pytest.mark.parametrize("number", ["999999", "0"])
def test_limits_of_nobody_are_nothing(browser, number):
    assert browser("lead").get(f"/console/team/{number}").status_code == 404
    assert browser("lead").post(f"/console/team/{number}", LIMITS).status_code == 404


def test_everybodys_limits_are_set(make_desk):
    desk = make_desk()
    lead = Browser(desk.url, desk.session("lead"))
    lead.post("/console/team/everybody", LIMITS)
    assert desk.service.cases.care_of(EVERYBODY).work_minutes == 40
    assert desk.service.cases.care_of(desk.people["moderator"]).work_minutes == 40
    lead.post("/console/team/everybody", {"general": "1"})
    assert desk.service.cases.care_of(desk.people["moderator"]).work_minutes == 50
    lead.close()


def proposal(desk, kind, who="moderator"):
    """A new open proposal, and the case that it came with."""
    case = case_of(desk, distance=20)
    desk.service.cases.decide(desk.person(who), case.id, Choice.DISPUTE, "", "a beach", kind)
    return next(one for one in desk.service.cases.proposals() if one.case_id == case.id), case


def test_a_tighter_threshold_is_accepted(desk, browser):
    made, case = proposal(desk, Propose.THRESHOLD)
    lead = browser("lead")
    words = words_of(lead.get("/console/proposals").text)
    assert f"{case.bank}: match pdq up to 19 bits" in words
    lead.notice(lead.post(f"/console/proposals/{made.id}/accept"))
    assert desk.service.banks.get(case.bank).thresholds == {"pdq": 19}
    assert "somebody may have settled it" in lead.notice(
        lead.post(f"/console/proposals/{made.id}/accept")
    )


def test_a_known_false_positive_is_listed(desk, browser):
    made, _case = proposal(desk, Propose.NEGATIVE)
    negative = bank_of(desk, "harmless", None, kind="negative")
    lead = browser("lead")
    refused = lead.post(f"/console/proposals/{made.id}/accept", {"bank": ""})
    assert "known false positives" in lead.notice(refused)
    lead.notice(lead.post(f"/console/proposals/{made.id}/accept", {"bank": negative}))
    assert desk.service.banks.get(negative).contents == 1


def test_nobody_accepts_their_own(desk, browser):
    made, case = proposal(desk, Propose.THRESHOLD, "lead")
    lead = browser("lead")
    assert "You proposed it" in lead.get("/console/proposals").text
    assert (
        "somebody else has to accept"
        in lead.notice(lead.post(f"/console/proposals/{made.id}/accept")).lower()
    )
    other = browser("lead2")
    assert "nothing changes" in other.notice(
        other.post(f"/console/proposals/{made.id}/reject", {"why": "too few numbers"})
    )
    settled = words_of(lead.get("/console/proposals").text).partition(" Settled ")[2]
    assert f"{case.bank}: pdq up to 19 bits Case {case.id} you, " in settled
    assert re.search(r" rejected by Lead2, .*? ago too few numbers", settled)
    told = words_of(other.get(f"/console/cases/{case.id}").text)
    assert "A threshold of 19 bits was proposed by Lead " in told
    assert "What was proposed was rejected by you" in told
    assert desk.service.banks.get(case.bank).thresholds == {}
