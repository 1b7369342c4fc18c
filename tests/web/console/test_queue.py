"""The queue: what it lists, what it is narrowed to, taking the next, and several at once."""

import re

import pytest
from tests.web.console.browsing import words_of
from tests.web.console.making import bank_of, case_of

from hedgerow.cases import Choice, Filter, Status
from hedgerow.web.console.filters import filter_of, is_narrowed, query_of


def listed(page):
    """The numbers of the cases on a page, in their order."""
    return [int(number) for number in re.findall(r'/console/cases/(\d+)" data-row', page.text)]


def of_bank(desk, bank, **more):
    return "/console/queue?" + query_of({"bank": str(desk.service.banks.get(bank).id), **more})


def test_the_most_urgent_come_first_and_one_bank_can_be_seen_alone(desk, browser):
    mild, strict = bank_of(desk, action="review"), bank_of(desk, action="block")
    first, second = case_of(desk, mild, ("pier",)), case_of(desk, strict, ("pier",))
    page = browser("moderator").get("/console/queue?label=pier")
    assert page.status_code == 200
    numbers = listed(page)
    assert numbers.index(second.id) < numbers.index(first.id)
    assert listed(browser("moderator").get(of_bank(desk, mild))) == [first.id]


def test_a_page_leads_to_the_next(desk, browser):
    bank = bank_of(desk)
    made = [case_of(desk, bank).id for _ in range(52)]
    moderator = browser("moderator")
    page = moderator.get(of_bank(desk, bank))
    assert listed(page) == made[:50]
    onward = re.search(r'rel="next"[^>]*href="([^"]+)"', page.text)[1].replace("&amp;", "&")
    page = moderator.get(onward)
    assert listed(page) == made[50:]
    assert 'rel="next"' not in page.text
    assert "First page" in page.text


def test_a_place_that_is_none_is_told(browser):
    answer = browser("moderator").get("/console/queue?after=nonsense")
    assert answer.status_code == 422
    assert "start at the first page" in answer.text


def test_what_somebody_else_has_in_hand_says_so(desk, browser):
    case = case_of(desk)
    desk.service.cases.take(desk.person("moderator2"), case.id)
    page = browser("moderator").get(of_bank(desk, case.bank))
    assert "with Moderator2" in words_of(page.text)
    assert re.search(rf'value="{case.id}" disabled', page.text)
    assert listed(browser("moderator").get(of_bank(desk, case.bank, mine="1"))) == []
    assert listed(browser("moderator2").get(of_bank(desk, case.bank, mine="1"))) == [case.id]


def test_text_of_others_is_shown_as_text(desk, browser):
    case = case_of(desk, labels=("<img src=x onerror=alert(1)>",))
    page = browser("moderator").get(of_bank(desk, case.bank))
    assert "<img" not in page.text
    assert "&lt;img" in page.text


def test_the_next_case_is_taken_and_opened(desk, browser):
    bank = bank_of(desk)
    case = case_of(desk, bank)
    moderator = browser("moderator")
    answer = moderator.post("/console/queue/next", {"bank": desk.service.banks.get(bank).id})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/console/cases/{case.id}"
    lease = desk.service.cases.get(case.id).lease
    assert lease.person_id == desk.people["moderator"]
    again = browser("moderator2").post(
        "/console/queue/next", {"bank": desk.service.banks.get(bank).id}
    )
    assert again.headers["location"] == "/console/queue"


def test_an_empty_queue_says_what_to_do(desk, browser):
    page = browser("moderator").get(of_bank(desk, bank_of(desk)))
    assert "Nothing of this kind" in page.text
    page = browser("moderator").get("/console/queue?status=held&label=none-such")
    assert "Nothing of this kind" in page.text


def test_several_are_decided_together(desk, browser):
    bank = bank_of(desk)
    mine, also, other = (case_of(desk, bank) for _ in range(3))
    desk.service.cases.take(desk.person("moderator2"), other.id)
    moderator = browser("moderator")
    answer = moderator.post(
        "/console/queue/decide?label=beach",
        {"case": [mine.id, also.id, other.id], "choice": "confirm", "policy": "3.2"},
    )
    assert answer.headers["location"] == "/console/queue?label=beach"
    told = moderator.notice(answer)
    assert "2 cases: confirm." in told
    assert f"1 case not: {other.id}: " in told
    for each in (mine, also):
        assert desk.service.cases.get(each.id).status is Status.DECIDED
    assert desk.service.cases.get(other.id).status is Status.WAITING


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"choice": "confirm"}, 303), ({"case": "1"}, 422), ({"case": "x", "choice": "confirm"}, 303)],
)
def test_nothing_is_decided_without_a_case_and_a_choice(browser, fields, status):
    assert browser("moderator").post("/console/queue/decide", fields).status_code == status


def test_decided_cases_are_not_decided_again_from_the_list(desk, browser):
    case = case_of(desk)
    desk.service.cases.decide(desk.person("moderator"), case.id, Choice.CONFIRM)
    page = browser("moderator").get(of_bank(desk, case.bank, status="decided"))
    assert listed(page) == [case.id]
    assert "Decide the ticked" not in page.text


def test_an_address_says_a_filter():
    query = {"status": "second", "bank": "3", "label": " a ", "reason": "complaint", "mine": "1"}
    assert filter_of({**query, "tests": "none"}, 7) == Filter(
        Status.SECOND, 3, "a", "complaint", False, 7
    )
    assert filter_of({"status": "x", "bank": "٣", "reason": "y", "tests": "z"}, 7) == Filter()
    assert not is_narrowed({"after": "1", "bank": ""})
    assert is_narrowed({"status": "waiting"})
    assert (
        query_of(query, status="held", bank="") == "status=held&label=+a+&reason=complaint&mine=1"
    )
