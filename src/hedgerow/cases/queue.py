"""The queue: lists of cases in their order, how many there are, and which is next for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, tuple_, union, update
from sqlalchemy.orm import Session

from hedgerow.accounts import Permission, Person
from hedgerow.cases.errors import BadDecision
from hedgerow.cases.models import CaseRow, ExcludedRow
from hedgerow.cases.records import Case, Filter, Page, Status
from hedgerow.cases.rows import MAX_ID, add_event, as_case
from hedgerow.store import now

MOST_COUNTED = 10_000
"""Beyond it a list says "10,000+": nobody waits for an exact number that is out of date at once."""

ALIKE_SHOWN = 100

MOST_OF_PERSON = 1_000
"""Cases that one person has in hand or assigned to them, of which lists tell."""

_NO_PLACE = "the place to go on from can't be read: start at the first page"

_OPEN = (Status.WAITING, Status.SECOND, Status.ESCALATED)


def page(session: Session, wanted: Filter, after: str | None, limit: int) -> Page:
    """Cases in the order of urgency; decided ones the latest first. Raises BadDecision."""
    decided = wanted.status is Status.DECIDED
    order = [CaseRow.id.desc()] if decided else [CaseRow.rank, CaseRow.id]
    query = select(CaseRow).where(*conditions(session, wanted)).order_by(*order).limit(limit + 1)
    if after is not None:
        query = query.where(_behind(after, decided=decided))
    rows = session.execute(query).scalars().all()
    cases = tuple(as_case(row) for row in rows[:limit])
    more = len(rows) > limit
    return Page(cases, f"{-cases[-1].urgency}.{cases[-1].id}" if more else None)


def _behind(after: str, *, decided: bool) -> ColumnElement[bool]:
    try:
        rank, number = (int(part) for part in after.split("."))
    except ValueError:
        raise BadDecision(_NO_PLACE) from None
    if max(abs(rank), abs(number)) > MAX_ID:
        raise BadDecision(_NO_PLACE)
    if decided:
        return CaseRow.id < number
    # As one comparison of pairs, which begins in the right place of the index.
    return tuple_(CaseRow.rank, CaseRow.id) > (rank, number)


def conditions(session: Session, wanted: Filter) -> list[ColumnElement[bool]]:
    """What the filter says, as SQL."""
    found: list[ColumnElement[bool]] = [CaseRow.status == wanted.status]
    if wanted.bank_id is not None:
        found.append(CaseRow.bank_id == wanted.bank_id)
    if wanted.category is not None:
        found.append(CaseRow.category == wanted.category)
    if wanted.reason is not None:
        found.append(CaseRow.reason == wanted.reason)
    if wanted.test is not None:
        found.append(CaseRow.test == wanted.test)
    if wanted.mine is not None:
        found.append(CaseRow.id.in_(_of_person(session, wanted.mine)))
    return found


def _of_person(session: Session, person_id: int) -> list[int]:
    """The numbers of the cases that somebody has in hand, and of those assigned to them.

    Asked for first, each by its index: in one question with the rest, every case would be read.
    """
    leased = select(CaseRow.id).where(
        CaseRow.lease_person == person_id, CaseRow.lease_until > now()
    )
    assigned = select(CaseRow.id).where(CaseRow.assigned_to == person_id)
    return list(session.execute(union(leased, assigned).limit(MOST_OF_PERSON)).scalars())


def counts(session: Session, wanted: Filter) -> dict[Status, int]:
    """How many cases fit the filter in each status, at most `MOST_COUNTED` of each."""
    others = {name: value for name, value in vars(wanted).items() if name != "status"}
    found = {}
    for status in Status:
        some = (
            select(CaseRow.id)
            .where(*conditions(session, Filter(status=status, **others)))
            .limit(MOST_COUNTED)
            .subquery()
        )
        found[status] = session.execute(select(func.count()).select_from(some)).scalar_one()
    return found


def next_for(session: Session, person: Person, wanted: Filter | None) -> CaseRow | None:
    """The case that this person is to look at next, locked; None where there is none.

    Without a filter: what waits for a lead first, where the person is one, then what waits for a
    second person, then the rest. What another process is just giving out is passed over.
    """
    statuses: Sequence[Status] = (Status.SECOND, Status.WAITING)
    if person.may(Permission.LEAD):
        statuses = (Status.ESCALATED, *statuses)
    if wanted is not None:
        statuses = [each for each in statuses if each is wanted.status]
    for status in statuses:
        fits = Filter(status=status) if wanted is None else wanted
        query = (
            select(CaseRow)
            .where(*conditions(session, fits), *_free_for(person, now()))
            .order_by(CaseRow.rank, CaseRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = session.execute(query).scalar_one_or_none()
        if row is not None:
            return row
    return None


def _free_for(person: Person, at: datetime) -> list[ColumnElement[bool]]:
    excluded = select(ExcludedRow.case_id).where(
        ExcludedRow.case_id == CaseRow.id,
        ExcludedRow.person_id == person.id,
        or_(ExcludedRow.until.is_(None), ExcludedRow.until > at),
    )
    return [
        or_(CaseRow.lease_until.is_(None), CaseRow.lease_until <= at),
        or_(CaseRow.assigned_to.is_(None), CaseRow.assigned_to == person.id),
        ~excluded.exists(),
    ]


def wake_due(session: Session) -> None:
    """Let what was held until now wait again."""
    # By the time alone, which only held ones have: there may be very many of them.
    due = select(CaseRow.id).where(CaseRow.held_until <= now())
    for case_id in session.execute(due).scalars().all():
        # One that somebody is just changing can wait for the next time.
        row = session.get(CaseRow, case_id, with_for_update={"skip_locked": True})
        if row is not None and row.status == Status.HELD:
            wake(session, row, None)


def wake(session: Session, row: CaseRow, person_id: int | None) -> None:
    """Let a held case wait again."""
    row.status = row.resumes
    row.held_until = None
    row.held_why = ""
    row.waiting_since = now()
    add_event(session, row.id, "woken", person_id)


def alike(session: Session, row: CaseRow) -> tuple[Case, ...]:
    """Other undecided cases of the same banked content, the first `ALIKE_SHOWN`."""
    query = (
        select(CaseRow)
        .where(
            CaseRow.content_id == row.content_id, CaseRow.id != row.id, CaseRow.status.in_(_OPEN)
        )
        .order_by(CaseRow.id)
        .limit(ALIKE_SHOWN)
    )
    return tuple(as_case(each) for each in session.execute(query).scalars())


def exclude(session: Session, case_id: int, person_id: int, until: datetime | None) -> None:
    """Don't offer the case to this person any more, or not until a time."""
    session.merge(ExcludedRow(case_id=case_id, person_id=person_id, until=until))


def include(session: Session, case_id: int) -> None:
    """Offer the case to everybody again."""
    for row in session.execute(select(ExcludedRow).where(ExcludedRow.case_id == case_id)).scalars():
        session.delete(row)


def drop_leases(session: Session, person_id: int) -> None:
    """Let go of all that somebody has in hand."""
    session.execute(
        update(CaseRow)
        .where(CaseRow.lease_person == person_id)
        .values(lease_person=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def unassign(session: Session, person_id: int) -> None:
    """Let go of all that somebody has in hand, and of what was given to them alone."""
    drop_leases(session, person_id)
    session.execute(
        update(CaseRow)
        .where(CaseRow.assigned_to == person_id)
        .values(assigned_to=None)
        .execution_options(synchronize_session=False)
    )
