"""The evidence view, and what is done with a case."""

import re
from datetime import timedelta

import pytest
from tests.web.console.browsing import Browser, words_of
from tests.web.console.making import bank_of, case_of, content_of, empty_hands

from hedgerow.cases import Care, Choice, Context, ReviewPolicy, Status
from hedgerow.cases.models import WorkRow

CONTEXT = Context(
    uploader="quietfox", url="https://talk.example/p/1", address="198.51.100.7", thread="walks",
    reference="up-1",
)  # fmt: skip


def page_of(somebody, case):
    answer = somebody.get(f"/console/cases/{case.id}")
    assert answer.status_code == 200
    return answer.text


def test_the_evidence_is_told_in_words_first(desk, browser):
    case = case_of(desk, labels=("intimate imagery", "adult"), context=CONTEXT)
    page = page_of(browser("moderator"), case)
    words = words_of(page)
    assert "<h1>intimate imagery</h1>" in page
    assert "12 of 256 bits differ; the bank matches up to 31." in words
    assert "The upload is the banked one, mirrored left to right ." in words
    assert "Hotline (ref-7)" in words
    for told in ("quietfox", "https://talk.example/p/1", "198.51.100.7", "walks", "up-1"):
        assert told in words
    assert '<a href="https://talk.example' not in page
    assert words.index("intimate imagery") < words.index("The upload itself")


def test_hashes_are_drawn_true(desk, browser):
    case = case_of(desk, distance=5)
    page = page_of(browser("moderator"), case)
    differs = re.search(r'class="differs" d="([^"]*)"', page)[1]
    assert differs.count("M") == 5
    upload = re.search(r'bits of the upload"><path d="([^"]*)"', page)[1]
    assert upload.count("M") == int(case.evidence["matches"][0]["value"], 16).bit_count()


def test_without_a_vault_it_says_so_and_can_be_decided(desk, browser):
    case = case_of(desk)
    moderator = browser("moderator")
    assert "decided on their evidence alone" in page_of(moderator, case)
    answer = moderator.post(
        f"/console/cases/{case.id}/decide", {"choice": "confirm", "policy": "3.2"}
    )
    assert moderator.notice(answer) == f"Case {case.id}: you said “confirm”."
    found = desk.service.cases.get(case.id)
    assert (found.status, found.outcome) == (Status.DECIDED, "confirmed")
    assert found.decisions[0].policy == "3.2"


def test_a_decision_can_lead_on_to_the_next_case(desk, browser):
    bank = bank_of(desk, action="block")
    content = content_of(desk, bank, "urgent")
    case = case_of(desk, bank)
    case_of(desk, bank, content=content)
    answer = browser("moderator").post(
        f"/console/cases/{case.id}/decide", {"choice": "confirm", "go_on": "1"}
    )
    assert re.fullmatch(r"/console/cases/\d+", answer.headers["location"])
    assert answer.headers["location"] != f"/console/cases/{case.id}"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Choose what it is"),
        ({"choice": "dispute"}, "say it in a few words"),
        ({"choice": "confirm", "note": "x" * 4001}, "at most 4000 characters"),
        ({"choice": "confirm", "propose": "negative"}, "only a dispute proposes something"),
    ],
)
def test_what_is_wrong_is_told_where_it_was_typed(desk, browser, fields, told):
    case = case_of(desk)
    answer = browser("moderator").post(
        f"/console/cases/{case.id}/decide", {"policy": "typed before", **fields}
    )
    assert answer.status_code == 422
    assert told.lower() in words_of(answer.text).lower()
    assert 'value="typed before"' in answer.text
    if "choice" in fields:
        assert re.search(rf'value="{fields["choice"]}" required checked', answer.text)
    assert desk.service.cases.get(case.id).decisions == ()


def test_what_was_typed_is_kept_where_somebody_else_was_quicker(desk, browser):
    case = case_of(desk)
    desk.service.cases.take(desk.person("moderator2"), case.id)
    fields = {"choice": "dispute", "policy": "rule 4", "note": "It is <another> bridge."}
    answer = browser("moderator").post(f"/console/cases/{case.id}/decide", fields)
    assert answer.status_code == 409
    words = words_of(answer.text)
    assert "somebody else has it in hand" in words
    assert "What you typed, to take along" in words
    assert ">rule 4\nIt is &lt;another&gt; bridge.</textarea>" in answer.text


