"""Deciding: what one person says, and where the case goes by it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hedgerow.accounts import Person
from hedgerow.cases import leases, policies, proposals, queue, urgency
from hedgerow.cases.errors import BadDecision, NotNow
from hedgerow.cases.limits import Limits
from hedgerow.cases.models import CaseRow, CopyRow, DecisionRow
from hedgerow.cases.records import Choice, Decision, Outcome, Propose, Reason, Status
from hedgerow.cases.resolution import Next, resolve
from hedgerow.cases.rows import add_event, as_decision, require
from hedgerow.cases.webhooks import emit
from hedgerow.store import as_reason, now, record

_READ_AT_ONCE = 200

_NOTE_NEEDED = (Choice.DISPUTE, Choice.NOT_SURE, Choice.ESCALATE)


def decide(
    session: Session,
    case_id: int,
    person: Person,
    choice: Choice,
    policy: str,
    note: str,
    propose: Propose | None,
    bits: int | None,
    review: int | None,
    limits: Limits,
) -> None:
    """Note what somebody says, and let the case go on.

    review: the one that they looked at, where that is known. Raises NoSuchCase, NotYours, NotNow,
    BadDecision.
    """
    policy = leases.checked_text("policy", policy, limits)
    note = leases.checked_text("note", note, limits, needed=choice in _NOTE_NEEDED)
    if propose is not None and choice is not Choice.DISPUTE:
        raise BadDecision("only a dispute proposes something")
    row = leases.require_held(session, case_id, person, limits)
    if review not in (None, row.review):
        raise NotNow(
            f"case {case_id} has changed since you looked at it, and this was not counted; read "
            "it once more"
        )
    stage = Status(row.status)
    said = DecisionRow(
        case_id=row.id,
        review=row.review,
        person_id=person.id,
        stage=stage,
        choice=choice,
        policy=policy,
        note=note,
        at=now(),
    )
    session.add(said)
    queue.exclude(session, row.id, person.id, None)
    if propose is not None:
        proposals.propose(session, row, person, propose, bits)
    session.flush()
    decisions = of_review(session, row)
    _go_on(session, row, resolve(decisions, policies.policy_of(session, row.bank_id)), limits)
    record(
        session,
        "case.decided" if row.status == Status.DECIDED else "case.said",
        f"case:{row.id}",
        why=as_reason(note),
        choice=choice,
        stage=stage,
        then=row.status,
        **({"policy": as_reason(policy)} if policy else {}),
    )


def of_review(session: Session, row: CaseRow) -> list[Decision]:
    """What was said in the case's present review, oldest first."""
    query = (
        select(DecisionRow)
        .where(DecisionRow.case_id == row.id, DecisionRow.review == row.review)
        .order_by(DecisionRow.id)
    )
    return [as_decision(each) for each in session.execute(query).scalars()]


def _go_on(session: Session, row: CaseRow, then: Next, limits: Limits) -> None:
    leases.drop(row)
    row.assigned_to = None
    if then.status == Status.ESCALATED and row.status != Status.ESCALATED:
        add_event(session, row.id, "escalated", None)
    row.status = then.status
    row.waiting_since = now()
    if then.status is not Status.DECIDED:
        return
    row.outcome = then.outcome
    row.decided_at = now()
    row.rank = urgency.rank_of(row, limits)
    add_event(session, row.id, "decided", None, then.outcome or "")
    emit(session, "case.decided", told(session, row, limits))


def told(session: Session, row: CaseRow, limits: Limits) -> dict[str, Any]:
    """What the platform is told of a decided or reopened case: no hash, no picture, no person.

    A dispute is of the very file that was looked at. What only resembles it, and came while it
    waited, is told apart: sent once more, it is a case of its own.
    """
    uploads = _uploads(session, row, limits)
    disputed = row.outcome == Outcome.DISPUTED
    return {
        "case": row.id,
        "status": row.status,
        "outcome": row.outcome,
        "verdict": row.action,
        "bank": row.bank,
        "category": row.category,
        "copies": row.copies,
        "test": row.test,
        "contexts": [each for each, same_file in uploads if same_file or not disputed],
        "not_looked_at": [each for each, same_file in uploads if disputed and not same_file],
        "contexts_left_out": row.copies - len(uploads),
    }


