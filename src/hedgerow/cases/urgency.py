"""Which case comes first, as one number: its parts are told here and nowhere else."""

from __future__ import annotations

from math import log2

from hedgerow.cases.limits import Limits
from hedgerow.cases.models import CaseRow
from hedgerow.cases.records import Case, Reason, Status

_OF_LABEL = 1000
_OF_COMPLAINT = 500
"""Somebody is kept from something, perhaps by mistake."""
_OF_ACTION = {"block": 200, "review": 100, "record": 0}
_OF_DOUBLING = 10
"""For each doubling of the copies: what spreads comes first."""
_MOST_OF_COPIES = 150


def why_early(case: Case, limits: Limits) -> str:
    """What weighs most in a case's urgency, in a word or two."""
    if case.test:
        return "test"
    if not set(limits.urgent_labels).isdisjoint(case.labels):
        return "urgent label"
    if case.reason is Reason.COMPLAINT:
        return "complaint"
    action = _OF_ACTION.get(case.action, 0)
    return "copies" if case.urgency > 2 * action else case.action


def rank_of(row: CaseRow, limits: Limits) -> int:
    """The rank of a case: minus its urgency, so that the lowest comes first; tests come last.

    Of decided ones the latest comes first: all lists are in the order of the rank.
    """
    if row.status == Status.DECIDED:
        return -row.id
    if row.test:
        return 0
    urgency = _OF_ACTION.get(row.action, 0)
    urgency += min(_MOST_OF_COPIES, int(_OF_DOUBLING * log2(row.copies)))
    if not set(limits.urgent_labels).isdisjoint(row.labels):
        urgency += _OF_LABEL
    if row.reason == Reason.COMPLAINT:
        urgency += _OF_COMPLAINT
    return -urgency
