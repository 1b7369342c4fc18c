"""The queue: what it lists, what it is narrowed to, taking the next, and several at once."""

import re

import pytest
from tests.web.console.browsing import words_of
from tests.web.console.making import bank_of, case_of, empty_hands

from hedgerow.cases import Choice, Filter, Status
from hedgerow.web.console.filters import filter_of, is_narrowed, query_of


def listed(page):
    """The numbers of the cases on a page, in their order."""
    return [int(number) for number in re.findall(r'/console/cases/(\d+)[^"]*" data-row', page.text)]


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
    assert re.search(rf'value="{case.id}\.1" disabled', page.text)
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
    moderator, query = browser("moderator"), f"?bank={case.bank_id}"
    empty_hands(desk)
    answer = moderator.post(f"/console/queue/next{query}")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/console/cases/{case.id}{query}"
    lease = desk.service.cases.get(case.id).lease
    assert lease.person_id == desk.people["moderator"]
    other = browser("moderator2")
    again = other.post(f"/console/queue/next{query}")
    assert again.headers["location"] == f"/console/queue{query}"
    assert other.notice(again) == "Nothing of these waits for you now."


def test_who_has_one_in_hand_is_led_to_it(desk, browser):
    empty_hands(desk)
    held, waits = case_of(desk), case_of(desk)
    desk.service.cases.take(desk.person("moderator"), held.id)
    desk.service.cases.assign(desk.person("lead"), waits.id, desk.person("moderator"))
    moderator = browser("moderator")
    for path in ("/console/queue?status=held", "/console/overview"):
        told = words_of(moderator.get(path).text)
        assert f"With you: {held.id} · For you: {waits.id}" in told, path
    answer = moderator.post(f"/console/queue/next?bank={waits.bank_id}")
    assert answer.headers["location"] == f"/console/cases/{held.id}?bank={waits.bank_id}"
    assert "You have this one in hand" in moderator.notice(answer)
    assert "With you" not in browser("moderator2").get("/console/queue").text


@pytest.mark.parametrize(
    ("who", "status", "takes"),
    [
        ("moderator", "waiting", True),
        ("moderator", "second", True),
        ("moderator", "escalated", False),
        ("lead", "escalated", True),
        ("lead", "held", False),
        ("lead", "decided", False),
    ],
)
def test_the_next_is_offered_where_there_can_be_one(browser, who, status, takes):
    page = browser(who).get(f"/console/queue?status={status}").text
    assert ("Take the next of these" in page) is takes


def test_the_filter_goes_along_from_case_to_case(desk, browser):
    """Somebody who looks at one bank gets the next case of that bank, whatever they did before."""
    empty_hands(desk)
    bank, other = bank_of(desk), bank_of(desk, action="block")
    cases = [case_of(desk, bank).id for _ in range(5)]
    case_of(desk, other)  # more urgent than all of them
    moderator, query = browser("moderator"), f"?bank={desk.service.banks.get(bank).id}"
    page = moderator.get(f"/console/queue{query}").text
    assert f'href="/console/cases/{cases[0]}{query}" data-row' in page
    moderator.post(f"/console/cases/{cases[0]}/take{query}")
    page = moderator.get(f"/console/cases/{cases[0]}{query}").text
    assert f'href="/console/queue{query}"' in page
    for what in ("take", "decide", "hold", "skip", "release"):
        assert f'action="/console/cases/{cases[0]}/{what}{query}"' in page, what

    def after(number, what, **fields):
        answer = moderator.post(f"/console/cases/{number}/{what}{query}", fields)
        return answer.headers["location"]

    at = after(cases[0], "decide", choice="confirm", go_on="1")
    assert at == f"/console/cases/{cases[1]}{query}"
    assert after(cases[1], "skip", go_on="1") == f"/console/cases/{cases[2]}{query}"
    assert after(cases[2], "skip") == f"/console/queue{query}"
    assert after(cases[3], "hold", days="1", why="later") == f"/console/queue{query}"
    assert after(cases[4], "release") == f"/console/queue{query}"
    assert after(cases[4], "decide", choice="confirm") == f"/console/cases/{cases[4]}{query}"
    last = moderator.post(f"/console/queue/next{query}")
    assert last.headers["location"] == f"/console/queue{query}"


def test_leads_see_what_somebody_has_or_was_given(desk, browser):
    empty_hands(desk)
    bank = bank_of(desk)
    held, given, waits = (case_of(desk, bank) for _ in range(3))
    who = desk.people["moderator2"]
    desk.service.cases.take(desk.person("moderator2"), held.id)
    desk.service.cases.assign(desk.person("lead"), given.id, desk.person("moderator2"))
    page = browser("lead").get(f"/console/queue?who={who}")
    assert listed(page) == [held.id, given.id]
    assert re.search(rf'<option value="{who}" selected>', page.text)
    assert "Take the next" not in page.text
    assert 'name="who"' not in browser("moderator").get("/console/queue").text
    answer = browser("lead").post(f"/console/queue/next?who={who}&bank={waits.bank_id}")
    assert answer.headers["location"] == f"/console/cases/{waits.id}?bank={waits.bank_id}"


def test_from_a_list_of_which_nothing_is_given_out_the_rest_of_the_filter_holds(desk, browser):
    empty_hands(desk)
    bank = bank_of(desk)
    reopened, waits = case_of(desk, bank), case_of(desk, bank)
    query = f"bank={desk.service.banks.get(bank).id}"
    answer = browser("moderator").post(
        f"/console/cases/{reopened.id}/decide?status=decided&{query}",
        {"choice": "confirm", "go_on": "1"},
    )
    assert answer.headers["location"] == f"/console/cases/{waits.id}?{query}"


