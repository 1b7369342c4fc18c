"""Care of those who look: how much in a day, and how long; `breaks` has when they rest."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hedgerow.accounts import Person
from hedgerow.cases import breaks
from hedgerow.cases.errors import BadDecision, Resting
from hedgerow.cases.limits import Care
from hedgerow.cases.models import CareRow, RevealRow, WorkRow
from hedgerow.cases.records import Standing
from hedgerow.store import now, record, set_row

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
    if care is None:
        session.execute(delete(CareRow).where(CareRow.person_id == person_id))
    else:
        set_row(session, CareRow(person_id=person_id, limits=asdict(care)))
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
    work = breaks.work_of(session, person_id)
    began, until = breaks.working_since(work, care, at), breaks.rests_until(work, at)
    return Standing(
        reveals_left=max(0, care.reveals_a_day - reveals),
        seconds_left=max(0, int(60 * care.reveal_minutes_a_day - seconds)),
        reveal_seconds=care.reveal_seconds,
        work_until=None if began is None else began + timedelta(minutes=care.work_minutes),
        break_until=until,
        may_end_break=work is not None and until is not None and not breaks.was_due(work, care),
    )


def _today(session: Session, person_id: int, at: datetime) -> tuple[int, float]:
    midnight = datetime.combine(at.date(), time(), UTC)
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(RevealRow.seconds), 0.0)).where(
            RevealRow.person_id == person_id, RevealRow.at >= midnight
        )
    ).one()
    return int(row[0]), float(row[1])


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
    """Note how long it was shown in fact: never more than was counted, and only once.

    seconds: as the browser says; it counts for no less than went by until it said so.
    """
    row = session.get(RevealRow, reveal_id)
    if row is not None and row.person_id == person_id and not row.ended:
        row.seconds = min(row.seconds, max(seconds, (now() - row.at).total_seconds()))
        row.ended = True
