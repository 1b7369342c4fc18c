"""Banks whose cases are for people trained for it: nobody else is given one, or decides it."""

from dataclasses import replace

import pytest
from tests.cases.making import ANN, BOB, LEA, answer, match, opened, person

from hedgerow.accounts import Accounts, Role
from hedgerow.cases import Choice, Context, Filter, NotYours, Propose, ReviewPolicy, Sought, Status

CAI, CLO = person(21, Role.COMPANION), person(22, Role.COMPANION)
LIZ = person(23, Role.LEAD, Role.COMPANION)

TRAINED, OTHER = 5, 2
WHY = "for people trained for it"
SAID = Context(uploader="quietfox", url="https://talk.example/p/1", reference="up-1")


@pytest.fixture
def own(cases):
    """The number of a case of a bank whose cases are for trained people."""
    cases.set_policy(LEA, ReviewPolicy(TRAINED, trained=True))
    (number,) = opened(cases, bank_id=TRAINED)
    return number


class TestGivingOut:
    def test_it_is_passed_over_by_others_and_comes_to_who_is_trained(self, cases, own):
        assert cases.take_next(ANN) is None
        (later,) = opened(cases)
        assert cases.take_next(ANN).id == later
        assert cases.take_next(LEA) is None
        assert cases.take_next(BOB, Filter(bank_id=TRAINED)) is None
        assert cases.take_next(CAI).id == own

    def test_a_companion_is_given_the_others_too(self, cases, own):
        (other,) = opened(cases)
        assert {cases.take_next(CAI).id, cases.take_next(CLO).id} == {own, other}

    def test_where_all_are_but_for_one_bank(self, cases):
        cases.set_policy(LEA, ReviewPolicy(0, trained=True))
        cases.set_policy(LEA, ReviewPolicy(TRAINED))
        (shut,), (free,) = opened(cases), opened(cases, bank_id=TRAINED)
        assert cases.take_next(ANN).id == free
        assert cases.take_next(BOB) is None
        assert cases.take_next(CAI).id == shut

    def test_where_all_are(self, cases):
        cases.set_policy(LEA, ReviewPolicy(0, trained=True))
        (shut,) = opened(cases)
        assert cases.take_next(ANN) is None
        assert cases.take_next(CAI).id == shut

    def test_others_see_that_it_is_there(self, cases, own):
        listed = cases.page(Filter(bank_id=TRAINED)).cases
        assert [(each.id, each.bank_id, each.status) for each in listed] == [
            (own, TRAINED, Status.WAITING)
        ]
        seen = cases.get(own, ANN)
        assert (seen.may_decide, seen.why_not) == (False, f"this bank's cases are {WHY}")
        assert cases.get(own, CAI).may_decide


class TestRefusing:
    def test_taking_deciding_holding(self, cases, own):
        for refused in (
            lambda: cases.take(ANN, own),
            lambda: cases.decide(ANN, own, Choice.CONFIRM),
            lambda: cases.hold(LEA, own, 1, "later"),
        ):
            with pytest.raises(NotYours, match=WHY):
                refused()
        assert WHY in cases.decide_many(ANN, [own], Choice.CONFIRM)[own]
        assert cases.get(own).decisions == ()
        assert cases.decide(CAI, own, Choice.CONFIRM).status is Status.DECIDED

    def test_looking(self, cases):
        cases.set_policy(LEA, ReviewPolicy(TRAINED, keep_media_hours=1, trained=True))
        facts = {"media": "jpeg", "width": 640, "height": 480}
        kept = cases.receive(answer(match(bank_id=TRAINED)), facts, file=b"a photograph of a wall")
        for refused in (cases.open_media, lambda who, case: cases.reveal(who, case, 0)):
            with pytest.raises(NotYours, match=WHY):
                refused(ANN, kept.case_id)
        assert cases.open_media(CAI, kept.case_id) == cases.get(kept.case_id).object_id

    def test_what_is_in_hand_when_the_policy_changes(self, cases):
        (number,) = opened(cases, bank_id=TRAINED)
        cases.take(ANN, number)
        cases.set_policy(LEA, ReviewPolicy(TRAINED, trained=True))
        with pytest.raises(NotYours, match=WHY):
            cases.decide(ANN, number, Choice.CONFIRM)
        with pytest.raises(NotYours, match=WHY):
            cases.renew(ANN, number)
        assert cases.take_next(ANN) is None
        cases.release(ANN, number)
        assert cases.take_next(CAI).id == number

    def test_proposals(self, cases, own):
        cases.decide(CAI, own, Choice.DISPUTE, note="another", propose=Propose.THRESHOLD)
        (proposal,) = cases.proposals()
        for refused in (cases.accept, cases.reject):
            with pytest.raises(NotYours, match=WHY):
                refused(LEA, proposal.id)
        cases.reject(LIZ, proposal.id, "too few numbers")
        assert cases.proposals() == ()