def test_what_was_typed_before_a_complaint_is_no_answer_to_it(desk, browser):
    case = case_of(desk)
    moderator = browser("moderator")
    seen = re.search(r'name="review" value="(\d+)"', page_of(moderator, case))[1]
    desk.service.cases.complain(case.id, "This is my own picture.")
    said = {"choice": "dispute", "note": "a beach", "review": seen}
    answer = moderator.post(f"/console/cases/{case.id}/decide", said)
    assert answer.status_code == 409
    assert "has changed since you looked at it" in answer.text
    assert ">a beach</textarea>" in answer.text
    again = re.search(r'name="review" value="(\d+)"', answer.text)[1]
    answer = moderator.post(f"/console/cases/{case.id}/decide", said | {"review": again})
    assert answer.status_code == 303


def test_what_was_typed_is_kept_where_a_break_is_due(make_desk):
    desk = make_desk(care=Care(work_minutes=12))
    cases, moderator = desk.service.cases, desk.person("moderator")
    first, second = case_of(desk), case_of(desk)
    somebody = Browser(desk.url, desk.session("moderator"))
    assert "Break in" not in page_of(somebody, first)
    cases.take(moderator, first.id)
    assert "Break in 12 minutes." in words_of(page_of(somebody, first))
    cases.decide(moderator, first.id, Choice.CONFIRM)
    with desk.service.database.write() as session:
        session.get(WorkRow, moderator.id).began -= timedelta(minutes=12)
    fields = {"choice": "not_sure", "policy": "rule 4", "note": "Which bridge?"}
    answer = somebody.post(f"/console/cases/{second.id}/decide", fields)
    assert answer.status_code == 409
    assert "Time for a break, until" in answer.text
    assert 'value="rule 4"' in answer.text
    assert ">Which bridge?</textarea>" in answer.text
    assert cases.get(second.id).decisions == ()
    somebody.close()


def test_a_threshold_is_proposed_with_its_numbers_in_view(desk, browser):
    bank = bank_of(desk)
    for distance, choice in ((4, "confirm"), (9, "confirm"), (20, "dispute")):
        decided = case_of(desk, bank, distance=distance)
        note = "as seen"
        desk.service.cases.decide(desk.person("lead"), decided.id, Choice(choice), note=note)
    case = case_of(desk, bank, distance=15)
    moderator = browser("moderator")
    told = "With {} : {} confirmed matches still found, {} missed, {} mistakes spared."
    assert told.format(14, 2, 0, 1) in words_of(page_of(moderator, case))
    fields = {"choice": "dispute", "propose": "threshold", "note": "no", "bits": "15"}
    here = f"/console/cases/{case.id}"
    refused = moderator.post(f"{here}/decide", fields)
    assert refused.status_code == 422
    assert "A threshold of 0 to 14 bits would have spared this match." in words_of(refused.text)
    for wrong in ("x", "1.5", "-1", "9" * 30):
        assert moderator.post(f"{here}/decide", fields | {"bits": wrong}).status_code == 422, wrong
    refused = moderator.post(f"{here}/decide", {"propose": "threshold", "bits": "8"})
    assert told.format(8, 1, 1, 1) in words_of(refused.text)
    moderator.notice(moderator.post(f"{here}/decide", fields | {"bits": "8"}))
    assert [one.proposed for one in desk.service.cases.proposals() if one.case_id == case.id] == [8]
    assert "A threshold of 8 bits was proposed by you" in words_of(page_of(moderator, case))


def test_a_choice_that_is_none_is_refused(desk, browser):
    case = case_of(desk)
    for fields in ({"choice": "explode"}, {"choice": "dispute", "note": "x", "propose": "explode"}):
        answer = browser("moderator").post(f"/console/cases/{case.id}/decide", fields)
        assert answer.status_code == 422, fields


def test_a_second_person_does_not_see_the_first_choice(desk, browser):
    bank = bank_of(desk)
    number = desk.service.banks.get(bank).id
    desk.service.cases.set_policy(
        desk.person("lead"), ReviewPolicy(number, second_for_dispute=True)
    )
    case = case_of(desk, bank)
    first, second = browser("moderator"), browser("moderator2")
    secret = "because of the swimming pool"
    first.post(f"/console/cases/{case.id}/decide", {"choice": "dispute", "note": secret})
    assert desk.service.cases.get(case.id).status is Status.SECOND
    page = page_of(second, case)
    assert secret not in page
    assert "hidden from you until you have made your own" in words_of(page)
    assert "disputed" not in re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL).lower()
    refused = first.post(f"/console/cases/{case.id}/decide", {"choice": "dispute", "note": "again"})
    assert "you have decided it before" in words_of(refused.text)
    second.post(f"/console/cases/{case.id}/decide", {"choice": "dispute", "note": "so do I"})
    assert secret in page_of(second, case)
    assert desk.service.cases.get(case.id).outcome == "disputed"


