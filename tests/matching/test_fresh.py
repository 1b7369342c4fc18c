"""A service's matcher: fresh by itself, and never clear by what it can't know."""

import threading
import time

import pytest
from tests.matching.signals import flipped, md5, pdq, query

from hedgerow.banks import NoSuchBank
from hedgerow.matching import Answer, Fresh, LiveLimits, Match, Verdict
from hedgerow.store import DatabaseUnavailable

PATIENCE = 60
QUICK = LiveLimits(poll_seconds=0.01)
BANKED = pdq(1)


class Looks:
    """Counts the looks at the feed, and waits for the next ones."""

    def __init__(self):
        self.count = 0
        self._changed = threading.Condition()

    def __call__(self):
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def wait(self, more=2):
        """After two more, one has begun since: the one under way may be an old one."""
        with self._changed:
            target = self.count + more
            assert self._changed.wait_for(lambda: self.count >= target, PATIENCE)


@pytest.fixture
def looks():
    return Looks()


@pytest.fixture
def fresh(banks, matcher, looks):
    banks.create("known", "block")
    banks.add_content("known", [pdq(99), md5("first")])
    with Fresh(matcher, QUICK, looks) as made:
        looks.wait()
        yield made


def verdict(fresh, signal, banks=None):
    return fresh.compare([query(signal)], banks)[0].verdict


def test_it_sees_what_others_bank_and_withdraw(fresh, banks, looks):
    assert verdict(fresh, BANKED) == Verdict.CLEAR
    added = banks.add_content("known", [BANKED])
    looks.wait()
    assert verdict(fresh, flipped(BANKED, 31)) == Verdict.BLOCK
    banks.remove_content("known", added.content.id)
    looks.wait()
    assert verdict(fresh, BANKED) == Verdict.CLEAR


def test_after_a_refresh_it_sees_at_once(fresh, banks, matcher):
    with Fresh(matcher, LiveLimits(poll_seconds=1000)) as slow:
        banks.add_content("known", [BANKED])
        assert slow.refresh() == slow.sequence == matcher.sequence
        assert verdict(slow, BANKED) == Verdict.BLOCK


def test_a_withdrawal_counts_before_it_was_looked_at(fresh, banks, matcher):
    """What a match rests on is read again: nobody is shown what is gone."""
    with Fresh(matcher, LiveLimits(poll_seconds=1000)) as slow:
        added = banks.add_content("known", [BANKED])
        slow.refresh()
        banks.remove_content("known", added.content.id)
        assert verdict(slow, BANKED) == Verdict.CLEAR


def test_the_bank_of_a_question_has_to_be_there(fresh):
    with pytest.raises(NoSuchBank):
        verdict(fresh, BANKED, ["nowhere"])


class Stand:
    """Stands for a matcher, and does what it is told."""

    def __init__(self):
        self.prepared, self.gave_up = threading.Event(), threading.Event()
        self.broken = None
        self.compacted = threading.Event()
        self.answers = [Answer(Verdict.CLEAR, 7)]

    def prepare(self, ending):
        until = time.monotonic() + PATIENCE
        while not self.prepared.wait(0.01):
            assert time.monotonic() < until
            if ending():
                self.gave_up.set()
                return

    def refresh(self):
        if self.broken:
            raise self.broken
        return 7

    def compare(self, queries, _banks):
        if self.broken:
            raise self.broken
        return self.answers * len(queries)

    def compact(self):
        self.compacted.set()


@pytest.fixture
def stand():
    return Stand()


@pytest.fixture
def of_stand(stand, looks):
    made = []

    def make(**limits):
        made.append(Fresh(stand, LiveLimits(**{"poll_seconds": 0.01} | limits), looks))
        return made[-1]

    yield make
    stand.prepared.set()
    for each in made:
        each.close()


def test_it_can_be_closed_before_it_is_ready(of_stand, stand):
    of_stand().close()
    assert stand.gave_up.is_set()


def test_before_it_is_ready_nothing_is_clear(of_stand, stand, looks):
    fresh = of_stand()
    answer = fresh.compare([query(BANKED)])[0]
    assert (answer.verdict, answer.error["code"]) == (Verdict.UNCHECKED, "banks_unavailable")
    assert "made ready" in fresh.problem()
    assert fresh.age is None
    stand.prepared.set()
    looks.wait()
    assert fresh.compare([query(BANKED)])[0].verdict == Verdict.CLEAR
    assert fresh.problem() is None
    assert fresh.sequence == 7


