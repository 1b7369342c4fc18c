"""Since when somebody works without a break, and their breaks: those that are due, and their own.

While somebody rests, the clock of their work stands still: a break moves `WorkRow.began` on by as
long as it lasts. So what was worked before a break is its end less `began`, and with it whether it
was due. One that somebody takes before it is due is theirs to end; then, as after a short one, the
clock goes on from where it stood, unless they rested for as long as a break that is due.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from hedgerow.cases.errors import BadDecision, Resting
from hedgerow.cases.limits import Care
from hedgerow.cases.models import WorkRow
from hedgerow.store import insert_for, now, record

LONGEST_BREAK = 480
"""Minutes of a break that somebody takes by themselves."""


def work_of(session: Session, person_id: int) -> WorkRow | None:
    """What is known of somebody's work, to read."""
    return session.get(WorkRow, person_id)


def working_since(work: WorkRow | None, care: Care, at: datetime) -> datetime | None:
    """Since when they work without a break; None where they don't, or rested long enough."""
    if work is None or at - work.last >= timedelta(minutes=care.break_minutes):
        return None
    until = work.break_until
    if until is not None and work.last < until <= at and was_due(work, care):
        return None
    return work.began


def rests_until(work: WorkRow | None, at: datetime) -> datetime | None:
    """Until when a break lasts; None where there is none."""
    lasts = work is not None and work.break_until is not None and work.break_until > at
    return work.break_until if work is not None and lasts else None


def was_due(work: WorkRow, care: Care) -> bool:
    """Whether the latest break came after as much work as makes one due."""
    assert work.break_until is not None
    return work.break_until - work.began >= timedelta(minutes=care.work_minutes)


def begin(session: Session, person_id: int, care: Care) -> None:
    """Note that somebody begins with something. Raises Resting where they rest."""
    at = now()
    work = _locked(session, person_id, at)
    until = rests_until(work, at)
    if until is not None:
        raise Resting(f"take your break, until {until:%H:%M} UTC: it was well earned", until)
    if working_since(work, care, at) is None:
        work.began = at
    work.break_until = None
    work.last = at


def due(session: Session, person_id: int, care: Care) -> datetime | None:
    """Begin a break where one is due; returns until when it lasts, and None where none is."""
    at = now()
    work = session.get(WorkRow, person_id, with_for_update=True)
    if work is None or rests_until(work, at) is not None:
        return None
    began = working_since(work, care, at)
    if began is None or at - began < timedelta(minutes=care.work_minutes):
        return None
    until = _rest(work, began, at, care.break_minutes)
    record(session, "care.break", f"person:{person_id}", minutes=care.break_minutes)
    return until


def take(session: Session, person_id: int, care: Care, minutes: int) -> datetime:
    """Begin a break that isn't due; returns until when it lasts.

    No line of the log tells of it: it is nobody else's business. Raises BadDecision, Resting.
    """
    if not 1 <= minutes <= LONGEST_BREAK:
        raise BadDecision(f"a break of your own lasts 1 to {LONGEST_BREAK} minutes")
    at = now()
    work = _locked(session, person_id, at)
    until = rests_until(work, at)
    if until is not None:
        raise Resting(f"you have a break already, until {until:%H:%M} UTC", until)
    began = working_since(work, care, at) or at
    work.last = at
    return _rest(work, began, at, minutes)


def end(session: Session, person_id: int, care: Care) -> None:
    """End a break that somebody took by themselves; without one nothing happens.

    Raises Resting where the break was due.
    """
    at = now()
    work = session.get(WorkRow, person_id, with_for_update=True)
    until = rests_until(work, at)
    if work is None or until is None:
        return
    if was_due(work, care):
        raise Resting(f"this break was due, so it lasts until {until:%H:%M} UTC", until)
    work.began -= until - at
    work.break_until = None


def note_work(session: Session, person_id: int, care: Care) -> None:
    """Note that somebody is at work: what was begun may be finished, whatever is due."""
    at = now()
    work = session.get(WorkRow, person_id, with_for_update=True)
    if work is None:
        return
    if rests_until(work, at) is None and working_since(work, care, at) is None:
        work.began, work.break_until = at, None  # they come back to it from a rest
    work.last = at


def _rest(work: WorkRow, began: datetime, at: datetime, minutes: int) -> datetime:
    span = timedelta(minutes=minutes)
    work.began = began + span
    work.break_until = at + span
    return work.break_until


def _locked(session: Session, person_id: int, at: datetime) -> WorkRow:
    """Somebody's row, locked until the transaction ends; a new one where there is none."""
    work = session.get(WorkRow, person_id, with_for_update=True)
    if work is not None:
        return work
    # In one statement, which waits for another that makes the same: both are their first.
    session.execute(
        insert_for(session)(cast(Table, WorkRow.__table__))
        .values(person_id=person_id, began=at, last=at)
        .on_conflict_do_nothing(index_elements=[WorkRow.person_id])
    )
    made = session.get(WorkRow, person_id, with_for_update=True)
    assert made is not None
    return made
