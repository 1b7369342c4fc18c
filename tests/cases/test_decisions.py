"""Deciding: by one, by two, with a lead; complaints, reopening, and what is told of it."""

import json

import pytest
from sqlalchemy import select
from tests.cases.making import ANN, BOB, CID, LEA, LEO, answer, flipped, match, opened

from hedgerow.cases import (
    BadDecision,
    Cases,
    Choice,
    Context,
    Filter,
    Limits,
    NoSuchProposal,
    NotNow,
    NotYours,
    Outcome,
    Propose,
    Reason,
    ReviewPolicy,
    Status,
)
from hedgerow.cases.webhooks.models import DeliveryRow


def decided(cases, number, *who, choice=Choice.CONFIRM):
    for each in who:
        cases.take(each, number)
        cases.decide(each, number, choice, note="as seen")


def two_needed(cases):
    cases.set_policy(LEA, ReviewPolicy(0, second_for_confirm=True, second_for_dispute=True))


class TestOne:
    def test_a_case_is_decided_on_its_evidence(self, cases):
        (number,) = opened(cases)
        cases.take(ANN, number)
        case = cases.decide(ANN, number, Choice.CONFIRM, "house rule 4", "the same bridge")
        assert (case.status, case.outcome, case.lease) == (
            Status.DECIDED, Outcome.CONFIRMED, None,
        )  # fmt: skip
        (said,) = case.decisions
        assert (said.person_id, said.policy, said.note) == (
            ANN.id,
            "house rule 4",
            "the same bridge",
        )
        assert case.decided_at is not None

    def test_without_taking_it_first(self, cases):
        (number,) = opened(cases)
        assert cases.decide(ANN, number, Choice.CONFIRM).status is Status.DECIDED

    def test_twice_is_once(self, cases):
        (number,) = opened(cases)
        decided(cases, number, ANN)
        with pytest.raises(NotNow, match="it is decided"):
            cases.decide(ANN, number, Choice.DISPUTE, note="oh")
        with pytest.raises(NotNow, match="it is decided"):
            cases.take(BOB, number)
        assert len(cases.get(number).decisions) == 1

    @pytest.mark.parametrize("choice", [Choice.DISPUTE, Choice.NOT_SURE, Choice.ESCALATE])
    def test_what_is_no_confirmation_says_why(self, cases, choice):
        (number,) = opened(cases)
        with pytest.raises(BadDecision, match="note: say it in a few words"):
            cases.decide(ANN, number, choice)
        assert cases.get(number).decisions == ()

    def test_a_long_note_is_refused_and_nothing_is_done(self, cases):
        (number,) = opened(cases)
        with pytest.raises(BadDecision, match="at most 4000"):
            cases.decide(ANN, number, Choice.CONFIRM, note="a" * 4001)
        assert cases.get(number).status is Status.WAITING