def test_without_a_look_for_long_nothing_is_clear_but_matches_count(of_stand, stand, looks):
    fresh = of_stand(stale_seconds=1e-9)
    stand.prepared.set()
    looks.wait()
    answer = fresh.compare([query(BANKED)])[0]
    assert (answer.verdict, answer.error["code"]) == (Verdict.UNCHECKED, "banks_unavailable")
    assert "last looked at" in answer.error["message"]
    match = Match("known", 1, 1, Verdict.BLOCK, "pdq", 0, 31, "none", "", "")
    stand.answers = [Answer(Verdict.BLOCK, 7, (match,))]
    assert fresh.compare([query(BANKED)])[0].verdict == Verdict.BLOCK


def test_what_goes_wrong_is_told_and_got_over(of_stand, stand, looks, caplog):
    fresh = of_stand()
    stand.prepared.set()
    looks.wait()
    stand.broken = DatabaseUnavailable("the database is gone")
    answer = fresh.compare([query(BANKED)])[0]
    assert answer.verdict == Verdict.UNCHECKED
    assert "the database is gone" in answer.error["message"]
    assert "could not be compared" in caplog.text
    stand.broken = None
    looks.wait()
    assert fresh.compare([query(BANKED)])[0].verdict == Verdict.CLEAR


def test_a_fault_of_ours_is_not_taken_for_an_answer(of_stand, stand, looks):
    fresh = of_stand()
    stand.prepared.set()
    looks.wait()
    stand.broken = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        fresh.compare([query(BANKED)])
    stand.broken = None
    looks.wait()  # it goes on after that
    assert fresh.compare([query(BANKED)])[0].verdict == Verdict.CLEAR


def test_when_it_is_quiet_the_indexes_are_compacted(of_stand, stand):
    fresh = of_stand(quiet_seconds=1e-9)
    stand.prepared.set()
    assert stand.compacted.wait(PATIENCE)
    assert fresh.sequence == 7


def test_a_change_that_could_not_be_followed_leaves_nothing_clear_until_it_was(
    of_stand, stand, looks, caplog
):
    fresh = of_stand(poll_seconds=3600)
    stand.prepared.set()
    looks.wait(1)
    before = fresh.compare([query(BANKED)])[0]
    stand.broken = DatabaseUnavailable("the database is gone")
    fresh.follow()
    stand.broken = None
    between = fresh.compare([query(BANKED)])[0]
    fresh.follow()
    after = fresh.compare([query(BANKED)])[0]
    assert before.verdict == Verdict.CLEAR
    assert (between.verdict, between.error["code"]) == (Verdict.UNCHECKED, "banks_unavailable")
    assert "not taken in yet" in between.error["message"]
    assert "can't be followed" in caplog.text
    assert after.verdict == Verdict.CLEAR


def test_a_change_during_the_first_look_is_followed_by_another_one(of_stand, stand, looks):
    fresh = of_stand(poll_seconds=3600)
    looking, go_on = threading.Event(), threading.Event()

    def refresh():
        looking.set()
        assert go_on.wait(PATIENCE)
        return 7

    stand.refresh = refresh
    stand.prepared.set()
    assert looking.wait(PATIENCE)
    fresh.follow()  # it may have been made after the look began
    go_on.set()
    looks.wait(1)
    missed = fresh.compare([query(BANKED)])[0]
    fresh.refresh()
    taken_in = fresh.compare([query(BANKED)])[0]
    assert missed.verdict == Verdict.UNCHECKED
    assert taken_in.verdict == Verdict.CLEAR


def test_a_change_does_not_wait_for_ever_for_a_long_look(of_stand, stand, looks):
    fresh = of_stand(poll_seconds=3600, max_wait_seconds=0.01)
    stand.prepared.set()
    looks.wait(1)
    looking, go_on = threading.Event(), threading.Event()

    def refresh():
        looking.set()
        assert go_on.wait(PATIENCE)
        return 7

    stand.refresh = refresh
    long = threading.Thread(target=fresh.refresh)
    long.start()
    assert looking.wait(PATIENCE)
    fresh.follow()
    missed = fresh.compare([query(BANKED)])[0]
    go_on.set()
    long.join()
    # The long look may have begun before the change: only another one is enough.
    still = fresh.compare([query(BANKED)])[0]
    fresh.refresh()
    assert missed.verdict == still.verdict == Verdict.UNCHECKED
    assert fresh.compare([query(BANKED)])[0].verdict == Verdict.CLEAR


def test_a_fault_while_following_does_not_undo_the_change(of_stand, stand, looks, caplog):
    fresh = of_stand(poll_seconds=3600)
    stand.prepared.set()
    looks.wait(1)
    stand.broken = ZeroDivisionError("a fault")
    fresh.follow()
    stand.broken = None
    assert fresh.compare([query(BANKED)])[0].verdict == Verdict.UNCHECKED
    assert "Traceback" in caplog.text
