"""Who has a case, and what they can do with it short of deciding."""

from dataclasses import replace

import pytest
from tests.cases.making import ANN, BOB, CID, LEA, LEO, flipped, opened

from hedgerow.accounts import PersonState, Role
from hedgerow.cases import (
    AtHand,
    BadDecision,
    Cases,
    Choice,
    Filter,
    Limits,
    NotNow,
    NotYours,
    Status,
)


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
        assert cases.take_next(BOB, Filter(bank_id=5)) is None
        assert cases.take_next(BOB, Filter(status=Status.SECOND)) is None
        assert cases.take_next(BOB).id == first

    def test_who_has_one_in_hand_is_given_no_second(self, cases, clock):
        first, other = *opened(cases), *opened(cases, bank_id=5)
        cases.take(ANN, other)
        clock.forward(seconds=200)
        again = cases.take_next(ANN, Filter(bank_id=2))
        assert (again.id, (again.lease.until - clock.at).total_seconds()) == (other, 300)
        clock.forward(seconds=300)
        assert cases.take_next(ANN, Filter(bank_id=2)).id == first

    def test_what_is_in_hand_and_not_theirs_to_decide_any_more_is_passed_over(self, cases):
        second, other = opened(cases, 2)
        cases.take(ANN, second)
        cases.decide(ANN, second, Choice.ESCALATE, note="law?")
        cases.take(LEA, second)
        demoted = replace(LEA, roles=ANN.roles)
        assert cases.take_next(demoted).id == other

    def test_what_was_given_to_somebody_comes_first_to_them(self, cases):
        one, two, three = opened(cases, 3)
        cases.assign(LEA, three, ANN)
        assert cases.take_next(ANN, Filter(bank_id=5)) is None
        assert cases.take_next(ANN).id == three
        cases.decide(ANN, three, Choice.CONFIRM)
        assert cases.take_next(ANN).id == one
        assert cases.take_next(BOB).id == two

    def test_what_somebody_has_and_was_given_is_told(self, cases):
        one, two, three, four = opened(cases, 4)
        cases.take(ANN, one)
        cases.assign(LEA, three, ANN)
        cases.assign(LEA, two, ANN)
        cases.take(ANN, two)
        cases.assign(LEA, four, BOB)
        assert cases.at_hand(ANN.id) == AtHand((one, two), (three,), more=False)
        assert cases.at_hand(CID.id) == AtHand((), (), more=False)
        for number in opened(cases, 12):
            cases.assign(LEA, number, ANN)
        told = cases.at_hand(ANN.id)
        assert (len(told.assigned), told.more) == (12, True)


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
        cases.assign(LEA, number, ANN)
        cases.take_next(ANN)
        cases.let_go(replace(ANN, state=PersonState.DEACTIVATED))
        assert cases.take_next(BOB).id == number

    def test_nor_who_may_not_decide_it_any_more(self, cases):
        waiting, escalated, held = opened(cases, 3)
        cases.assign(LEA, waiting, LEA)
        for number in (escalated, held):
            cases.decide(ANN, number, Choice.ESCALATE, note="law?")
            cases.assign(LEA, number, LEA)
        cases.take(LEA, escalated)
        cases.hold(LEA, held, 1, "later")
        cases.let_go(LEA)
        given = [cases.get(number).assigned_to for number in (waiting, escalated, held)]
        assert given == [LEA.id] * 3
        cases.let_go(replace(LEA, roles=ANN.roles))
        given = [cases.get(number).assigned_to for number in (waiting, escalated, held)]
        assert given == [LEA.id, None, None]
        assert cases.take_next(LEO).id == escalated
        cases.let_go(replace(LEA, roles=frozenset({Role.ANALYST})))
        assert cases.get(waiting).assigned_to is None

    def test_all_that_somebody_has(self, cases):
        made = opened(cases, 3)
        for number in made:
            cases.take(ANN, number)
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

    def test_why_is_told_to_nobody_who_may_still_decide_what_was_decided_on(self, cases):
        first, second = opened(cases, 2)
        held = Filter(status=Status.HELD)
        for number in (first, second):
            cases.take(ANN, number)
        cases.decide(ANN, second, Choice.NOT_SURE, note="?")
        cases.take(BOB, second)
        cases.hold(ANN, first, 1, "the platform is asked")
        cases.hold(BOB, second, 1, "as Ann says, it is another bridge")
        assert [each.held_why for each in cases.page(held).cases] == ["the platform is asked", ""]
        seen = cases.get(second, CID)
        assert seen.held_why == ""
        assert [each.text for each in seen.history if each.kind == "held"] == [""]
        cases.wake(ANN, second)
        assert "another bridge" not in repr(cases.get(second, CID))
        cases.hold(BOB, second, 1, "as Ann says, it is another bridge")
        assert cases.get(second, ANN).held_why  # who has said what it is
        assert cases.get(second).held_why  # the operator

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
        cases.assign(LEA, number, BOB)
        assert cases.get(number).lease is None
        with pytest.raises(NotYours, match="assigned to somebody else"):
            cases.take(CID, number)
        assert cases.take_next(CID) is None
        assert ids(cases.page(Filter(mine=BOB.id))) == [number]
        assert cases.take_next(BOB).id == number

    def test_it_can_be_taken_back(self, cases):
        (number,) = opened(cases)
        cases.assign(LEA, number, BOB)
        cases.assign(LEA, number, None)
        assert cases.take_next(CID).id == number

    def test_what_waits_for_a_lead_is_given_to_leads_alone(self, cases):
        number, held = opened(cases, 2)
        cases.assign(LEA, number, ANN)
        cases.decide(ANN, number, Choice.ESCALATE, note="law?")
        assert cases.get(number).assigned_to is None
        cases.decide(ANN, held, Choice.ESCALATE, note="law?")
        cases.hold(LEA, held, 1, "later")
        for each in (number, held):
            with pytest.raises(NotNow, match="assign it to a lead who hasn't decided it"):
                cases.assign(LEA, each, BOB)
            cases.assign(LEA, each, LEO)
        assert cases.take_next(LEO).id == number

    def test_who_cannot_review_is_given_nothing(self, cases):
        (number,) = opened(cases)
        for out in ({"roles": frozenset({Role.ANALYST})}, {"state": PersonState.DEACTIVATED}):
            with pytest.raises(NotNow, match="a moderator or lead"):
                cases.assign(LEA, number, replace(BOB, **out))

    def test_who_may_still_decide_it(self, cases):
        everybody = [ANN, BOB, LEA, LEO, replace(CID, state=PersonState.INVITED)]
        (number,) = opened(cases)
        assert cases.deciders(number, everybody) == (ANN, BOB, LEA, LEO)
        cases.skip(BOB, number)
        cases.decide(ANN, number, Choice.NOT_SURE, note="?")
        assert cases.deciders(number, everybody) == (BOB, LEA, LEO)
        cases.decide(LEA, number, Choice.ESCALATE, note="law?")
        assert cases.deciders(number, everybody) == (LEO,)
        cases.decide(LEO, number, Choice.CONFIRM)
        assert cases.deciders(number, everybody) == ()

    def test_not_to_who_decided_it(self, cases):
        (number,) = opened(cases)
        cases.take(ANN, number)
        cases.decide(ANN, number, Choice.NOT_SURE, note="?")
        with pytest.raises(NotNow, match="can't be decided by them"):
            cases.assign(LEA, number, ANN)


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
        cases.assign(LEA, two, ANN)
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


class Roster:
    """People as `accounts` knows them."""

    def __init__(self, *people):
        self.people = {each.id: each for each in people}

    def active(self, permission):
        here = [each for each in self.people.values() if each.state is PersonState.ACTIVE]
        return [each for each in here if each.may(permission)]

    def get(self, person_id):
        return self.people[person_id]


class TestTending:
    def test_what_was_held_for_long_enough_waits_again_though_nobody_asks(self, cases, clock):
        short, long = opened(cases, 2)
        cases.hold(ANN, short, 1, "later")
        cases.hold(ANN, long, 2, "later")
        clock.forward(days=1)
        cases.tend(Roster(ANN))
        assert cases.get(short).status is Status.WAITING
        assert cases.get(long).status is Status.HELD

    def test_what_was_given_to_somebody_who_has_gone_is_for_everybody(self, cases):
        theirs, anns = opened(cases, 2)
        cases.assign(LEA, theirs, BOB)  # who is just being deactivated
        cases.assign(LEA, anns, ANN)
        assert cases.take_next(CID) is None
        cases.tend(Roster(ANN, CID, replace(BOB, state=PersonState.DEACTIVATED)))
        assert cases.get(anns).assigned_to == ANN.id
        assert cases.take_next(CID).id == theirs
