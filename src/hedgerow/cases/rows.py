"""From rows to what this room hands out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hedgerow.cases.errors import NoSuchCase
from hedgerow.cases.models import CaseRow, CopyRow, DecisionRow, EventRow
from hedgerow.cases.records import (
    Case,
    Choice,
    Context,
    Copy,
    Decision,
    Event,
    Lease,
    Outcome,
    Reason,
    Status,
)
from hedgerow.store import now

MAX_ID = 2**63 - 1
"""The largest number that a database can hold."""


def require(session: Session, case_id: int, *, locked: bool = False) -> CaseRow:
    """The row of a case; locked until the transaction ends where it is going to change.

    Raises NoSuchCase.
    """
    possible = 0 < case_id <= MAX_ID
    row = session.get(CaseRow, case_id, with_for_update=locked or None) if possible else None
    if row is None:
        raise NoSuchCase(case_id)
    return row


def case_values(row: CaseRow) -> dict[str, Any]:
    """The fields of a `Case`."""
    return {
        "id": row.id,
        "status": Status(row.status),
        "reason": Reason(row.reason),
        "outcome": None if row.outcome is None else Outcome(row.outcome),
        "bank_id": row.bank_id,
        "bank": row.bank,
        "action": row.action,
        "content_id": row.content_id,
        "labels": tuple(row.labels),
        "signal_type": row.signal_type,
        "distance": row.distance,
        "threshold": row.threshold,
        "transform": row.transform,
        "copies": row.copies,
        "urgency": -row.rank,
        "opened_at": row.opened_at,
        "waiting_since": row.waiting_since,
        "decided_at": row.decided_at,
        "lease": lease_of(row, now()),
        "assigned_to": row.assigned_to,
        "held_until": row.held_until,
        "held_why": row.held_why,
        "has_media": row.object_id is not None,
        "media": row.media,
        "test": row.test,
        "review": row.review,
    }


def as_case(row: CaseRow) -> Case:
    """A row as lists show it; why it is held only where nobody has said anything of it yet."""
    unsaid = row.resumes == Status.WAITING and row.reason != Reason.COMPLAINT
    return Case(**case_values(row) | ({} if unsaid else {"held_why": ""}))


def lease_of(row: CaseRow, at: datetime) -> Lease | None:
    """Who has the case at this time."""
    if row.lease_person is None or row.lease_until is None or row.lease_until <= at:
        return None
    return Lease(row.lease_person, row.lease_until)


def as_copy(row: CopyRow) -> Copy:
    """A row as an upload."""
    return Copy(row.id, row.seen_at, row.same_file, row.distance, context_from(row.context))


def as_decision(row: DecisionRow) -> Decision:
    """A row as what somebody said."""
    return Decision(
        person_id=row.person_id,
        choice=Choice(row.choice),
        policy=row.policy,
        note=row.note,
        at=row.at,
        stage=Status(row.stage),
        review=row.review,
    )


def as_event(row: EventRow) -> Event:
    """A row as a line of history."""
    return Event(row.at, row.kind, row.person_id, row.text)


def add_event(
    session: Session, case_id: int, kind: str, person_id: int | None, text: str = ""
) -> None:
    """Write a line of a case's history."""
    session.add(
        EventRow(
            case_id=case_id,
            at=now(),
            kind=kind,
            person_id=person_id,
            text=text,
        )
    )


def context_values(context: Context) -> dict[str, Any]:
    """A context as JSON; what is empty is left out."""
    found = {name: value for name, value in vars(context).items() if value}
    if context.at is not None:
        found["at"] = context.at.isoformat()
    return found


def context_from(values: Mapping[str, Any]) -> Context:
    """A context from its JSON."""
    given = dict(values)
    if "at" in given:
        given["at"] = datetime.fromisoformat(given["at"])
    return Context(**given)
