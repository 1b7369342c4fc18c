"""Who has a case, and what they can do with it short of deciding."""

import pytest
from tests.cases.making import ANN, BOB, CID, LEA, flipped, opened

from hedgerow.cases import BadDecision, Cases, Choice, Filter, Limits, NotNow, NotYours, Status


def ids(page):
    return [each.id for each in page.cases]


class TestNext:
    def test_nothing_waits(self, cases):
        assert cases.take_next(ANN) is None

    def test_two_people_get_two_cases_in_their_order(self, cases):
        first, second = opened(cases, 2)
        assert cases.take_next(ANN).id == first
        assert cases.take_next(BOB).id == second
        assert cases.take_next(CID) is None

    def test_a_case_has_its_lease_and_its_end(self, cases, clock):
        (number,) = opened(cases)
        case = cases.take_next(ANN)
        assert case.lease.person_id == ANN.id
        assert (case.lease.until - clock.at).total_seconds() == 300
        assert cases.get(number, BOB).why_not == "somebody else has it in hand"

    def test_who_vanishes_loses_it_when_the_lease_ends(self, cases, clock):
        (number,) = opened(cases)
        cases.take_next(ANN)
        clock.forward(seconds=299)
        assert cases.take_next(BOB) is None
        clock.forward(seconds=1)
        assert cases.take_next(BOB).id == number
        with pytest.raises(NotYours, match="somebody else has it in hand"):
            cases.decide(ANN, number, Choice.CONFIRM)
        with pytest.raises(NotYours):
            cases.renew(ANN, number)

    def test_renewed_it_lasts(self, cases, clock):
        (number,) = opened(cases)
        cases.take_next(ANN)
        for _ in range(5):
            clock.forward(seconds=200)
            cases.renew(ANN, number)
        assert cases.take_next(BOB) is None
        clock.forward(seconds=400)
        # It ran out, and nobody came.
        assert cases.renew(ANN, number).person_id == ANN.id
        assert cases.take_next(BOB) is None

    def test_what_waits_for_a_second_comes_first_and_not_to_the_first(self, cases):
        one, _two = opened(cases, 2)
        cases.take(ANN, one)
        cases.decide(ANN, one, Choice.NOT_SURE, note="blurred")
        assert cases.take_next(ANN).id != one
        assert cases.take_next(BOB).id == one

    def test_what_is_escalated_comes_to_leads_alone(self, cases):
        (number,) = opened(cases)
        cases.take(ANN, number)
        cases.decide(ANN, number, Choice.ESCALATE, note="law?")
        assert cases.take_next(BOB) is None
        with pytest.raises(NotYours, match="it waits for a lead"):
            cases.take(BOB, number)
        assert cases.take_next(LEA).id == number

    def test_a_filter_is_kept_to(self, cases):
        first, other = *opened(cases), *opened(cases, bank_id=5)
        assert cases.take_next(ANN, Filter(bank_id=5)).id == other
        assert cases.take_next(ANN, Filter(bank_id=5)) is None
        assert cases.take_next(ANN, Filter(status=Status.SECOND)) is None
        assert cases.take_next(ANN).id == first


class TestGivingBack:
    def test_released_it_is_for_anybody(self, cases):
        (number,) = opened(cases)
        cases.take_next(ANN)
        cases.release(BOB, number)  # it isn't Bob's to give back
        assert cases.take_next(BOB) is None
        cases.release(ANN, number)
        assert cases.take_next(ANN).id == number

    def test_skipped_it_is_for_others_and_comes_back_later(self, cases, clock):
        (number,) = opened(cases)
        cases.take_next(ANN)
        cases.skip(ANN, number)
        assert cases.take_next(ANN) is None
        assert cases.take_next(BOB).id == number
        cases.release(BOB, number)
        clock.forward(minutes=60)
        assert cases.take_next(ANN).id == number

    def test_skipping_lets_nobody_decide_twice(self, cases):
        (number,) = opened(cases)
        cases.take(ANN, number)
        cases.decide(ANN, number, Choice.NOT_SURE, note="?")
        cases.skip(ANN, number)
        with pytest.raises(NotYours, match="you have decided it before"):
            cases.take(ANN, number)

    def test_who_is_gone_keeps_nothing_from_the_others(self, cases):
        (number,) = opened(cases)
        cases.assign(LEA, number, ANN.id)
        cases.take_next(ANN)
        cases.unassign_all(ANN.id)
        assert cases.take_next(BOB).id == number

    def test_all_that_somebody_has(self, cases):
        opened(cases, 3)
        for _ in range(3):
            cases.take_next(ANN)
        cases.release_all(ANN.id)
        assert cases.take_next(BOB) is not None