def _uploads(
    session: Session, row: CaseRow, limits: Limits
) -> list[tuple[Mapping[str, Any], bool]]:
    """What the platform said of the case's uploads, and whether each is the very same file.

    The latest first, until there are `max_told_bytes` of them.
    """
    query = select(CopyRow.context, CopyRow.same_file).where(CopyRow.case_id == row.id)
    query = query.order_by(CopyRow.id.desc()).execution_options(yield_per=_READ_AT_ONCE)
    found: list[tuple[Mapping[str, Any], bool]] = []
    left = limits.max_told_bytes
    with session.execute(query) as rows:
        for context, same_file in rows:
            left -= len(json.dumps(context))
            if left < 0:
                break
            found.append((context, same_file))
    return found


def complain(session: Session, case_id: int, text: str, limits: Limits) -> None:
    """Take in the uploader's complaint: somebody who hasn't decided the case before is to look.

    Of a withdrawn one nothing is said of the upload, so it is told alone. Raises NoSuchCase,
    BadDecision.
    """
    text = leases.checked_text("complaint", text, limits, needed=True)
    row = require(session, case_id, locked=True)
    add_event(session, row.id, "complaint", None, text)
    if row.outcome != Outcome.WITHDRAWN:
        _judge_anew(session, row, limits)
    emit(session, "complaint.received", told(session, row, limits))
    record(session, "case.complaint", f"case:{row.id}", why=as_reason(text))


def _judge_anew(session: Session, row: CaseRow, limits: Limits) -> None:
    row.reason = Reason.COMPLAINT
    _shut_out_earlier(session, row)
    if row.status == Status.DECIDED or of_review(session, row):
        _begin_again(row)
    else:
        if row.status == Status.HELD:
            queue.wake(session, row, None)
        row.review += 1  # it is another question now to whoever is just looking at it
    row.rank = urgency.rank_of(row, limits)


def _shut_out_earlier(session: Session, row: CaseRow) -> None:
    """Whoever ever decided the case has no part in judging the complaint, reopened or not."""
    said = select(DecisionRow.person_id).where(DecisionRow.case_id == row.id).distinct()
    for person_id in session.execute(said).scalars().all():
        queue.exclude(session, row.id, person_id, None)
        if row.lease_person == person_id:
            leases.drop(row)
        if row.assigned_to == person_id:
            row.assigned_to = None


def reopen(session: Session, case_id: int, lead: Person, why: str, limits: Limits) -> None:
    """Let a decided case be decided anew, by anybody; or one that no lead is left for.

    Raises NoSuchCase, NotNow, BadDecision.
    """
    why = leases.checked_text("why", why, limits, needed=True)
    row = require(session, case_id, locked=True)
    if row.status not in (Status.DECIDED, Status.ESCALATED):
        raise NotNow(f"case {case_id} is not decided")
    if row.outcome == Outcome.WITHDRAWN:
        raise NotNow(f"case {case_id} can't be reopened: {leases.WITHDRAWN}")
    # After a complaint, those who decided before stay out of it.
    if row.reason != Reason.COMPLAINT:
        row.reason = Reason.REOPENED
        queue.include(session, row.id)
    _begin_again(row)
    row.rank = urgency.rank_of(row, limits)
    add_event(session, row.id, "reopened", lead.id, why)
    emit(session, "case.reopened", told(session, row, limits))
    record(session, "case.reopened", f"case:{row.id}", why=as_reason(why))


def _begin_again(row: CaseRow) -> None:
    leases.drop(row)
    row.status = Status.WAITING
    row.outcome = None
    row.decided_at = None
    row.assigned_to = None
    row.held_until = None
    row.held_why = ""
    row.resumes = Status.WAITING
    row.review += 1
    row.waiting_since = now()