class TestTwo:
    def test_the_second_is_another_and_does_not_see_the_firsts_choice(self, cases):
        two_needed(cases)
        (number,) = opened(cases)
        decided(cases, number, ANN)
        seen = cases.get(number, BOB)
        assert (seen.status, seen.decisions, seen.hidden_decisions) == (Status.SECOND, (), 1)
        assert "confirm" not in repr(seen.history)
        with pytest.raises(NotYours, match="you have decided it before"):
            cases.take(ANN, number)
        taken = cases.take(BOB, number)
        assert taken.decisions == ()
        after = cases.decide(BOB, number, Choice.CONFIRM)
        assert (after.status, after.outcome) == (Status.DECIDED, Outcome.CONFIRMED)
        assert [each.person_id for each in after.decisions] == [ANN.id, BOB.id]

    def test_the_first_sees_their_own(self, cases):
        two_needed(cases)
        (number,) = opened(cases)
        decided(cases, number, ANN)
        assert [each.person_id for each in cases.get(number, ANN).decisions] == [ANN.id]

    def test_who_disagree_bring_it_before_a_lead_who_sees_both(self, cases):
        two_needed(cases)
        (number,) = opened(cases)
        decided(cases, number, ANN)
        decided(cases, number, BOB, choice=Choice.DISPUTE)
        assert cases.get(number).status is Status.ESCALATED
        assert len(cases.take(LEA, number).decisions) == 2
        after = cases.decide(LEA, number, Choice.DISPUTE, note="another bridge")
        assert (after.status, after.outcome) == (Status.DECIDED, Outcome.DISPUTED)

    def test_what_is_escalated_is_told_to_leads_alone(self, cases):
        two_needed(cases)
        (number,) = opened(cases)
        decided(cases, number, ANN, choice=Choice.ESCALATE)
        seen = cases.get(number, CID)
        assert (seen.decisions, seen.hidden_decisions) == ((), 1)
        assert len(cases.get(number, LEA).decisions) == 1

    def test_where_no_lead_is_left_one_can_begin_it_anew(self, cases):
        (number,) = opened(cases)
        decided(cases, number, LEA, choice=Choice.ESCALATE)
        assert cases.get(number).status is Status.ESCALATED
        cases.reopen(LEA, number, "nobody else is here")
        decided(cases, number, LEA)

    def test_a_bank_has_a_policy_of_its_own(self, cases):
        cases.set_policy(LEA, ReviewPolicy(2, second_for_confirm=True))
        (strict,) = opened(cases)
        (other,) = opened(cases, bank_id=5)
        decided(cases, strict, ANN)
        decided(cases, other, ANN)
        assert cases.get(strict).status is Status.SECOND
        assert cases.get(other).status is Status.DECIDED
        cases.clear_policy(LEA, 2)
        assert cases.policy(2) == cases.policies()[0]


class TestMany:
    def test_one_choice_for_several_each_for_itself(self, cases):
        made = opened(cases, 4)
        cases.take(BOB, made[1])
        decided(cases, made[2], BOB)
        found = cases.decide_many(ANN, made, Choice.CONFIRM)
        assert {number: not why for number, why in found.items()} == {
            made[0]: True, made[1]: False, made[2]: False, made[3]: True,
        }  # fmt: skip
        assert "somebody else has it in hand" in found[made[1]]

    def test_at_most_so_many(self, cases):
        with pytest.raises(BadDecision, match="at most 200"):
            cases.decide_many(ANN, range(1, 202), Choice.CONFIRM)


