"""Finding cases by what the platform calls their uploads."""

from dataclasses import replace

import pytest
from tests.cases.making import ANN, LEA, answer, match, opened

from hedgerow.cases import (
    BadDecision,
    Cases,
    Choice,
    Context,
    Filter,
    Limits,
    NoSuchCase,
    Sought,
    Status,
    why_early,
)
from hedgerow.matching import Verdict

FACTS = {"media": "jpeg", "width": 640, "height": 480}


def ids(page):
    return [each.id for each in page.cases]


def received(cases, uploader, reference, content):
    """The case of an upload of the picture with this number."""
    came = answer(match(content_id=content), file=b"picture %d" % content)
    return cases.receive(came, FACTS, Context(uploader=uploader, reference=reference)).case_id


def test_a_reference_and_an_uploader_lead_to_their_cases(cases):
    opened(cases, 2)
    first = received(cases, "fox", "r-1", 501)
    second = received(cases, "fox", "r-2", 502)
    assert ids(cases.find(Sought(reference="r-1"))) == [first]
    assert ids(cases.find(Sought(uploader="fox"))) == [second, first]
    assert ids(cases.find(Sought(uploader=" fox ", reference="r-2"))) == [second]
    for nothing in (
        Sought(uploader="r-1"),
        Sought(reference="fox"),
        Sought(uploader="Fox"),
        Sought(uploader="fo"),
        Sought(uploader="fox", reference="r-3"),
        Sought(),
    ):
        assert ids(cases.find(nothing)) == [], nothing


def test_every_copy_is_found_and_its_case_told_once(cases):
    case = received(cases, "fox", "r-1", 501)
    assert received(cases, "fox", "r-2", 501) == case
    assert received(cases, "hare", "r-3", 501) == case
    for sought in (Sought(uploader="fox"), Sought(uploader="hare"), Sought(reference="r-3")):
        assert ids(cases.find(sought)) == [case]


def test_where_they_stand_can_be_said(cases):
    first, second = received(cases, "fox", "", 501), received(cases, "fox", "", 502)
    cases.decide(ANN, first, Choice.CONFIRM)
    assert ids(cases.find(Sought(uploader="fox", status=Status.DECIDED))) == [first]
    assert ids(cases.find(Sought(uploader="fox", status=Status.WAITING))) == [second]


def test_pages_follow_one_another(cases):
    made = [received(cases, "fox", "", 501 + each) for each in range(5)]
    page, found = cases.find(Sought(uploader="fox"), limit=2), []
    while True:
        found += ids(page)
        if page.next is None:
            break
        page = cases.find(Sought(uploader="fox"), page.next, 2)
    assert found == made[::-1]
    with pytest.raises(BadDecision, match="start at the first page"):
        cases.find(Sought(uploader="fox"), "nonsense")
    with pytest.raises(BadDecision, match="a page has 1 to 200"):
        cases.find(Sought(uploader="fox"), limit=0)


def test_names_of_any_length_and_writing(banks):
    """An entry of PostgreSQL's indexes holds less than 3 kB."""
    cases = Cases(banks, Limits(max_text=20_000))
    long = "лиса \U0001f98a" * 3_000
    case = received(cases, long[:20_000], long[1:19_000], 501)
    assert ids(cases.find(Sought(uploader=long[:20_000]))) == [case]
    assert ids(cases.find(Sought(reference=long[1:19_000]))) == [case]


def test_categories_are_told_once_each(cases):
    opened(cases, 2, labels=("sea",))
    opened(cases, 1, labels=("bridge", "never"))
    opened(cases, 1, labels=())
    assert cases.categories() == ("bridge", "sea")
    for number in range(60):
        opened(cases, 1, labels=(f"a{number:02}",))
    assert cases.categories() == tuple(f"a{number:02}" for number in range(50))


def test_without_cases_there_are_no_categories(cases):
    assert cases.categories() == ()


def test_copies_are_told_page_by_page_the_latest_first(cases):
    case = received(cases, "fox", "r-0", 501)
    for number in range(1, 5):
        received(cases, "fox", f"r-{number}", 501)
    first = cases.copies(case, limit=3)
    assert [each.context.reference for each in first.copies] == ["r-4", "r-3", "r-2"]
    last = cases.copies(case, first.next, 3)
    assert [each.context.reference for each in last.copies] == ["r-1", "r-0"]
    assert last.next is None
    assert cases.copies(case, 2**70, 200).next is None
    with pytest.raises(NoSuchCase):
        cases.copies(case + 1)


def test_the_weightiest_part_of_an_urgency_has_a_word(cases):
    (number,) = opened(cases, 1, labels=("sea",))
    case = cases.get(number)
    assert why_early(case, Limits()) == "block"
    assert why_early(case, Limits(urgent_labels=("sea",))) == "urgent label"
    assert why_early(replace(case, action="review", urgency=210), Limits()) == "copies"
    assert why_early(replace(case, action="review", urgency=200), Limits()) == "review"
    assert why_early(replace(case, test=True), Limits(urgent_labels=("sea",))) == "test"
    cases.complain(number, "mine")
    assert why_early(cases.get(number), Limits()) == "complaint"


def test_decided_ones_come_the_latest_first_whatever_their_urgency(cases):
    numbers = opened(cases, 4)
    calm = opened(cases, 2, action=Verdict.REVIEW)
    for number in (numbers[1], calm[0], numbers[3], numbers[0], calm[1]):
        cases.decide(ANN, number, Choice.CONFIRM)
    wanted = Filter(status=Status.DECIDED)
    latest_first = [calm[1], calm[0], numbers[3], numbers[1], numbers[0]]
    assert [each.id for each in cases.page(wanted).cases] == latest_first
    found, after = [], None
    while not found or after:
        page = cases.page(wanted, after, 2)
        found += [each.id for each in page.cases]
        after = page.next
    assert found == latest_first
    # Open again, it stands where its urgency says.
    cases.reopen(LEA, calm[1], "once more")
    assert [each.id for each in cases.page(Filter()).cases] == [numbers[2], calm[1]]
