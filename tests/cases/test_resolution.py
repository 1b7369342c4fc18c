"""Where a case goes by what people say: every way, without a database."""

from itertools import product

import pytest

from hedgerow.cases import Choice, Decision, Outcome, ReviewPolicy, Status
from hedgerow.cases.resolution import resolve
from hedgerow.store import now

CONFIRM, DISPUTE, NOT_SURE, ESCALATE = Choice
ONE = ReviewPolicy(1)
TWO = ReviewPolicy(1, second_for_confirm=True, second_for_dispute=True)
TWO_FOR_CONFIRM = ReviewPolicy(1, second_for_confirm=True)


def said(*choices, lead_at=()):
    """Decisions of as many persons; those at these places are a lead's, of an escalated case."""
    stages = [Status.WAITING, *([Status.SECOND] * len(choices))]
    return [
        Decision(
            person_id=number + 1,
            choice=choice,
            policy="",
            note="",
            at=now(),
            stage=Status.ESCALATED if number in lead_at else stages[number],
            review=1,
        )
        for number, choice in enumerate(choices)
    ]


@pytest.mark.parametrize(
    ("choices", "policy", "status", "outcome"),
    [
        pytest.param([CONFIRM], ONE, Status.DECIDED, Outcome.CONFIRMED, id="one confirms"),
        pytest.param([DISPUTE], ONE, Status.DECIDED, Outcome.DISPUTED, id="one disputes"),
        pytest.param([CONFIRM], TWO, Status.SECOND, None, id="one of two confirms"),
        pytest.param([DISPUTE], TWO, Status.SECOND, None, id="one of two disputes"),
        pytest.param([DISPUTE], TWO_FOR_CONFIRM, Status.DECIDED, Outcome.DISPUTED,
                     id="a dispute needs no second here"),
        pytest.param([CONFIRM, CONFIRM], TWO, Status.DECIDED, Outcome.CONFIRMED, id="two confirm"),
        pytest.param([DISPUTE, DISPUTE], TWO, Status.DECIDED, Outcome.DISPUTED, id="two dispute"),
        pytest.param([CONFIRM, DISPUTE], TWO, Status.ESCALATED, None, id="two disagree"),
        pytest.param([CONFIRM, DISPUTE], TWO_FOR_CONFIRM, Status.ESCALATED, None,
                     id="two disagree where one would have been enough"),
        pytest.param([NOT_SURE], ONE, Status.SECOND, None, id="one is not sure"),
        pytest.param([NOT_SURE, CONFIRM], ONE, Status.DECIDED, Outcome.CONFIRMED,
                     id="the second is sure"),
        pytest.param([NOT_SURE, CONFIRM], TWO, Status.SECOND, None, id="and needs a third"),
        pytest.param([NOT_SURE, CONFIRM, CONFIRM], TWO, Status.DECIDED, Outcome.CONFIRMED,
                     id="who agrees"),
        pytest.param([NOT_SURE, NOT_SURE], ONE, Status.ESCALATED, None, id="two are not sure"),
        pytest.param([CONFIRM, NOT_SURE], TWO, Status.SECOND, None, id="the second is not sure"),
        pytest.param([ESCALATE], ONE, Status.ESCALATED, None, id="one asks for a lead"),
        pytest.param([CONFIRM, ESCALATE], TWO, Status.ESCALATED, None, id="the second does"),
    ],
)  # fmt: skip
def test_without_a_lead(choices, policy, status, outcome):
    then = resolve(said(*choices), policy)
    assert (then.status, then.outcome) == (status, outcome)


@pytest.mark.parametrize(
    ("choices", "lead_at", "policy", "status", "outcome"),
    [
        pytest.param([CONFIRM, DISPUTE, CONFIRM], [2], TWO, Status.DECIDED, Outcome.CONFIRMED,
                     id="a lead agrees with one of two"),
        pytest.param([CONFIRM, DISPUTE, DISPUTE], [2], TWO, Status.DECIDED, Outcome.DISPUTED,
                     id="or with the other"),
        pytest.param([ESCALATE, CONFIRM], [1], ONE, Status.DECIDED, Outcome.CONFIRMED,
                     id="a lead alone where one is enough"),
        pytest.param([ESCALATE, CONFIRM], [1], TWO, Status.SECOND, None,
                     id="a lead alone where two are needed"),
        pytest.param([ESCALATE, CONFIRM, CONFIRM], [1], TWO, Status.DECIDED, Outcome.CONFIRMED,
                     id="and somebody who agrees"),
        pytest.param([ESCALATE, CONFIRM, DISPUTE], [1], TWO, Status.ESCALATED, None,
                     id="and somebody who does not"),
        pytest.param([ESCALATE, NOT_SURE], [1], ONE, Status.ESCALATED, None,
                     id="a lead is not sure"),
        pytest.param([CONFIRM, DISPUTE, CONFIRM], [2], ONE, Status.DECIDED, Outcome.CONFIRMED,
                     id="what was said before a lead's choice is settled by it"),
    ],
)  # fmt: skip
def test_with_a_lead(choices, lead_at, policy, status, outcome):
    then = resolve(said(*choices, lead_at=lead_at), policy)
    assert (then.status, then.outcome) == (status, outcome)


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_nothing_is_decided_by_fewer_than_the_policy_wants(length):
    for choices in product(Choice, repeat=length):
        for policy in (ONE, TWO, TWO_FOR_CONFIRM):
            then = resolve(said(*choices), policy)
            assert (then.status is Status.DECIDED) == (then.outcome is not None)
            if then.outcome is None:
                continue
            last = choices[-1]
            assert then.outcome == {CONFIRM: "confirmed", DISPUTE: "disputed"}[last]
            wanted = 2 if (policy is TWO or (policy is TWO_FOR_CONFIRM and last is CONFIRM)) else 1
            assert choices.count(last) >= wanted
            assert len({each for each in choices if each in (CONFIRM, DISPUTE)}) == 1
