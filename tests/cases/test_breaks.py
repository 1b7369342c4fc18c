"""Breaks that somebody takes by themselves, beside those that are due."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.cases.making import ANN, BOB, LEA, answer, opened

from hedgerow.cases import BadDecision, Care, Choice, Filter, Resting, ReviewPolicy
from hedgerow.store import AuditLog


@pytest.fixture
def noon(clock):
    """The clock stands at noon: a day's limits don't end within a test."""
    clock.at = datetime(2026, 11, 2, 12, tzinfo=UTC)
    return clock


def left(cases, clock, who=ANN):
    """Minutes until a break is due."""
    return (cases.standing(who.id).work_until - clock.at) / timedelta(minutes=1)


def worked(cases, clock, minutes):
    """Let Ann take a case, and be at it for so long; the case is still in her hands."""
    (number,) = opened(cases)
    cases.take(ANN, number)
    for _ in range(minutes):
        clock.forward(minutes=1)
        cases.renew(ANN, number)
    return number


def test_it_gives_back_what_is_in_hand_and_lasts(cases, noon):
    numbers = [worked(cases, noon, 5) for _ in range(2)]
    (others,) = opened(cases)
    cases.take(BOB, others)
    until = cases.take_break(ANN, 15)
    assert until == noon.at + timedelta(minutes=15)
    assert [cases.get(number).lease for number in numbers] == [None, None]
    assert cases.get(others).lease is not None
    standing = cases.standing(ANN.id)
    assert (standing.break_until, standing.may_end_break) == (until, True)
    noon.forward(minutes=14)
    for begins in (
        lambda: cases.take_next(ANN),
        lambda: cases.take(ANN, numbers[0]),
        lambda: cases.decide(ANN, numbers[0], Choice.CONFIRM),
    ):
        with pytest.raises(Resting, match="take your break"):
            begins()
    noon.forward(minutes=1)
    assert cases.standing(ANN.id).break_until is None
    assert cases.take(ANN, numbers[0]).lease.person_id == ANN.id


def test_it_can_be_ended_and_the_work_before_it_still_counts(cases, noon):
    number = worked(cases, noon, 40)
    assert left(cases, noon) == 10
    cases.take_break(ANN, 30)
    noon.forward(minutes=4)
    cases.end_break(ANN)
    assert cases.standing(ANN.id).break_until is None
    cases.take(ANN, number)
    assert left(cases, noon) == 10
    noon.forward(minutes=9)
    cases.renew(ANN, number)
    noon.forward(minutes=1)
    with pytest.raises(Resting, match="time for a break"):
        cases.take_next(ANN)


def test_a_short_one_to_its_end_is_no_way_around_the_one_that_is_due(cases, noon):
    number = worked(cases, noon, 40)
    cases.take_break(ANN, 1)
    noon.forward(minutes=1)
    cases.take(ANN, number)
    assert left(cases, noon) == 10


@pytest.mark.parametrize("ended", [True, False])
def test_who_rested_as_long_as_is_due_begins_anew(cases, noon, ended):
    number = worked(cases, noon, 40)
    cases.take_break(ANN, 30 if ended else 10)
    noon.forward(minutes=10)
    if ended:
        cases.end_break(ANN)
    cases.take(ANN, number)
    assert left(cases, noon) == 50


def test_who_has_not_worked_can_rest_too(cases, noon):
    cases.take_break(ANN, 5)
    assert cases.standing(ANN.id).may_end_break
    cases.end_break(ANN)
    cases.end_break(ANN)  # nothing to end
    cases.end_break(BOB)
    opened(cases)
    cases.take_next(ANN)
    assert left(cases, noon) == 50


def test_one_that_is_due_begins_in_its_place_and_is_not_ended(cases, noon):
    number = worked(cases, noon, 50)
    until = cases.take_break(ANN, 1)
    assert until == noon.at + timedelta(minutes=10)
    assert cases.get(number).lease is None
    assert not cases.standing(ANN.id).may_end_break
    with pytest.raises(Resting, match="this break was due"):
        cases.end_break(ANN)
    assert cases.standing(ANN.id).break_until == until
    noon.forward(minutes=10)
    cases.take(ANN, number)
    assert left(cases, noon) == 50


def test_asking_during_a_break_makes_it_no_longer(cases, noon):
    number = worked(cases, noon, 60)
    with pytest.raises(Resting) as first:
        cases.take_next(ANN)
    noon.forward(minutes=4)
    cases.renew(ANN, number)  # what was begun may be finished
    with pytest.raises(Resting, match="take your break") as second:
        cases.take_next(ANN)
    assert second.value.until == first.value.until
    with pytest.raises(Resting, match="you have a break already"):
        cases.take_break(ANN, 60)
    noon.forward(minutes=6)
    cases.take_next(ANN)
    assert left(cases, noon) == 50


@pytest.mark.parametrize("minutes", [0, -1, 481])
def test_how_long_one_can_be(cases, noon, minutes):
    number = worked(cases, noon, 5)
    with pytest.raises(BadDecision, match="1 to 480 minutes"):
        cases.take_break(ANN, minutes)
    assert cases.get(number).lease is not None
    assert cases.standing(ANN.id).break_until is None


def test_other_limits_that_come_meanwhile_are_kept_to(cases, noon):
    worked(cases, noon, 20)
    cases.take_break(ANN, 30)
    cases.set_care(LEA, ANN.id, Care(work_minutes=15))
    with pytest.raises(Resting):
        cases.end_break(ANN)


def test_nobody_is_told(cases, database, vault, noon):
    number = worked(cases, noon, 5)
    log = AuditLog(database, vault, None)
    before, history = log.entries(None, 50), cases.get(number).history
    cases.take_break(ANN, 15)
    cases.end_break(ANN)
    assert log.entries(None, 50) == before
    assert cases.get(number).history == history
    (shown,) = cases.page(Filter()).cases
    assert (shown.lease, shown.assigned_to) == (None, None)


@pytest.mark.parametrize("rested", [30, 12])
def test_who_comes_back_to_a_case_from_a_rest_begins_anew(cases, noon, rested):
    number = worked(cases, noon, 25)
    noon.forward(minutes=rested)  # at lunch; nobody took the case meanwhile
    cases.decide(ANN, number, Choice.CONFIRM)
    assert left(cases, noon) == 50


def test_a_part_is_not_looked_at_where_a_break_is_due(cases, noon):
    cases.set_policy(LEA, ReviewPolicy(0, keep_media_hours=24))
    facts = {"media": "jpeg", "width": 64, "height": 48}
    other = cases.receive(answer(), facts, file=b"a bridge").case_id
    worked(cases, noon, 50)
    with pytest.raises(Resting, match="time for a break"):
        cases.reveal(ANN, other, 0)
    assert cases.get(other).lease is None


def test_cases_taken_ahead_are_no_way_around_it(cases, noon):
    """What was in somebody's hands, and isn't any more, is begun anew like any other."""
    ahead = opened(cases, 3)
    for number in ahead:
        cases.take(ANN, number)
    noon.forward(minutes=6)
    worked(cases, noon, 50)
    for begins in (
        lambda: cases.renew(ANN, ahead[0]),
        lambda: cases.decide(ANN, ahead[1], Choice.CONFIRM),
        lambda: cases.hold(ANN, ahead[2], 1, "later"),
    ):
        with pytest.raises(Resting, match="break"):
            begins()
    assert [cases.get(number).lease for number in ahead] == [None] * 3