class TestComplaints:
    def test_somebody_else_looks_and_sees_nothing_of_before(self, cases):
        two_needed(cases)
        (number,) = opened(cases)
        decided(cases, number, ANN, BOB)
        case = cases.complain(number, "This is my own picture.")
        assert (case.status, case.reason, case.outcome, case.review) == (
            Status.WAITING, Reason.COMPLAINT, None, 2,
        )  # fmt: skip
        for each in (ANN, BOB):
            with pytest.raises(NotYours, match="you have decided it before"):
                cases.take(each, number)
        seen = cases.take(CID, number)
        assert (seen.decisions, seen.hidden_decisions) == ((), 2)
        assert [each.text for each in seen.history if each.kind == "complaint"] == [
            "This is my own picture."
        ]
        decided(cases, number, CID, LEA, choice=Choice.DISPUTE)
        after = cases.get(number)
        assert (after.outcome, len(after.decisions)) == (Outcome.DISPUTED, 4)

    def test_nor_does_who_decided_before_it_was_reopened(self, cases):
        (number,) = opened(cases)
        decided(cases, number, ANN)
        cases.reopen(LEA, number, "again")
        decided(cases, number, BOB)
        cases.complain(number, "No.")
        for each in (ANN, BOB):
            with pytest.raises(NotYours, match="you have decided it before"):
                cases.take(each, number)
        seen = cases.get(number, CID)
        assert seen.decisions == ()
        assert "again" not in repr(seen.history)
        assert "confirmed" not in repr(seen.history)

    def test_escalated_it_tells_a_lead_what_is_said_of_it_and_nothing_of_before(self, cases):
        (number,) = opened(cases)
        decided(cases, number, ANN)
        cases.complain(number, "No.")
        decided(cases, number, BOB, choice=Choice.ESCALATE)
        assert [each.person_id for each in cases.get(number, LEA).decisions] == [BOB.id]
        assert cases.get(number, CID).decisions == ()

    def test_it_comes_before_other_cases(self, cases):
        numbers = opened(cases, 3)
        decided(cases, numbers[2], ANN)
        cases.complain(numbers[2], "No.")
        assert cases.page(Filter()).cases[0].id == numbers[2]

    def test_of_what_is_not_decided_yet(self, cases):
        (number,) = opened(cases)
        lease = cases.take(ANN, number).lease
        case = cases.complain(number, "No.")
        assert (case.status, case.reason, case.review) == (Status.WAITING, Reason.COMPLAINT, 2)
        assert case.lease == lease
        decided(cases, number, ANN)
        assert cases.get(number).outcome is Outcome.CONFIRMED

    def test_what_was_said_before_it_counts_no_more(self, cases):
        two_needed(cases)
        (number,) = opened(cases)
        decided(cases, number, ANN)
        case = cases.complain(number, "No.")
        assert (case.status, case.review) == (Status.WAITING, 2)
        decided(cases, number, BOB)
        assert cases.get(number).status is Status.SECOND
        with pytest.raises(NotYours):
            cases.take(ANN, number)
        decided(cases, number, CID)
        assert cases.get(number).outcome is Outcome.CONFIRMED

    def test_a_lead_whom_it_waits_for_is_not_told_of_before_either(self, cases):
        two_needed(cases)
        (number,) = opened(cases)
        decided(cases, number, ANN)
        decided(cases, number, BOB, choice=Choice.DISPUTE)
        assert cases.get(number).status is Status.ESCALATED
        assert cases.complain(number, "No.").status is Status.WAITING
        seen = cases.get(number, LEA)
        assert (seen.decisions, seen.hidden_decisions) == ((), 2)

    def test_of_one_that_is_held_it_waits_at_once(self, cases):
        unsaid, said = opened(cases, 2)
        two_needed(cases)
        decided(cases, said, ANN)
        for number in (unsaid, said):
            cases.hold(BOB, number, 30, "later")
            case = cases.complain(number, "No.")
            assert (case.status, case.held_until, case.held_why) == (Status.WAITING, None, "")
        assert {cases.take_next(who).id for who in (CID, LEA)} == {unsaid, said}

    def test_what_somebody_filled_in_before_is_no_answer_to_it(self, cases):
        seen, other = (cases.get(number, ANN) for number in opened(cases, 2))
        decided(cases, seen.id, BOB)
        cases.complain(seen.id, "No.")
        with pytest.raises(NotNow, match="has changed since you looked"):
            cases.decide(ANN, seen.id, Choice.CONFIRM, review=seen.review)
        found = cases.decide_many(
            ANN, [seen.id, other.id], Choice.CONFIRM,
            reviews={seen.id: seen.review, other.id: other.review},
        )  # fmt: skip
        assert "has changed" in found[seen.id]
        assert found[other.id] == ""
        assert cases.get(seen.id).outcome is None
        cases.decide(ANN, seen.id, Choice.CONFIRM, review=cases.get(seen.id).review)

    def test_an_empty_one_is_none(self, cases):
        (number,) = opened(cases)
        with pytest.raises(BadDecision, match="complaint: say it"):
            cases.complain(number, "  ")


class TestReopening:
    def test_with_its_history_and_for_everybody(self, cases):
        (number,) = opened(cases)
        decided(cases, number, ANN)
        case = cases.reopen(LEA, number, "new evidence")
        assert (case.status, case.reason, case.review) == (Status.WAITING, Reason.REOPENED, 2)
        decided(cases, number, ANN, choice=Choice.DISPUTE)
        after = cases.get(number)
        assert [each.choice for each in after.decisions] == [Choice.CONFIRM, Choice.DISPUTE]
        assert after.outcome is Outcome.DISPUTED
        assert [each.kind for each in after.history] == ["opened", "decided", "reopened", "decided"]

    def test_after_a_complaint_those_of_before_stay_out_of_it(self, cases):
        (number,) = opened(cases)
        decided(cases, number, ANN)
        cases.complain(number, "No.")
        decided(cases, number, BOB)
        cases.reopen(LEA, number, "again")
        for each in (ANN, BOB):
            with pytest.raises(NotYours):
                cases.take(each, number)
        decided(cases, number, CID)

    def test_only_what_is_decided(self, cases):
        (number,) = opened(cases)
        with pytest.raises(NotNow, match="is not decided"):
            cases.reopen(LEA, number, "why not")