class TestHolding:
    def test_a_held_case_comes_back_by_itself(self, cases, clock):
        (number,) = opened(cases)
        cases.take_next(ANN)
        cases.hold(ANN, number, 2, "the platform is asked")
        assert cases.take_next(BOB) is None
        held = cases.get(number)
        assert (held.status, held.held_why, held.lease) == (
            Status.HELD, "the platform is asked", None,
        )  # fmt: skip
        clock.forward(days=2)
        assert cases.take_next(BOB).id == number
        assert [each.kind for each in cases.get(number).history] == ["opened", "held", "woken"]

    def test_woken_it_stands_where_it_stood(self, cases):
        (number,) = opened(cases)
        cases.take(ANN, number)
        cases.decide(ANN, number, Choice.NOT_SURE, note="?")
        cases.take(BOB, number)
        cases.hold(BOB, number, 1, "later")
        cases.wake(ANN, number)
        assert cases.get(number).status is Status.SECOND
        with pytest.raises(NotNow, match="is not held"):
            cases.wake(ANN, number)

    def test_a_held_case_is_not_decided(self, cases):
        (number,) = opened(cases)
        cases.take(ANN, number)
        cases.hold(ANN, number, 1, "later")
        with pytest.raises(NotNow, match="it is held; wake it first"):
            cases.decide(BOB, number, Choice.CONFIRM)

    @pytest.mark.parametrize(("days", "why"), [(0, "later"), (31, "later"), (1, " ")])
    def test_for_how_long_and_why(self, cases, days, why):
        (number,) = opened(cases)
        cases.take(ANN, number)
        with pytest.raises(BadDecision):
            cases.hold(ANN, number, days, why)
        assert cases.get(number).status is Status.WAITING


class TestAssigning:
    def test_it_is_theirs_alone(self, cases):
        (number,) = opened(cases)
        cases.take(ANN, number)
        cases.assign(LEA, number, BOB.id)
        assert cases.get(number).lease is None
        with pytest.raises(NotYours, match="assigned to somebody else"):
            cases.take(CID, number)
        assert cases.take_next(CID) is None
        assert ids(cases.page(Filter(mine=BOB.id))) == [number]
        assert cases.take_next(BOB).id == number

    def test_it_can_be_taken_back(self, cases):
        (number,) = opened(cases)
        cases.assign(LEA, number, BOB.id)
        cases.assign(LEA, number, None)
        assert cases.take_next(CID).id == number

    def test_not_to_who_decided_it(self, cases):
        (number,) = opened(cases)
        cases.take(ANN, number)
        cases.decide(ANN, number, Choice.NOT_SURE, note="?")
        with pytest.raises(NotNow, match="decided by them before"):
            cases.assign(LEA, number, ANN.id)


class TestLists:
    def test_pages_follow_one_another_whatever_comes_in(self, cases):
        made = opened(cases, 7)
        page = cases.page(Filter(), limit=3)
        seen = ids(page)
        opened(cases, 2)
        while page.next:
            page = cases.page(Filter(), page.next, 3)
            seen += ids(page)
        assert seen[:7] == made
        assert len(seen) == 9

    def test_by_status_bank_and_category(self, cases):
        (one,) = opened(cases)
        (two,) = opened(cases, bank_id=5, labels=("sea",))
        assert ids(cases.page(Filter(bank_id=5))) == [two]
        assert ids(cases.page(Filter(category="landscape"))) == [one]
        assert ids(cases.page(Filter(status=Status.DECIDED))) == []
        assert cases.counts()[Status.WAITING] == 2
        assert cases.counts(Filter(bank_id=5))[Status.WAITING] == 1

    def test_mine_are_those_in_hand_and_those_assigned(self, cases):
        one, two, _three = opened(cases, 3)
        cases.take(ANN, one)
        cases.assign(LEA, two, ANN.id)
        assert ids(cases.page(Filter(mine=ANN.id))) == [one, two]

    @pytest.mark.parametrize("place", ["", "1", "a.b", "1.2.3", f"{2**70}.1"])
    def test_a_place_that_is_none(self, cases, place):
        with pytest.raises(BadDecision, match="start at the first page"):
            cases.page(Filter(), place)

    def test_a_page_has_its_limits(self, cases):
        for limit in (0, 201):
            with pytest.raises(BadDecision, match="a page has 1 to 200 cases"):
                cases.page(Filter(), limit=limit)

    def test_what_is_alike_is_of_the_same_content_and_undecided(self, cases):
        made = [
            *opened(cases, content_id=7, value=flipped(0)),
            *opened(cases, content_id=7, value=flipped(20)),
            *opened(cases, content_id=7, value=flipped(40)),
        ]
        opened(cases)
        assert [each.id for each in cases.alike(made[0])] == made[1:]
        cases.take(ANN, made[1])
        cases.decide(ANN, made[1], Choice.CONFIRM)
        assert [each.id for each in cases.alike(made[0])] == made[2:]


@pytest.mark.parametrize("name", ["lease_seconds", "skip_minutes", "max_bulk", "max_page"])
def test_limits_are_above_nothing(name):
    with pytest.raises(ValueError, match=name):
        Limits(**{name: 0})


def test_a_lease_is_as_long_as_set(banks, clock):
    cases = Cases(banks, Limits(lease_seconds=10))
    opened(cases)
    assert (cases.take_next(ANN).lease.until - clock.at).total_seconds() == 10
