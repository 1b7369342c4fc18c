"""Care of those who look: limits of a day, breaks that are kept, and what a lead can set."""

from datetime import UTC, datetime

import pytest
from tests.cases.making import ANN, BOB, LEA, answer, match, opened

from hedgerow.cases import EVERYBODY, Care, Cases, Choice, NotNow, NotYours, Resting, ReviewPolicy
from hedgerow.store import NoSuchObject, destroy_object

FACTS = {"media": "jpeg", "width": 64, "height": 48}


@pytest.fixture
def noon(clock):
    """The clock stands at noon: a day's limits don't end within a test."""
    clock.at = datetime(2026, 11, 2, 12, tzinfo=UTC)
    return clock


@pytest.fixture
def shown(cases):
    """A case whose upload is kept."""
    cases.set_policy(LEA, ReviewPolicy(0, keep_media_hours=24))
    received = cases.receive(answer(), FACTS, file=b"a photograph of a bridge")
    cases.take(ANN, received.case_id)
    return received.case_id


class TestReveals:
    def test_each_is_counted_and_told_with_its_upload(self, cases, noon, shown):
        reveal, held = cases.reveal(ANN, shown, 3)
        assert held == cases.open_media(ANN, shown) == cases.get(shown).object_id
        assert reveal != cases.reveal(ANN, shown, 4)[0]
        standing = cases.standing(ANN.id)
        assert standing.reveals_left == 198
        assert standing.seconds_left == 30 * 60 - 2 * 10

    def test_only_what_was_shown_is_counted_once_the_end_is_told(self, cases, noon, shown):
        reveal, _ = cases.reveal(ANN, shown, 3)
        cases.end_reveal(BOB, reveal, 0)  # it isn't Bob's to end
        cases.end_reveal(ANN, reveal, 2.5)
        cases.end_reveal(ANN, reveal, 0)  # only once
        assert cases.standing(ANN.id).seconds_left == 30 * 60 - 3
        reveal, _ = cases.reveal(ANN, shown, 3)
        cases.end_reveal(ANN, reveal, 99)  # never more than it can be shown
        assert cases.standing(ANN.id).seconds_left == 30 * 60 - 13

    def test_it_counts_for_no_less_than_went_by(self, cases, noon, shown):
        reveal, _ = cases.reveal(ANN, shown, 3)
        noon.forward(seconds=6)
        cases.end_reveal(ANN, reveal, 0)
        assert cases.standing(ANN.id).seconds_left == 30 * 60 - 6

    @pytest.mark.parametrize(
        "limits",
        [
            pytest.param({"reveals_a_day": 2}, id="number"),
            pytest.param({"reveal_minutes_a_day": 1, "reveal_seconds": 30}, id="minutes"),
            pytest.param({"reveals_a_day": 2, "reveal_minutes_a_day": 1}, id="both"),
        ],
    )
    def test_a_day_has_its_end_and_the_next_begins_anew(self, cases, noon, shown, limits):
        cases.set_care(LEA, ANN.id, Care(**limits))
        for part in range(2):
            cases.reveal(ANN, shown, part)
        with pytest.raises(Resting, match="as much as a day allows") as told:
            cases.reveal(ANN, shown, 2)
        assert told.value.until == datetime(2026, 11, 3, tzinfo=UTC)
        # Cases go on being decided on their evidence.
        noon.forward(hours=12)
        cases.take(ANN, shown)
        cases.reveal(ANN, shown, 2)

    def test_none_at_all(self, cases, noon, shown):
        cases.set_care(LEA, ANN.id, Care(reveals_a_day=0))
        with pytest.raises(Resting):
            cases.reveal(ANN, shown, 0)

    def test_only_who_has_the_case_in_hand(self, cases, noon, shown):
        for look in (cases.open_media, lambda who, case: cases.reveal(who, case, 0)):
            with pytest.raises(NotYours, match="somebody else has it in hand"):
                look(BOB, shown)

    def test_where_nothing_is_kept(self, cases):
        (number,) = opened(cases)
        with pytest.raises(NotNow, match="decide it on its evidence"):
            cases.open_media(ANN, number)

    def test_what_was_kept_for_long_enough_is_gone(self, cases, kept, noon, shown):
        held = cases.get(shown).object_id
        assert kept.open(held) == b"a photograph of a bridge"
        noon.forward(hours=23)
        assert cases.forget_media() == 0
        noon.forward(hours=1)
        # From now on, whenever it is destroyed.
        with pytest.raises(NoSuchObject):
            kept.open(held)
        for look in (cases.open_media, lambda who, number: cases.reveal(who, number, 0)):
            with pytest.raises(NotNow, match="nothing is kept to look at"):
                look(ANN, shown)
        assert cases.forget_media() == 1
        case = cases.get(shown)
        assert (case.has_media, case.object_id) == (False, None)
        assert case.history[-1].kind == "media_gone"
        with pytest.raises(NoSuchObject):
            kept.open(held)

    def test_also_where_no_vault_is_set_any_more(self, cases, banks, kept, noon, shown):
        held = cases.get(shown).object_id
        noon.forward(hours=24)
        assert Cases(banks).forget_media() == 1
        with pytest.raises(NoSuchObject):
            kept.open(held)

    def test_one_that_is_gone_already_keeps_no_other(self, cases, database, kept, noon, shown):
        other = cases.receive(answer(match(content_id=99)), FACTS, file=b"another bridge")
        with database.write() as session:
            destroy_object(session, cases.get(shown).object_id, "by hand")
        noon.forward(hours=24)
        assert cases.forget_media() == 2
        assert not cases.get(other.case_id).has_media