def test_an_empty_queue_says_what_to_do(desk, browser):
    page = browser("moderator").get(of_bank(desk, bank_of(desk)))
    assert "Nothing of this kind" in page.text
    page = browser("moderator").get("/console/queue?status=held&label=none-such")
    assert "Nothing of this kind" in page.text


def test_several_are_decided_together(desk, browser):
    bank = bank_of(desk)
    ours = mine, also, other = [case_of(desk, bank) for _ in range(3)]
    moderator = browser("moderator")
    ticked = re.findall(r'name="case" value="([0-9.]+)"', moderator.get(of_bank(desk, bank)).text)
    assert {each.partition(".")[0] for each in ticked} == {str(case.id) for case in ours}
    desk.service.cases.take(desk.person("moderator2"), other.id)  # after the page was shown
    answer = moderator.post(
        "/console/queue/decide?label=beach",
        {"case": ticked, "choice": "confirm", "policy": "3.2"},
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
    [
        ({"choice": "confirm"}, 303),
        ({"case": "1.1"}, 422),
        ({"case": "x", "choice": "confirm"}, 303),
        ({"case": "1", "choice": "confirm"}, 303),
    ],
)
def test_nothing_is_decided_without_a_case_and_a_choice(browser, fields, status):
    assert browser("moderator").post("/console/queue/decide", fields).status_code == status


def test_decided_cases_are_not_decided_again_from_the_list(desk, browser):
    case = case_of(desk)
    desk.service.cases.decide(desk.person("moderator"), case.id, Choice.CONFIRM)
    page = browser("moderator").get(of_bank(desk, case.bank, status="decided"))
    assert listed(page) == [case.id]
    assert "Decide the ticked" not in page.text


def test_what_is_held_says_until_when_and_why(desk, browser):
    case, complained = case_of(desk), case_of(desk)
    for each in (case, complained):
        desk.service.cases.hold(desk.person("moderator"), each.id, 3, f"asked about {each.id}")
    page = browser("moderator").get("/console/queue?status=held").text
    until = desk.service.cases.get(case.id).held_until
    assert f"{until:%-d %b %Y, %H:%M} UTC" in page
    assert f"asked about {case.id}" in page
    desk.service.cases.complain(complained.id, "it is mine")
    desk.service.cases.hold(desk.person("moderator"), complained.id, 3, "mine, it says")
    page = browser("moderator").get("/console/queue?status=held").text
    assert "mine, it says" not in page
    assert complained.id in listed(browser("moderator").get("/console/queue?status=held"))
    assert f"asked about {complained.id}" not in page


def test_decided_ones_are_narrowed_by_their_outcome(desk, browser):
    bank = bank_of(desk)
    right, wrong = case_of(desk, bank), case_of(desk, bank)
    moderator = desk.person("moderator")
    desk.service.cases.decide(moderator, right.id, Choice.CONFIRM)
    desk.service.cases.decide(moderator, wrong.id, Choice.DISPUTE, note="another")
    decided = {"status": "decided"}
    assert listed(browser("lead").get(of_bank(desk, bank, **decided))) == [wrong.id, right.id]
    page = browser("lead").get(of_bank(desk, bank, outcome="disputed", **decided))
    assert listed(page) == [wrong.id]
    assert 'name="outcome"' in page.text
    waits = case_of(desk, bank)
    page = browser("lead").get(of_bank(desk, bank, outcome="disputed"))
    assert listed(page) == [waits.id]
    assert 'name="outcome"' not in page.text


def test_what_makes_a_case_urgent_is_told(desk, browser):
    case = case_of(desk, bank_of(desk, action="block"))
    page = browser("moderator").get(of_bank(desk, case.bank)).text
    assert '<span class="num">200</span> <span class="soft small">block</span>' in page
    desk.service.cases.complain(case.id, "it is mine")
    page = browser("moderator").get(of_bank(desk, case.bank)).text
    assert '<span class="num">700</span> <span class="soft small">complaint</span>' in page
    assert "Urgency" not in browser("moderator").get("/console/queue?status=decided").text


def test_known_categories_are_offered_and_spaces_around_one_don_t_matter(desk, browser):
    case = case_of(desk, labels=("Boat House", "second label"))
    page = browser("moderator").get("/console/queue?label=+Boat+House++")
    assert listed(page) == [case.id]
    assert '<option value="Boat House"></option>' in page.text
    assert '<option value="second label">' not in page.text


def test_an_address_says_a_filter():
    query = {"status": "second", "bank": "3", "label": " a ", "reason": "complaint", "mine": "1"}
    assert filter_of({**query, "tests": "none", "outcome": "disputed"}, 7) == Filter(
        Status.SECOND, 3, "a", "complaint", False, 7, "disputed"
    )
    assert filter_of({"status": "x", "bank": "٣", "reason": "y", "tests": "z"}, 7) == Filter()
    assert filter_of({"who": "9"}, 7).mine == 9
    assert filter_of({"who": "9", "mine": "1"}, 7).mine == 7
    assert filter_of({"who": "x"}, 7).mine is None
    assert not is_narrowed({"after": "1", "bank": ""})
    assert is_narrowed({"status": "waiting"})
    assert (
        query_of(query, status="held", bank="") == "status=held&label=+a+&reason=complaint&mine=1"
    )
