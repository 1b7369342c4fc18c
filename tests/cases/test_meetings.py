"""The same row made twice at once: on PostgreSQL both find that there is none yet."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.banks.meeting import outcome, stopped_before_commit
from tests.cases.making import ANN, LEA, LEO, answer, opened
from tests.postgres import postgres_only

from hedgerow.cases import EVERYBODY, Care, Choice, Context, NotNow, Outcome, ReviewPolicy

pytestmark = postgres_only("SQLite has one writer at a time: nobody meets")


@pytest.fixture
def meet(postgres, database):
    """Stops the first before its commit, lets the second run until it waits, lets both end."""

    def meeting(first, second):
        with ThreadPoolExecutor(1) as pool, stopped_before_commit(database, first) as commit:
            other = pool.submit(second)
            postgres.wait_for_waiting(str(database.engine.url.database))
            return commit(), outcome(other)

    return meeting


def test_somebody_begins_twice_at_once(cases, meet):
    one, two = opened(cases, 2)
    first, second = meet(lambda: cases.take(ANN, one), lambda: cases.take(ANN, two))
    assert (first.id, second.id) == (one, two)
    assert cases.standing(ANN.id).work_until is not None


def test_somebody_rests_twice_at_once(cases, meet):
    until, refused = meet(lambda: cases.take_break(ANN, 5), lambda: cases.take_break(ANN, 60))
    assert cases.standing(ANN.id).break_until == until == refused.until


@pytest.mark.parametrize("bank", [0, 2])
def test_two_leads_set_the_same_policy_at_once(cases, meet, bank):
    first, second = ReviewPolicy(bank, keep_media_hours=1), ReviewPolicy(bank, keep_media_hours=2)
    told = meet(lambda: cases.set_policy(LEA, first), lambda: cases.set_policy(LEO, second))
    assert told == (None, None)
    assert cases.policy(bank) == second


@pytest.mark.parametrize("person", [EVERYBODY, ANN.id])
def test_two_leads_set_the_same_limits_at_once(cases, meet, person):
    first, second = Care(reveals_a_day=1), Care(reveals_a_day=2)
    told = meet(
        lambda: cases.set_care(LEA, person, first), lambda: cases.set_care(LEO, person, second)
    )
    assert told == (None, None)
    assert cases.care_of(person) == second


def test_somebody_skips_a_case_twice_at_once(cases, meet):
    (number,) = opened(cases)
    assert meet(lambda: cases.skip(ANN, number), lambda: cases.skip(ANN, number)) == (None, None)
    assert cases.take_next(ANN) is None


def test_the_very_first_uploads_come_in_at_once(cases, meet):
    file = b"a bridge"
    given = [
        lambda who=who: cases.receive(answer(file=file), {}, Context(uploader=who)) for who in "ab"
    ]
    first, second = meet(*given)
    assert (first.opened, second.opened) == (True, False)
    assert first.case_id == second.case_id


def test_what_is_taken_back_while_somebody_decides_it(cases, meet):
    (number,) = opened(cases, content_id=7)
    cases.take(ANN, number)
    ended, refused = meet(
        lambda: cases.withdraw_content(2, 7), lambda: cases.decide(ANN, number, Choice.CONFIRM)
    )
    assert (ended, type(refused)) == (1, NotNow)
    assert cases.get(number).outcome is Outcome.WITHDRAWN


def test_what_is_decided_while_it_is_taken_back(cases, meet):
    (number,) = opened(cases, content_id=7)
    cases.take(ANN, number)
    decided, ended = meet(
        lambda: cases.decide(ANN, number, Choice.CONFIRM), lambda: cases.withdraw_content(2, 7)
    )
    assert (decided.outcome, ended) == (Outcome.CONFIRMED, 0)
    assert cases.get(number).outcome is Outcome.CONFIRMED
