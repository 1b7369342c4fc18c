"""One case in full, as whoever asks may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hedgerow.accounts import Permission, Person
from hedgerow.cases import leases, training
from hedgerow.cases.models import CaseRow, CopyRow, DecisionRow, EventRow, EvidenceRow
from hedgerow.cases.records import CaseDetails, Copies, Decision, Event, Reason, Status
from hedgerow.cases.rows import MAX_ID, as_copy, as_decision, as_event, case_values

COPIES_SHOWN = 100

_LEADING = frozenset({"decided", "reopened"})
"""Events in whose text it may be said what was thought of the case in an earlier review."""


def details(session: Session, row: CaseRow, person: Person | None) -> CaseDetails:
    """The case with its evidence and history.

    Whoever may still decide it doesn't see what others said in this review, nor, where the
    uploader complains, in any before: they are to judge by themselves. What platform and uploader
    said is for people alone who are trained for the case, where its bank asks for that.
    """
    said = _decisions(session, row)
    why = "" if person is None else leases.why_not(session, row, person)
    seen = said if person is None else _seen(row, said, person)
    told = len(seen) == len(said)
    withheld = person is not None and not training.may_see(session, row.bank_id, person)
    return CaseDetails(
        **case_values(row) | ({} if told else {"held_why": ""}),
        evidence=evidence_of(session, row),
        copies_kept=() if withheld else copies(session, row, None, COPIES_SHOWN).copies,
        decisions=tuple(seen),
        hidden_decisions=len(said) - len(seen),
        history=_history(session, row, told=told, withheld=withheld),
        object_id=row.object_id,
        may_decide=not why,
        why_not=why,
        withheld=withheld,
    )


def evidence_of(session: Session, row: CaseRow) -> Mapping[str, Any]:
    """The answer to the case's first upload."""
    evidence = session.get(EvidenceRow, row.id)
    return {} if evidence is None else evidence.answer


def _decisions(session: Session, row: CaseRow) -> list[Decision]:
    query = select(DecisionRow).where(DecisionRow.case_id == row.id).order_by(DecisionRow.id)
    return [as_decision(each) for each in session.execute(query).scalars()]


def _seen(row: CaseRow, said: Sequence[Decision], person: Person) -> list[Decision]:
    """What this person may see of it: after their own choice, and of a decided case, all."""
    own = any(each.review == row.review and each.person_id == person.id for each in said)
    if own or row.status == Status.DECIDED:
        return list(said)
    of_this = row.status == Status.ESCALATED and person.may(Permission.LEAD)
    of_before = row.reason != Reason.COMPLAINT
    return [
        each
        for each in said
        if each.person_id == person.id or (of_this if each.review == row.review else of_before)
    ]


def copies(session: Session, row: CaseRow, before: int | None, limit: int) -> Copies:
    """A page of the case's uploads, the latest first."""
    query = select(CopyRow).where(CopyRow.case_id == row.id)
    if before is not None:
        query = query.where(CopyRow.id < min(before, MAX_ID))
    rows = session.execute(query.order_by(CopyRow.id.desc()).limit(limit + 1)).scalars().all()
    found = tuple(as_copy(each) for each in rows[:limit])
    return Copies(found, found[-1].id if len(rows) > limit else None)


def _history(session: Session, row: CaseRow, *, told: bool, withheld: bool) -> tuple[Event, ...]:
    """What happened, without what was said for whom that isn't to lead.

    For them, what tells of a proposal is left out, and why it was held, which whoever held it and
    then decided may have said; and after a complaint, all that was written. Where it is withheld,
    what the uploader says is left out, too.
    """
    query = select(EventRow).where(EventRow.case_id == row.id).order_by(EventRow.id)
    found = tuple(as_event(each) for each in session.execute(query).scalars())
    silent = {"complaint"} if withheld else set()
    if not told:
        silent |= {"held"} | (_LEADING if row.reason == Reason.COMPLAINT else set())
    return tuple(
        replace(each, text="") if each.kind in silent else each
        for each in found
        if told or not each.is_of_proposal
    )