def test_a_case_is_taken_kept_and_given_back(desk, browser):
    case = case_of(desk)
    moderator, other = browser("moderator"), browser("moderator2")
    here = f"/console/cases/{case.id}"
    assert "Nobody has it in hand" in page_of(moderator, case)
    assert moderator.post(f"{here}/take").status_code == 303
    assert "In your hands for" in page_of(moderator, case)
    assert "somebody else has it in hand" in page_of(other, case)
    told = other.notice(other.post(f"{here}/take"))
    assert "somebody else has it in hand" in told
    left = moderator.post(f"{here}/renew", headers={"Accept": "application/json"}).json()
    assert 290 < left["seconds"] <= 300
    refused = other.post(f"{here}/renew", headers={"Accept": "application/json"})
    assert refused.status_code == 409
    assert moderator.post(f"{here}/release").headers["location"] == "/console/queue"
    assert desk.service.cases.get(case.id).lease is None


def test_a_skipped_case_is_not_offered_again(desk, browser):
    case = case_of(desk)
    moderator = browser("moderator")
    moderator.post(f"/console/cases/{case.id}/take")
    assert "60 minutes" in moderator.notice(moderator.post(f"/console/cases/{case.id}/skip"))
    query = f"?bank={case.bank_id}"
    empty_hands(desk)
    offered = moderator.post(f"/console/queue/next{query}")
    assert offered.headers["location"] == f"/console/queue{query}"
    taken = browser("moderator2").post(f"/console/queue/next{query}")
    assert taken.headers["location"] == f"/console/cases/{case.id}{query}"


def test_a_case_rests_and_is_woken(desk, browser):
    case = case_of(desk)
    moderator = browser("moderator")
    here = f"/console/cases/{case.id}"
    for fields in (
        {"days": "0", "why": "x"},
        {"days": "3"},
        {"why": "x"},
        {"days": "99", "why": "x"},
    ):
        assert moderator.post(f"{here}/hold", fields).status_code == 422, fields
    assert moderator.post(f"{here}/hold", {"days": "x", "why": "x"}).status_code == 422
    moderator.notice(moderator.post(f"{here}/hold", {"days": "3", "why": "asked the uploader"}))
    assert desk.service.cases.get(case.id).status is Status.HELD
    assert "asked the uploader" in page_of(moderator, case)
    assert moderator.notice(moderator.post(f"{here}/wake")) == "It waits again."
    assert desk.service.cases.get(case.id).status is Status.WAITING


def test_a_lead_assigns_and_reopens(desk, browser):
    case = case_of(desk)
    lead, moderator = browser("lead"), browser("moderator")
    here = f"/console/cases/{case.id}"
    refused = lead.post(f"{here}/assign", {"person": desk.people["analyst"]})
    assert "can't be decided by them" in lead.notice(refused)
    assert lead.post(f"{here}/assign", {"person": "999999"}).status_code == 422
    lead.notice(lead.post(f"{here}/assign", {"person": desk.people["moderator2"]}))
    assert "it is assigned to somebody else" in page_of(moderator, case)
    assert "Given to Moderator2 by Lead" in words_of(page_of(moderator, case))
    lead.notice(lead.post(f"{here}/assign", {"person": ""}))
    moderator.post(f"{here}/decide", {"choice": "confirm"})
    assert lead.post(f"{here}/reopen", {"why": " "}).status_code == 422
    lead.notice(lead.post(f"{here}/reopen", {"why": "the bank was wrong"}))
    assert desk.service.cases.get(case.id).status is Status.WAITING
    assert "the bank was wrong" in page_of(moderator, case)


def test_what_waits_for_a_lead_is_given_to_one_who_may_decide_it(desk, browser):
    case = case_of(desk)
    moderator, lead = browser("moderator"), browser("lead")
    here = f"/console/cases/{case.id}"
    moderator.post(f"{here}/decide", {"choice": "escalate", "note": "law?"})
    page = page_of(lead, case)
    assert "2 people may still decide it." in words_of(page)
    assert re.findall(r'<option value="\d+">(.*?)</option>', page) == ["Lead", "Lead2"]
    refused = lead.post(f"{here}/assign", {"person": desk.people["moderator2"]})
    assert "assign it to a lead who hasn't decided it before" in lead.notice(refused)
    assert desk.service.cases.get(case.id).assigned_to is None


def test_where_no_lead_is_left_it_can_begin_anew(desk, browser):
    case = case_of(desk)
    lead, lead2 = browser("lead"), browser("lead2")
    here = f"/console/cases/{case.id}"
    for each in (lead, lead2):
        assert f"{here}/reopen" not in page_of(each, case)
        each.post(f"{here}/decide", {"choice": "escalate", "note": "law?"})
    page = page_of(lead, case)
    assert "0 people may still decide it." in words_of(page)
    assert "every lead who is here has decided it before. Reopen it" in words_of(page)
    assert f"{here}/reopen" in page
    assert f"{here}/assign" not in page
    lead.notice(lead.post(f"{here}/reopen", {"why": "nobody else is here"}))
    assert "5 people may still decide it." in words_of(page_of(lead, case))


