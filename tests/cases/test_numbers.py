"""How reviewing goes, in numbers, against a count by hand."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from tests.cases.making import ANN, answer, match, opened

from hedgerow.cases import Choice, Consequence, Status, Tally
from hedgerow.matching import Verdict


@pytest.fixture
def clock_at_noon(clock):
    clock.at = datetime(2026, 11, 2, 12, tzinfo=UTC)
    return clock


def decide(cases, number, choice):
    cases.decide(ANN, number, choice, note="as seen")


def test_nothing_yet(cases):
    found = cases.overview()
    assert set(found.by_status.values()) == {0}
    assert (found.oldest, found.precision, found.median_minutes) == ({}, (), None)
    assert len(found.days) == 14


def test_what_waits_and_since_when(cases, clock_at_noon):
    first = clock_at_noon.at
    one, two, three = opened(cases, 3)
    cases.receive(answer(match(content_id=1), test=True), {})
    clock_at_noon.forward(hours=2)
    decide(cases, one, Choice.CONFIRM)
    decide(cases, two, Choice.NOT_SURE)
    cases.take(ANN, three)
    found = cases.overview()
    assert found.by_status[Status.WAITING] == 1  # the test doesn't count
    assert found.by_status[Status.SECOND] == 1
    assert found.by_status[Status.DECIDED] == 1
    assert found.oldest[Status.WAITING] == first
    assert found.oldest[Status.SECOND] == clock_at_noon.at
    assert found.median_minutes == 120
    assert found.reviewers == 1


def test_day_by_day(cases, clock_at_noon):
    opened(cases, 2)
    clock_at_noon.forward(days=1)
    (number,) = opened(cases)
    decide(cases, number, Choice.DISPUTE)
    found = cases.overview()
    assert [(each.opened, each.decided) for each in found.days[-3:]] == [(0, 0), (2, 0), (1, 1)]


def test_of_as_many_days_as_are_asked_for(cases, clock_at_noon, database):
    opened(cases, 2)
    tally = Tally(database)
    tally.note(answer())
    tally.flush()
    clock_at_noon.forward(days=20)
    assert sum(each.opened for each in cases.overview(14).days) == 0
    far = cases.overview(30)
    assert (len(far.days), far.days[-21].opened, far.days[-21].verdicts) == (30, 2, {"block": 1})
    assert (far.verdicts, cases.overview(14).verdicts) == ({"block": 1}, {})


def test_how_often_a_bank_was_right(cases):
    for choice in [Choice.CONFIRM] * 9 + [Choice.DISPUTE]:
        (number,) = opened(cases)
        decide(cases, number, choice)
    (other,) = opened(cases, bank="other", bank_id=5)
    decide(cases, other, Choice.DISPUTE)
    known, second = cases.overview().precision
    assert (known.bank, known.confirmed, known.disputed, known.precision) == ("known", 9, 1, 0.9)
    # Of a table of Wilson's interval for 9 of 10.
    assert (round(known.low, 3), round(known.high, 3)) == (0.596, 0.982)
    assert (second.bank, second.precision) == ("other", 0.0)


def test_numbers_are_counted_anew_after_a_while(cases, monkeypatch):
    assert cases.overview().by_status[Status.WAITING] == 0
    opened(cases)
    assert cases.overview().by_status[Status.WAITING] == 0
    monkeypatch.setattr("hedgerow.cases.counting.monotonic", lambda: float("inf"))
    assert cases.overview().by_status[Status.WAITING] == 1


def test_what_another_threshold_would_do(cases):
    for distance, choice in [(4, Choice.CONFIRM), (4, Choice.CONFIRM), (30, Choice.DISPUTE)]:
        (number,) = opened(cases, distance=distance)
        decide(cases, number, choice)
    opened(cases, distance=9)  # not decided
    assert cases.consequences(2, "pdq") == (Consequence(4, 2, 0), Consequence(30, 0, 1))
    assert cases.consequences(2, "md5") == ()
    assert cases.consequences(5, "pdq") == ()


class TestTally:
    def test_by_verdict_and_by_why_it_was_unchecked(self, cases, database):
        tallies = [Tally(database), Tally(database)]
        for tally in tallies:
            for _ in range(3):
                tally.note(answer())
            tally.note(answer(verdict=Verdict.UNCHECKED, matches=(), error={"code": "corrupt"}))
            tally.note(answer(test=True))
            tally.flush()
            tally.flush()
        found = cases.overview()
        assert found.verdicts == {"block": 6, "unchecked": 2}
        assert found.unchecked == {"corrupt": 2}
        assert found.days[-1].unchecked == 2

    def test_what_can_not_be_written_is_kept(self, cases, database, monkeypatch):
        tally = Tally(database)
        tally.note(answer())
        with monkeypatch.context() as patch:
            patch.setattr(tally, "_write", lambda _counts: (_ for _ in ()).throw(OSError("no")))
            with pytest.raises(OSError, match="no"):
                tally.flush()
        tally.note(answer())
        tally.flush()
        assert Counter(cases.overview().verdicts) == {"block": 2}