class TestKeeping:
    def test_only_where_the_policy_says_so(self, cases):
        received = cases.receive(answer(), FACTS, file=b"a photograph of a bridge")
        assert not cases.get(received.case_id).has_media

    def test_only_where_there_is_a_vault(self, banks):
        cases = Cases(banks)
        assert not cases.keeps_media
        cases.set_policy(LEA, ReviewPolicy(0, keep_media_hours=24))
        received = cases.receive(answer(), FACTS, file=b"a photograph of a bridge")
        assert not cases.get(received.case_id).has_media

    def test_a_copy_is_not_kept_again(self, cases, shown):
        held = cases.get(shown).object_id
        again = cases.receive(answer(), FACTS, file=b"nearly the same photograph")
        assert (again.case_id, again.opened) == (shown, False)
        assert cases.get(shown).object_id == held


class TestBreaks:
    def test_after_so_much_work_a_break_is_due(self, cases, noon):
        opened(cases, 10)
        cases.take_next(ANN)
        for _ in range(5):
            noon.forward(minutes=9)
            cases.take_next(ANN)
        noon.forward(minutes=6)
        with pytest.raises(Resting, match="time for a break") as told:
            cases.take_next(ANN)
        assert (told.value.until - noon.at).total_seconds() == 600
        noon.forward(minutes=9)
        with pytest.raises(Resting, match="take your break"):
            cases.take_next(ANN)
        assert cases.standing(ANN.id).break_until is not None
        noon.forward(minutes=1)
        assert cases.take_next(ANN) is not None
        assert cases.standing(ANN.id).break_until is None

    def test_no_case_is_begun_by_deciding_it_during_a_break(self, cases, noon):
        numbers = opened(cases, 8)
        for number in numbers[:6]:
            cases.decide(ANN, number, Choice.CONFIRM)
            noon.forward(minutes=9)
        with pytest.raises(Resting):
            cases.decide(ANN, numbers[6], Choice.CONFIRM)
        found = cases.decide_many(ANN, numbers[6:], Choice.CONFIRM)
        assert all("break" in why for why in found.values())
        assert cases.get(numbers[6]).decisions == ()

    def test_what_was_begun_may_be_finished(self, cases, noon):
        (number, other) = opened(cases, 2)
        cases.take(ANN, number)
        for _ in range(14):
            noon.forward(minutes=4)
            cases.renew(ANN, number)
        with pytest.raises(Resting):
            cases.take(ANN, other)
        cases.renew(ANN, number)
        assert cases.decide(ANN, number, Choice.CONFIRM).outcome is not None

    def test_who_rested_by_themselves_needs_no_other_break(self, cases, noon):
        opened(cases, 3)
        cases.take_next(ANN)
        noon.forward(minutes=45)
        cases.take_next(ANN)
        noon.forward(minutes=45)
        assert cases.take_next(ANN) is not None

    def test_each_for_themselves(self, cases, noon):
        opened(cases, 20)
        for _ in range(6):
            cases.take_next(ANN)
            noon.forward(minutes=9)
        with pytest.raises(Resting):
            cases.take_next(ANN)
        assert cases.take_next(BOB) is not None

    def test_during_a_break_nothing_is_revealed(self, cases, noon, shown):
        for _ in range(14):
            noon.forward(minutes=4)
            cases.renew(ANN, shown)
        with pytest.raises(Resting):
            cases.take_next(ANN)
        with pytest.raises(Resting):
            cases.reveal(ANN, shown, 0)
        with pytest.raises(Resting):
            cases.open_media(ANN, shown)


class TestLimits:
    def test_a_lead_sets_them_for_all_and_for_one(self, cases):
        assert cases.care_of(ANN.id) == Care()
        cases.set_care(LEA, EVERYBODY, Care(reveals_a_day=50))
        assert cases.care_of(ANN.id).reveals_a_day == 50
        cases.set_care(LEA, ANN.id, Care(reveals_a_day=5))
        assert (cases.care_of(ANN.id).reveals_a_day, cases.care_of(BOB.id).reveals_a_day) == (5, 50)
        assert (cases.own_care(ANN.id), cases.own_care(BOB.id)) == (True, False)
        cases.set_care(LEA, ANN.id, None)
        assert cases.care_of(ANN.id).reveals_a_day == 50
        cases.set_care(LEA, EVERYBODY, None)
        assert cases.care_of(ANN.id) == Care()

    @pytest.mark.parametrize("name", list(vars(Care())))
    def test_none_is_below_nothing_or_beyond_all_measure(self, name):
        for value in (-1, 100_001):
            with pytest.raises(ValueError, match=name):
                Care(**{name: value})