def test_where_nobody_is_left_it_says_whom_to_ask(desk, browser):
    case = case_of(desk)
    for each in ("moderator", "moderator2", "companion", "lead", "lead2"):
        desk.service.cases.decide(desk.person(each), case.id, Choice.CONFIRM)
        desk.service.cases.complain(case.id, "That is mine.")
    page = page_of(browser("lead"), case)
    assert "Let an administrator invite somebody else." in words_of(page)
    assert "may still decide it" not in page_of(browser("moderator"), case)


def test_a_lead_hands_in_a_complaint(desk, browser):
    case = case_of(desk)
    lead, moderator = browser("lead"), browser("moderator")
    here = f"/console/cases/{case.id}"
    lead.post(f"{here}/decide", {"choice": "confirm"})
    assert f"{here}/complain" not in page_of(moderator, case)
    assert moderator.post(f"{here}/complain", {"complaint": "x"}).status_code == 403
    assert lead.post(f"{here}/complain", {"complaint": " "}).status_code == 422
    lead.notice(lead.post(f"{here}/complain", {"complaint": "It is my own picture."}))
    assert desk.service.cases.get(case.id).reason == "complaint"
    assert "you have decided it before" in words_of(page_of(lead, case))
    assert "It is my own picture." in words_of(page_of(moderator, case))


def test_cases_of_the_same_content_are_decided_together(desk, browser):
    bank = bank_of(desk)
    content = content_of(desk, bank, "beach")
    one, *others = (case_of(desk, bank, content=content, distance=d) for d in (10, 20, 30))
    moderator = browser("moderator")
    assert "2 other open cases" in page_of(moderator, one)
    here = f"/console/cases/{one.id}/alike"
    assert moderator.get(here).status_code == 200
    ticked = [f"{each.id}.1" for each in others]
    answer = moderator.post(here, {"case": ticked, "choice": "confirm"})
    assert moderator.notice(answer) == "2 cases: confirm."
    assert "There are no others" in moderator.get(here).text


CARRIED = {"source": "Hotline of <Elsewhere>", "reference": "ref-92"}


def test_all_that_a_bank_carries_of_a_content_is_told(desk, browser):
    bank = bank_of(desk)
    content = content_of(desk, bank, "beach", "sunset", "<b>", note="seen\ntwice", **CARRIED)
    page = page_of(browser("moderator"), case_of(desk, bank, content=content))
    words = words_of(page)
    assert f"In {bank} : beach, sunset, <b>" in words
    assert "From Hotline of <Elsewhere> (ref-92)" in words
    assert "seen\ntwice</dd>" in page
    assert f"Content {content.id}, with pdq" in words


def test_a_content_that_was_taken_out_is_told_with_what_is_known_of_it(desk, browser):
    bank = bank_of(desk)
    case = case_of(desk, bank, content=content_of(desk, bank, "beach", "sunset", **CARRIED))
    desk.service.banks.remove_content(case.bank, case.content_id)
    words = words_of(page_of(browser("moderator"), case))
    assert "taken out of the bank since" in words
    assert f"In {bank} : beach, sunset" in words
    assert "From Hotline of <Elsewhere> (ref-92)" in words


def test_a_video_shows_its_stretch(desk, browser):
    case = case_of(desk, seconds=40.0)
    answer = desk.service.cases.get(case.id).evidence
    assert answer["seconds"] == 40.0
    assert "40 s" in page_of(browser("moderator"), case)


@pytest.mark.parametrize(
    "number", ["0", "999999", "999999999999999999", "9" * 19, "1" * 5000, "-1", "x"]
)
def test_a_case_that_is_not_there_is_nothing(browser, number):
    assert browser("moderator").get(f"/console/cases/{number}").status_code == 404
    assert browser("moderator").post(f"/console/cases/{number}/take").status_code == 404


def test_somebody_on_a_break_is_led_to_rest(make_desk):
    desk = make_desk()
    case = case_of(desk)
    moderator = Browser(desk.url, desk.session("moderator"))
    desk.service.cases.set_care(
        desk.person("lead"), desk.people["moderator"], Care(work_minutes=1, break_minutes=5)
    )
    moderator.post(f"/console/cases/{case.id}/take")
    rest(desk, "moderator")
    answer = moderator.post("/console/queue/next")
    assert answer.headers["location"] == "/console/care"
    page = words_of(moderator.get("/console/care").text)
    assert "You have a break until" in page
    moderator.close()


def rest(desk, who):
    """Let somebody have worked for two minutes."""
    with desk.service.database.write() as session:
        row = session.get(WorkRow, desk.people[who])
        row.began -= timedelta(minutes=2)
