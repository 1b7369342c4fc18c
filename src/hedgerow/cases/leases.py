"""Who has a case: taken, renewed while they work, given back; never with two at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hedgerow.accounts import Permission, Person, PersonState
from hedgerow.cases import policies, queue, training
from hedgerow.cases.errors import BadDecision, NotNow, NotYours
from hedgerow.cases.limits import Limits
from hedgerow.cases.models import CaseRow, ExcludedRow
from hedgerow.cases.records import Lease, Outcome, Status
from hedgerow.cases.rows import add_event, lease_of, require
from hedgerow.store import as_reason, now, record

_UNSHOWN = ("Cc", "Cs")
"""Categories of Unicode: controls, and halves of characters."""

WITHDRAWN = "the person in the picture took it back, so nobody decides it any more"


def why_not(session: Session, row: CaseRow, person: Person) -> str:
    """Why this person may not be the next to decide the case; "" where they may."""
    if row.outcome == Outcome.WITHDRAWN:
        return WITHDRAWN
    if row.status == Status.DECIDED:
        return "it is decided; a lead can reopen it"
    if row.status == Status.HELD:
        return "it is held; wake it first"
    if not training.may_see(session, row.bank_id, person):
        return training.WHY_NOT
    if row.status == Status.ESCALATED and not person.may(Permission.LEAD):
        return "it waits for a lead"
    if row.assigned_to is not None and row.assigned_to != person.id:
        return "it is assigned to somebody else"
    excluded = session.get(ExcludedRow, (row.id, person.id))
    if excluded is not None and excluded.until is None:
        return "you have decided it before, so somebody else has to"
    lease = lease_of(row, now())
    if lease is not None and lease.person_id != person.id:
        return "somebody else has it in hand"
    return ""


def take(session: Session, row: CaseRow, person: Person, limits: Limits) -> None:
    """Give a locked case to a person. Raises NotYours, NotNow."""
    why = why_not(session, row, person)
    if why:
        kind = NotNow if row.status in (Status.DECIDED, Status.HELD) else NotYours
        raise kind(f"case {row.id} can't be taken: {why}")
    row.lease_person = person.id
    row.lease_until = now() + timedelta(seconds=limits.lease_seconds)


def require_held(session: Session, case_id: int, person: Person, limits: Limits) -> CaseRow:
    """The case, locked, which this person has in hand or can take at once.

    Raises NoSuchCase, NotYours, NotNow.
    """
    row = require(session, case_id, locked=True)
    take(session, row, person, limits)
    return row


def renew(session: Session, case_id: int, person: Person, limits: Limits) -> Lease:
    """Have the case for longer. Raises NoSuchCase, NotYours."""
    row = require(session, case_id, locked=True)
    # One that ran out is renewed where nobody has taken the case meanwhile.
    if row.lease_person != person.id:
        raise NotYours(f"case {case_id} is not in your hands any more; somebody else may have it")
    if not training.may_see(session, row.bank_id, person):
        raise NotYours(f"case {case_id} can't be kept: {training.WHY_NOT}")
    row.lease_until = now() + timedelta(seconds=limits.lease_seconds)
    return Lease(person.id, row.lease_until)


def release(session: Session, case_id: int, person: Person) -> None:
    """Give a case back; nothing happens where this person hasn't got it."""
    row = require(session, case_id, locked=True)
    if row.lease_person == person.id:
        drop(row)


def drop(row: CaseRow) -> None:
    """Let nobody have it."""
    row.lease_person = None
    row.lease_until = None


def skip(session: Session, case_id: int, person: Person, limits: Limits) -> None:
    """Give a case back, and don't be offered it for a while."""
    release(session, case_id, person)
    known = session.get(ExcludedRow, (case_id, person.id))
    if known is None or known.until is not None:
        queue.exclude(session, case_id, person.id, now() + timedelta(minutes=limits.skip_minutes))


