"""Proposals: which thresholds there can be, what becomes of them, and who is told."""

import pytest
from tests.cases.making import ANN, BOB, CID, LEA, LEO, opened

from hedgerow.cases import BadDecision, Choice, NoSuchProposal, Propose, ReviewPolicy


def proposed(cases, who=ANN, kind=Propose.THRESHOLD, distance=12, bits=None):
    (number,) = opened(cases, distance=distance)
    cases.decide(who, number, Choice.DISPUTE, note="another", propose=kind, bits=bits)
    return number


def told(cases, number, person):
    """What a person is told of the case's proposals."""
    return [
        (each.kind, each.person_id, each.text)
        for each in cases.get(number, person).history
        if each.is_of_proposal
    ]


@pytest.mark.parametrize(("bits", "made"), [(None, 11), (11, 11), (4, 4), (0, 0)])
def test_any_threshold_that_would_have_spared_it(cases, bits, made):
    proposed(cases, bits=bits)
    assert cases.proposals()[0].proposed == made


@pytest.mark.parametrize("bits", [12, 31, -1, 2**40])
def test_no_other_threshold(cases, bits):
    with pytest.raises(BadDecision, match="0 to 11 bits"):
        proposed(cases, bits=bits)
    assert cases.proposals() == ()


def test_bits_are_of_thresholds_alone(cases):
    proposed(cases, kind=Propose.NEGATIVE, bits=99)
    assert cases.proposals()[0].proposed is None


def test_what_became_of_them_the_latest_first(cases, clock):
    first, second, _open = (proposed(cases, bits=each) for each in (9, 7, 5))
    listed = cases.proposals()
    cases.accept(LEA, listed[1].id)
    clock.forward(seconds=60)
    cases.reject(LEO, listed[0].id, "too few numbers")
    assert [(one.case_id, one.state, one.by, one.why) for one in cases.settled_proposals()] == [
        (first, "rejected", LEO.id, "too few numbers"),
        (second, "accepted", LEA.id, ""),
    ]
    assert (cases.settled_proposals()[0].settled_at - clock.at).total_seconds() == 0
    assert told(cases, first, BOB) == [
        ("proposed", ANN.id, "9"), ("rejected", LEO.id, "too few numbers"),
    ]  # fmt: skip
    assert told(cases, second, BOB) == [("proposed", ANN.id, "7"), ("accepted", LEA.id, "")]


def test_who_has_not_decided_yet_is_told_of_none(cases):
    cases.set_policy(LEA, ReviewPolicy(0, second_for_dispute=True))
    number = proposed(cases)
    assert told(cases, number, BOB) == []
    assert told(cases, number, ANN) == [("proposed", ANN.id, "11")]
    with pytest.raises(NoSuchProposal):
        cases.reject(LEA, 1)
    cases.decide(BOB, number, Choice.DISPUTE, note="so do I")
    assert told(cases, number, CID) == [("proposed", ANN.id, "11")]


def test_nor_is_who_judges_a_complaint(cases):
    number = proposed(cases)
    cases.reject(LEA, cases.proposals()[0].id, "no")
    cases.complain(number, "It is mine.")
    assert told(cases, number, BOB) == []
    assert cases.settled_proposals() == ()
    cases.decide(BOB, number, Choice.CONFIRM)
    assert len(told(cases, number, CID)) == 2
    assert len(cases.settled_proposals()) == 1