class TestAssigning:
    def test_only_who_is_trained_may_decide_it(self, cases, own):
        assert cases.deciders(own, [ANN, CAI, LEA, LIZ]) == (CAI, LIZ)
        with pytest.raises(Exception, match="assign it to a companion who hasn't decided"):
            cases.assign(LEA, own, ANN)
        cases.assign(LEA, own, CAI)
        assert cases.take_next(CAI).id == own

    def test_what_is_escalated_needs_both(self, cases, own):
        cases.decide(CAI, own, Choice.ESCALATE, note="law?")
        for who in (CLO, LEA):
            with pytest.raises(NotYours):
                cases.take(who, own)
            assert cases.take_next(who) is None
        assert cases.deciders(own, [CAI, CLO, LEA, LIZ]) == (LIZ,)
        with pytest.raises(Exception, match="a lead who is a companion, too, who hasn't"):
            cases.assign(LEA, own, LEA)
        assert cases.take_next(LIZ).id == own
        assert cases.decide(LIZ, own, Choice.CONFIRM).status is Status.DECIDED

    def test_who_is_a_companion_no_more_lets_go_of_it(self, cases, own):
        (other,) = opened(cases)
        cases.assign(LEA, own, LIZ)
        cases.assign(LEA, other, LIZ)
        cases.let_go(replace(LIZ, roles=LEA.roles))
        assert cases.get(own).assigned_to is None
        assert cases.get(other).assigned_to == LIZ.id

    def test_what_somebody_was_given_before_the_policy_changed_is_for_others_again(
        self, cases, database, vault
    ):
        people = Accounts(database, vault).people
        invited = {
            name: people.invite(f"{name}@example.org", name, roles)
            for name, roles in {"mo": ["moderator"], "cy": ["companion"]}.items()
        }
        for _someone, token in invited.values():
            people.accept(token, "seven quiet hedges stand")
        mo, cy = (people.get(someone.id) for someone, _token in invited.values())
        (mine, other), (theirs,) = opened(cases, 2, bank_id=TRAINED), opened(cases, bank_id=OTHER)
        cases.assign(LEA, mine, mo)
        cases.assign(LEA, other, cy)
        cases.assign(LEA, theirs, mo)
        cases.set_policy(LEA, ReviewPolicy(TRAINED, trained=True))
        cases.tend(people)
        given = [cases.get(each).assigned_to for each in (mine, other, theirs)]
        assert given == [None, cy.id, mo.id]


class TestSeeing:
    @pytest.fixture
    def told(self, cases):
        """Of a case of which platform and uploader said something."""
        cases.set_policy(LEA, ReviewPolicy(TRAINED, trained=True))
        number = cases.receive(answer(match(bank_id=TRAINED)), {}, SAID).case_id
        cases.complain(number, "that is quietfox's own")
        return number

    @pytest.mark.parametrize("who", [ANN, LEA], ids=["moderator", "lead"])
    def test_others_are_not_told_what_was_said(self, cases, told, who):
        seen = cases.get(told, who)
        assert seen.withheld
        assert "quietfox" not in repr(seen)
        assert "complaint" in {each.kind for each in seen.history}
        with pytest.raises(NotYours, match=WHY):
            cases.copies(told, person=who)
        assert cases.find(Sought(uploader="quietfox"), person=who).cases == ()
        decided = cases.decide(CAI, told, Choice.CONFIRM)
        assert "quietfox" in repr(decided)
        assert "quietfox" not in repr(cases.get(told, who))

    def test_who_is_trained_is_told_and_so_is_the_platform(self, cases, told):
        for who in (CAI, LIZ, None):
            seen = cases.get(told, who)
            assert (seen.withheld, seen.copies_kept[0].context) == (False, SAID)
            assert "that is quietfox's own" in {each.text for each in seen.history}
            assert cases.copies(told, person=who).copies[0].context == SAID
            assert cases.find(Sought(uploader="quietfox"), person=who).cases[0].id == told

    def test_of_other_banks_everybody_who_reviews_is(self, cases, told):
        number = cases.receive(answer(match(content_id=99)), {}, SAID).case_id
        assert cases.get(number, ANN).copies_kept[0].context == SAID
        found = cases.find(Sought(uploader="quietfox"), person=ANN).cases
        assert [each.id for each in found] == [number]


def test_the_service_sets_a_policy_by_itself(cases):
    cases.set_first_policy(ReviewPolicy(TRAINED, trained=True))
    assert cases.policy(TRAINED).trained
    assert not cases.policy(OTHER).trained