def hold(
    session: Session, case_id: int, person: Person, days: int, why: str, limits: Limits
) -> None:
    """Let a case rest. Raises NoSuchCase, NotYours, NotNow, BadDecision."""
    if not 1 <= days <= limits.hold_days:
        raise BadDecision(f"a case can be held for 1 to {limits.hold_days} days")
    why = checked_text("why", why, limits, needed=True)
    row = require_held(session, case_id, person, limits)
    drop(row)
    row.resumes = row.status
    row.status = Status.HELD
    row.held_until = now() + timedelta(days=days)
    row.held_why = why
    row.waiting_since = now()
    add_event(session, row.id, "held", person.id, why)
    record(session, "case.held", f"case:{row.id}", why=as_reason(why), days=days)


def wake(session: Session, case_id: int, person: Person) -> None:
    """Let a held case wait again. Raises NoSuchCase, NotNow."""
    row = require(session, case_id, locked=True)
    if row.status != Status.HELD:
        raise NotNow(f"case {case_id} is not held")
    queue.wake(session, row, person.id)
    record(session, "case.woken", f"case:{row.id}")


def assign(session: Session, case_id: int, lead: Person, person: Person | None) -> None:
    """Give an undecided case to one person, or to whoever comes. Raises NoSuchCase, NotNow."""
    row = require(session, case_id, locked=True)
    if row.status == Status.DECIDED:
        raise NotNow(f"case {case_id} is decided; reopen it first")
    if person is not None and not deciders(session, row, [person]):
        raise NotNow(f"case {case_id} can't be decided by them; assign it to {_whom(session, row)}")
    person_id = None if person is None else person.id
    row.assigned_to = person_id
    if row.lease_person != person_id:
        drop(row)
    add_event(session, row.id, "assigned", lead.id, "" if person_id is None else str(person_id))
    record(session, "case.assigned", f"case:{row.id}", to=person_id)


def deciders(session: Session, row: CaseRow, people: Iterable[Person]) -> tuple[Person, ...]:
    """Those of these people who may decide the case as it stands, whoever has it in hand."""
    if row.status == Status.DECIDED:
        return ()
    needed = Permission.LEAD if _for_lead(row) else Permission.REVIEW
    trained = policies.policy_of(session, row.bank_id).trained
    query = select(ExcludedRow.person_id).where(
        ExcludedRow.case_id == row.id, ExcludedRow.until.is_(None)
    )
    out = set(session.execute(query).scalars())
    return tuple(
        each
        for each in people
        if each.state == PersonState.ACTIVE
        and each.may(needed)
        and (each.may(Permission.SURVIVORS) or not trained)
        and each.id not in out
    )


def _for_lead(row: CaseRow) -> bool:
    return Status.ESCALATED in (row.status, row.resumes if row.status == Status.HELD else None)


def _whom(session: Session, row: CaseRow) -> str:
    if policies.policy_of(session, row.bank_id).trained:
        who = "a lead who is a companion, too," if _for_lead(row) else "a companion"
    else:
        who = "a lead" if _for_lead(row) else "a moderator or lead"
    return f"{who} who hasn't decided it before"


def checked_text(name: str, text: str, limits: Limits, *, needed: bool = False) -> str:
    """A text without spaces around it. Raises BadDecision where it is too long, or missing."""
    text = text.strip()
    if needed and not text:
        raise BadDecision(f"{name}: say it in a few words")
    if len(text) > limits.max_text:
        raise BadDecision(f"{name}: at most {limits.max_text} characters")
    if shown(text) != text:
        raise BadDecision(f"{name}: there are control characters in it")
    return text


def shown(text: str) -> str:
    """The text with a mark in place of each control character, which nobody can be shown.

    All else is somebody's writing: emoji, and the spaces and marks of many languages, are not
    "printable" by Python's reckoning.
    """
    return "".join(
        "\ufffd" if unicodedata.category(each) in _UNSHOWN and each not in "\n\t\r" else each
        for each in text
    )
