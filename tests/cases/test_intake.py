"""Uploads that match become cases, and copies of the same thing become one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.cases.making import ANN, ZERO, answer, flipped, match, opened

from hedgerow.cases import (
    BadDecision,
    Cases,
    Choice,
    Context,
    Filter,
    Intake,
    Limits,
    NoSuchCase,
    Outcome,
    Status,
)
from hedgerow.matching import Verdict

FACTS = {"media": "jpeg", "width": 640, "height": 480}


def test_a_match_with_its_context_becomes_a_case(cases):
    context = Context(
        uploader="user 5",
        url="https://example.org/p/9",
        at=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
        address="192.0.2.7",
        thread="post 9",
        reference="upload 8812",
    )
    received = cases.receive(answer(), FACTS, context)
    assert (received.opened, received.status, received.outcome) == (True, Status.WAITING, None)
    case = cases.get(received.case_id)
    assert (case.bank, case.category, case.distance, case.threshold) == (
        "known", "landscape", 12, 31,
    )  # fmt: skip
    assert case.evidence["matches"][0]["banked_value"] == flipped(12)
    assert case.evidence["width"] == 640
    assert [each.context for each in case.copies_kept] == [context]
    assert [each.kind for each in case.history] == ["opened"]
    assert (case.copies, case.media, case.has_media) == (1, "jpeg", False)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"verdict": Verdict.BLOCK}, True, id="block"),
        pytest.param({"verdict": Verdict.REVIEW}, True, id="review"),
        pytest.param({"verdict": Verdict.RECORD}, False, id="record"),
        pytest.param({"verdict": Verdict.CLEAR, "matches": ()}, False, id="clear"),
        pytest.param({"verdict": Verdict.UNCHECKED, "matches": ()}, False, id="unchecked"),
        pytest.param({"verdict": Verdict.BLOCK, "test": True}, True, id="test"),
    ],
)
def test_which_answers_are_for_people(cases, given, expected):
    received = cases.receive(replace(answer(), **given), FACTS)
    assert (received is not None) == expected


def test_it_can_be_switched_off_and_widened(banks):
    assert Cases(banks, intake=Intake(enabled=False)).receive(answer(), FACTS) is None
    assert Cases(banks, intake=Intake(tests=False)).receive(answer(test=True), FACTS) is None
    recorded = replace(answer(), verdict=Verdict.RECORD)
    assert Cases(banks, intake=Intake(record=True)).receive(recorded, FACTS) is not None


class TestCopies:
    def test_the_same_file_is_the_same_case(self, cases):
        first = cases.receive(answer(file=b"bridge"), FACTS, Context(uploader="one"))
        second = cases.receive(answer(file=b"bridge"), FACTS, Context(uploader="two"))
        assert (second.case_id, second.opened) == (first.case_id, False)
        case = cases.get(first.case_id)
        assert case.copies == 2
        # The latest first.
        assert [each.context.uploader for each in case.copies_kept] == ["two", "one"]
        assert all(each.same_file for each in case.copies_kept)

    @pytest.mark.parametrize(("bits", "same"), [(0, True), (8, True), (9, False)])
    def test_an_upload_within_a_few_bits_is_a_copy(self, cases, bits, same):
        first = cases.receive(answer(match(value=ZERO)), FACTS)
        second = cases.receive(answer(match(value=flipped(bits))), FACTS)
        assert (second.case_id == first.case_id) == same
        if same:
            assert not cases.get(first.case_id).copies_kept[0].same_file

    def test_the_nearest_of_several_counts(self, cases):
        far = cases.receive(answer(match(value=flipped(20))), FACTS)
        near = cases.receive(answer(match(value=ZERO)), FACTS)
        assert far.case_id != near.case_id
        assert cases.receive(answer(match(value=flipped(3))), FACTS).case_id == near.case_id

    def test_another_content_is_another_case(self, cases):
        first = cases.receive(answer(match(content_id=7)), FACTS)
        second = cases.receive(answer(match(content_id=8)), FACTS)
        assert first.case_id != second.case_id

    def test_another_bank_is_another_case_even_for_the_same_file(self, cases):
        first = cases.receive(answer(match(bank_id=2), file=b"bridge"), FACTS)
        second = cases.receive(answer(match(bank_id=3), file=b"bridge"), FACTS)
        assert first.case_id != second.case_id

    def test_a_copy_of_what_was_decided_takes_the_decision_over(self, cases):
        first = cases.receive(answer(file=b"bridge"), FACTS)
        cases.take(ANN, first.case_id)
        cases.decide(ANN, first.case_id, Choice.CONFIRM)
        second = cases.receive(answer(file=b"bridge"), FACTS)
        assert (second.case_id, second.status, second.outcome) == (
            first.case_id, Status.DECIDED, Outcome.CONFIRMED,
        )  # fmt: skip
        assert cases.page(Filter()).cases == ()

    def test_what_only_resembles_a_disputed_one_is_looked_at_for_itself(self, cases):
        first = cases.receive(answer(match(value=ZERO), file=b"bridge"), FACTS)
        cases.decide(ANN, first.case_id, Choice.DISPUTE, note="another bridge")
        near = cases.receive(answer(match(value=flipped(2))), FACTS)
        assert (near.opened, near.outcome) == (True, None)
        same = cases.receive(answer(match(value=ZERO), file=b"bridge"), FACTS)
        assert (same.case_id, same.outcome) == (first.case_id, Outcome.DISPUTED)

    def test_of_very_many_only_so_many_are_kept_and_all_are_counted(self, banks):
        cases = Cases(banks, Limits(max_copies_kept=3))
        for number in range(5):
            found = cases.receive(answer(file=b"bridge"), FACTS, Context(uploader=str(number)))
        case = cases.get(found.case_id)
        assert case.copies == 5
        assert [each.context.uploader for each in case.copies_kept] == ["2", "1", "0"]

    def test_copies_that_come_in_at_once_find_each_other(self, cases):
        with ThreadPoolExecutor(8) as threads:
            given = [flipped(bits % 5) for bits in range(40)]
            found = list(threads.map(
                lambda value: cases.receive(answer(match(value=value)), FACTS), given,
            ))  # fmt: skip
        assert len({each.case_id for each in found}) == 1
        assert sum(each.opened for each in found) == 1
        assert cases.get(found[0].case_id).copies == 40


class TestUrgency:
    def test_what_spreads_comes_first_and_tests_come_last(self, cases):
        (test,) = opened(cases, bank_id=9)
        cases.receive(answer(match(content_id=1), test=True), FACTS)
        (review,) = opened(cases, action=Verdict.REVIEW)
        (block,) = opened(cases)
        for _ in range(4):
            spread = cases.receive(answer(file=b"bridge"), FACTS).case_id
        order = [each.id for each in cases.page(Filter()).cases]
        assert order[:2] == [spread, test]
        assert order[2:4] == [block, review]
        assert cases.page(Filter()).cases[-1].test

    def test_urgent_labels_come_before_all(self, banks):
        cases = Cases(banks, Limits(urgent_labels=("sunset",)))
        opened(cases, 3)
        (urgent,) = opened(cases, labels=("sea", "sunset"), action=Verdict.REVIEW)
        assert cases.page(Filter()).cases[0].id == urgent


def test_what_is_too_long_is_refused(cases):
    with pytest.raises(BadDecision, match="uploader: at most 4000 characters"):
        cases.receive(answer(), FACTS, Context(uploader="a" * 4001))


@pytest.mark.parametrize("number", [0, -1, 1, 2**63, 2**70])
def test_a_case_that_is_not_there(cases, number):
    with pytest.raises(NoSuchCase):
        cases.get(number)