class TestProposals:
    def distances(self, cases):
        """Five confirmed and two disputed matches at several distances."""
        for distance, choice in [(4, Choice.CONFIRM), (8, Choice.CONFIRM), (20, Choice.CONFIRM),
                                 (29, Choice.CONFIRM), (28, Choice.DISPUTE)]:  # fmt: skip
            (number,) = opened(cases, distance=distance)
            decided(cases, number, ANN, choice=choice)

    def test_a_tighter_threshold_from_the_numbers(self, cases, banks):
        self.distances(cases)
        (number,) = opened(cases, distance=26)
        cases.decide(ANN, number, Choice.DISPUTE, note="another", propose=Propose.THRESHOLD)
        (proposal,) = cases.proposals()
        assert (proposal.threshold, proposal.proposed) == (31, 25)
        assert (proposal.keeps, proposal.loses, proposal.spares) == (3, 1, 2)
        cases.accept(LEA, proposal.id)
        assert banks.get("known").thresholds == {"pdq": 25}
        assert cases.proposals() == ()

    def test_an_entry_for_known_false_positives(self, cases, banks):
        banks.create("harmless", kind="negative")
        (number,) = opened(cases)
        cases.decide(ANN, number, Choice.DISPUTE, note="another", propose=Propose.NEGATIVE)
        (proposal,) = cases.proposals()
        for wrong in (None, "known"):
            with pytest.raises(BadDecision, match="kind negative"):
                cases.accept(LEA, proposal.id, wrong)
        cases.accept(LEA, proposal.id, "harmless")
        (content,) = banks.list_content("harmless")
        assert content.signals[0].value == "0" * 64
        assert content.reference == f"case {number}"

    def test_before_it_is_decided_it_is_told_to_nobody(self, cases):
        two_needed(cases)
        (number,) = opened(cases)
        cases.decide(ANN, number, Choice.DISPUTE, note="another", propose=Propose.THRESHOLD)
        assert cases.proposals() == ()
        with pytest.raises(NoSuchProposal):
            cases.accept(LEA, 1)
        decided(cases, number, BOB, choice=Choice.DISPUTE)
        assert len(cases.proposals()) == 1

    def test_none_loosens_a_threshold(self, cases, banks):
        for distance in (25, 20):
            (number,) = opened(cases, distance=distance)
            cases.decide(ANN, number, Choice.DISPUTE, note="no", propose=Propose.THRESHOLD)
        wide, tight = cases.proposals()
        cases.accept(LEA, tight.id)
        with pytest.raises(BadDecision, match="within 19 bits already"):
            cases.accept(LEA, wide.id)
        assert banks.get("known").thresholds == {"pdq": 19}
        cases.reject(LEA, wide.id)

    def test_nobody_accepts_their_own(self, cases):
        (number,) = opened(cases)
        cases.decide(LEA, number, Choice.DISPUTE, note="another", propose=Propose.THRESHOLD)
        (proposal,) = cases.proposals()
        with pytest.raises(NotYours, match="somebody else"):
            cases.accept(LEA, proposal.id)
        cases.accept(LEO, proposal.id)

    def test_rejected_it_is_gone_and_nothing_changed(self, cases, banks):
        (number,) = opened(cases)
        cases.decide(ANN, number, Choice.DISPUTE, note="another", propose=Propose.THRESHOLD)
        cases.reject(LEA, cases.proposals()[0].id, "too few numbers")
        assert cases.proposals() == ()
        assert banks.get("known").thresholds == {}

    def test_only_a_dispute_proposes(self, cases):
        (number,) = opened(cases)
        with pytest.raises(BadDecision, match="only a dispute"):
            cases.decide(ANN, number, Choice.CONFIRM, propose=Propose.NEGATIVE)

    def test_no_threshold_spares_the_same_hash(self, cases):
        (number,) = opened(cases, distance=0)
        with pytest.raises(BadDecision, match="no threshold"):
            cases.decide(ANN, number, Choice.DISPUTE, note="no", propose=Propose.THRESHOLD)
        assert cases.get(number).status is Status.WAITING


