"""Care of those who look: how much in a day, how long at a time, and breaks that are kept."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hedgerow.accounts import Person
from hedgerow.cases.errors import BadDecision, Resting
from hedgerow.cases.limits import Care
from hedgerow.cases.models import CareRow, RevealRow, WorkRow
from hedgerow.cases.records import Standing
from hedgerow.store import now, record

EVERYBODY = 0
"""The number that stands for all who have no limits of their own."""


def care_of(session: Session, person_id: int, defaults: Care) -> Care:
    """The limits of a person: their own, or else the lead's for all, or else the settings'."""
    rows = session.execute(select(CareRow).where(CareRow.person_id.in_((EVERYBODY, person_id))))
    found = defaults
    for row in sorted(rows.scalars(), key=lambda row: row.person_id):
        found = replace(found, **row.limits)
    return found


def has_own(session: Session, person_id: int) -> bool:
    """Whether a person has limits of their own."""
    return session.get(CareRow, person_id) is not None


def set_care(session: Session, lead: Person, person_id: int, care: Care | None) -> None:
    """Set a person's limits, or `EVERYBODY`'s; None takes them away."""
    session.execute(delete(CareRow).where(CareRow.person_id == person_id))
    if care is not None:
        session.add(CareRow(person_id=person_id, limits=asdict(care)))
    given = asdict(care) if care is not None else {}
    record(session, "care.set", f"person:{person_id}", lead=lead.id, **given)


def checked(values: dict[str, int]) -> Care:
    """Limits from numbers. Raises BadDecision."""
    try:
        return Care(**values)
    except ValueError as problem:
        raise BadDecision(str(problem)) from None


def standing(session: Session, person_id: int, defaults: Care) -> Standing:
    """How much a person may look at and work now."""
    care, at = care_of(session, person_id, defaults), now()
    reveals, seconds = _today(session, person_id, at)
    work = session.get(WorkRow, person_id)
    resting = work is not None and work.break_until is not None and work.break_until > at
    began = _began(work, care, at)
    return Standing(
        reveals_left=max(0, care.reveals_a_day - reveals),
        seconds_left=max(0, int(60 * care.reveal_minutes_a_day - seconds)),
        reveal_seconds=care.reveal_seconds,
        work_until=None if began is None else began + timedelta(minutes=care.work_minutes),
        break_until=work.break_until if work is not None and resting else None,
    )


def _today(session: Session, person_id: int, at: datetime) -> tuple[int, float]:
    midnight = datetime.combine(at.date(), time(), UTC)
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(RevealRow.seconds), 0.0)).where(
            RevealRow.person_id == person_id, RevealRow.at >= midnight
        )
    ).one()
    return int(row[0]), float(row[1])


def _began(work: WorkRow | None, care: Care, at: datetime) -> datetime | None:
    """Since when they work without a break; None where they don't, or rested long enough."""
    if work is None or at - work.last >= timedelta(minutes=care.break_minutes):
        return None
    if work.break_until is not None and work.break_until <= at and work.last < work.break_until:
        return None
    return work.began


def begin(session: Session, person_id: int, defaults: Care) -> None:
    """Note that somebody begins with something. Raises Resting where a break is due or lasts."""
    care, at = care_of(session, person_id, defaults), now()
    work = session.get(WorkRow, person_id, with_for_update=True)
    if work is not None and work.break_until is not None and work.break_until > at:
        raise _break(work.break_until)
    began = _began(work, care, at)
    if work is None:
        work = WorkRow(person_id=person_id, began=at, last=at)
        session.add(work)
    if began is None:
        work.began, work.break_until = at, None
    work.last = at


def due(session: Session, person_id: int, defaults: Care) -> datetime | None:
    """Begin a break where one is due; returns until when it lasts, and None where none is."""
    care, at = care_of(session, person_id, defaults), now()
    work = session.get(WorkRow, person_id, with_for_update=True)
    began = _began(work, care, at)
    if work is None or began is None or at - began < timedelta(minutes=care.work_minutes):
        return None
    work.break_until = at + timedelta(minutes=care.break_minutes)
    record(session, "care.break", f"person:{person_id}", minutes=care.break_minutes)
    return work.break_until


def note_work(session: Session, person_id: int) -> None:
    """Note that somebody is at work: what was begun may be finished, whatever is due."""
    work = session.get(WorkRow, person_id, with_for_update=True)
    if work is not None:
        work.last = now()


def reveal(session: Session, person_id: int, case_id: int, defaults: Care) -> RevealRow:
    """Count one part of a picture, for as long as it can be shown. Raises Resting."""
    care, at = care_of(session, person_id, defaults), now()
    # One at a time for each person: two at once must not both be the last one.
    session.get(WorkRow, person_id, with_for_update=True)
    reveals, seconds = _today(session, person_id, at)
    if reveals >= care.reveals_a_day or seconds >= 60 * care.reveal_minutes_a_day:
        tomorrow = datetime.combine(at.date() + timedelta(days=1), time(), UTC)
        raise Resting(
            "you have looked at as much as a day allows; cases can still be decided on their "
            "evidence, and a lead can change the limit",
            tomorrow,
        )
    row = RevealRow(
        person_id=person_id, case_id=case_id, at=at, seconds=care.reveal_seconds, ended=False
    )
    session.add(row)
    session.flush()
    return row


def end_reveal(session: Session, person_id: int, reveal_id: int, seconds: float) -> None:
    """Note how long it was shown in fact: never more than was counted, and only once."""
    row = session.get(RevealRow, reveal_id)
    if row is not None and row.person_id == person_id and not row.ended:
        row.seconds = min(row.seconds, max(0.0, seconds))
        row.ended = True


def _break(until: datetime) -> Resting:
    return Resting(f"take your break, until {until:%H:%M} UTC: it was well earned", until)
