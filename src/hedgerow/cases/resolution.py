"""From what people said to where a case goes: one place, and no database.

A choice counts for itself; how many persons have to make it is the bank's policy. Who disagree, who
are unsure twice, or ask for it, bring the case before a lead. What a lead says there stands beside
the same choice of others, and is asked for no more agreement than the policy wants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hedgerow.cases.records import Choice, Decision, Outcome, ReviewPolicy, Status

_OUTCOMES = {Choice.CONFIRM: Outcome.CONFIRMED, Choice.DISPUTE: Outcome.DISPUTED}
_UNSURE_BEFORE_LEAD = 2


@dataclass(frozen=True)
class Next:
    """Where a case goes. `outcome`: of a decided one."""

    status: Status
    outcome: Outcome | None = None


def resolve(decisions: Sequence[Decision], policy: ReviewPolicy) -> Next:
    """Where a case goes after the last of these, all of one review, oldest first."""
    last = decisions[-1]
    if last.choice not in _OUTCOMES:
        return _undecided(decisions)
    if last.stage is not Status.ESCALATED and _disagree(_since_lead(decisions)):
        return Next(Status.ESCALATED)
    agreeing = {each.person_id for each in decisions if each.choice is last.choice}
    if len(agreeing) >= needed(last.choice, policy):
        return Next(Status.DECIDED, _OUTCOMES[last.choice])
    return Next(Status.SECOND)


def needed(choice: Choice, policy: ReviewPolicy) -> int:
    """How many persons have to make this choice."""
    second = {
        Choice.CONFIRM: policy.second_for_confirm,
        Choice.DISPUTE: policy.second_for_dispute,
    }
    return 2 if second.get(choice, False) else 1


def _undecided(decisions: Sequence[Decision]) -> Next:
    unsure = sum(each.choice is Choice.NOT_SURE for each in decisions)
    lead = decisions[-1].choice is Choice.ESCALATE or decisions[-1].stage is Status.ESCALATED
    return Next(Status.ESCALATED if lead or unsure >= _UNSURE_BEFORE_LEAD else Status.SECOND)


def _since_lead(decisions: Sequence[Decision]) -> Sequence[Decision]:
    """What was said from a lead's last choice on: it settles what was said before."""
    leads = [
        number
        for number, each in enumerate(decisions)
        if each.stage is Status.ESCALATED and each.choice in _OUTCOMES
    ]
    return decisions[leads[-1] :] if leads else decisions


def _disagree(decisions: Sequence[Decision]) -> bool:
    return len({each.choice for each in decisions if each.choice in _OUTCOMES}) > 1