class TestNews:
    """What platforms are told: the webhooks' rows are written with what they tell of."""

    @pytest.fixture
    def told(self, cases, database, vault):
        from hedgerow.cases.webhooks import CHOICES, WebhookLimits, Webhooks

        hooks = Webhooks(database, vault, WebhookLimits())
        hooks.create("https://platform.example/hook", CHOICES, "tests")

        def found():
            with database.read() as session:
                rows = session.execute(select(DeliveryRow).order_by(DeliveryRow.id)).scalars()
                return [json.loads(row.payload) for row in rows]

        return found

    def test_of_each_thing_that_happens(self, cases, told):
        (number,) = opened(cases)
        decided(cases, number, ANN)
        cases.complain(number, "No.")
        decided(cases, number, BOB, choice=Choice.DISPUTE)
        cases.reopen(LEA, number, "again")
        news = told()
        assert [each["type"] for each in news] == [
            "case.opened", "case.decided", "complaint.received", "case.decided", "case.reopened",
        ]  # fmt: skip
        assert news[1]["data"]["outcome"] == "confirmed"
        assert news[1]["data"]["contexts"][0]["reference"].startswith("upload")
        text = json.dumps(news)
        assert "0" * 16 not in text  # no hash
        assert "person" not in text.lower()

    def test_a_dispute_is_of_the_file_that_was_looked_at(self, cases, told):
        said = [Context(reference=each) for each in ("first", "nearly the same", "first again")]
        first = cases.receive(answer(file=b"bridge"), {}, said[0])
        cases.receive(answer(match(value=flipped(3))), {}, said[1])
        cases.receive(answer(file=b"bridge"), {}, said[2])
        decided(cases, first.case_id, ANN, choice=Choice.DISPUTE)
        data = told()[-1]["data"]
        assert names(data["contexts"]) == ["first again", "first"]
        assert names(data["not_looked_at"]) == ["nearly the same"]
        # It is sent once more, and comes before people.
        again = cases.receive(answer(match(value=flipped(3))), {}, said[1])
        assert again.opened
        decided(cases, again.case_id, ANN)
        data = told()[-1]["data"]
        assert (names(data["contexts"]), data["not_looked_at"]) == (["nearly the same"], [])

    def test_what_spreads_most_is_told_as_far_as_a_message_can_hold(self, banks, told):
        cases = Cases(banks, Limits(max_told_bytes=1000, max_copies_kept=50))
        for number in range(60):
            context = Context(reference=str(number), url="https://example.org/" + "a" * 60)
            found = cases.receive(answer(file=b"bridge"), {}, context)
        decided(cases, found.case_id, ANN)
        data = told()[-1]["data"]
        told_of = names(data["contexts"])
        assert told_of == [str(number) for number in range(49, 49 - len(told_of), -1)]
        assert 3 < len(told_of) < 11
        assert data["contexts_left_out"] == 60 - len(told_of)

    def test_what_is_refused_tells_nothing(self, cases, told):
        (number,) = opened(cases)
        before = len(told())
        with pytest.raises(BadDecision):
            cases.decide(ANN, number, Choice.DISPUTE)
        assert len(told()) == before


def names(contexts):
    return [each["reference"] for each in contexts]


def test_after_a_complaint_nobody_is_told_the_outcome_before_they_decide(cases):
    def outcomes(person):
        return [one.text for one in cases.get(number, person).history if one.kind == "decided"]

    (number,) = opened(cases)
    cases.take(ANN, number)
    cases.decide(ANN, number, Choice.CONFIRM)
    assert outcomes(BOB) == ["confirmed"]
    cases.complain(number, "It is my own picture.")
    assert outcomes(BOB) == [""]
    assert outcomes(None) == ["confirmed"]
    cases.take(BOB, number)
    cases.decide(BOB, number, Choice.DISPUTE, note="not that one")
    assert outcomes(BOB) == ["confirmed", "disputed"]
