"""The queue: lists of cases in their order, how many there are, and which is next for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
    update,
)
from sqlalchemy.orm import Session

from hedgerow.accounts import Permission, Person, PersonState
from hedgerow.cases import training
from hedgerow.cases.errors import BadDecision
from hedgerow.cases.models import CaseRow, ExcludedRow
from hedgerow.cases.records import AtHand, Case, Filter, Page, Status
from hedgerow.cases.rows import MAX_ID, add_event, as_case
from hedgerow.store import now

MOST_COUNTED = 10_000
"""Beyond it a list says "10,000+": nobody waits for an exact number that is out of date at once."""

ALIKE_SHOWN = 100

MOST_CATEGORIES = 50
"""That are offered to choose from; others can be typed."""

MOST_OF_PERSON = 1_000
"""Cases that one person has in hand or assigned to them, of which lists tell."""

_AT_HAND_TOLD = 12
"""Numbers of cases that one person has in hand, and as many that are theirs alone."""

_WOKEN_AT_ONCE = 200

_NO_PLACE = "the place to go on from can't be read: start at the first page"

_OPEN = (Status.WAITING, Status.SECOND, Status.ESCALATED)


def page(session: Session, wanted: Filter, after: str | None, limit: int) -> Page:
    """Cases in the order of urgency; decided ones the latest first. Raises BadDecision."""
    query = select(CaseRow).where(*conditions(session, wanted))
    if after is not None:
        # As one comparison of pairs, which begins in the right place of the index.
        query = query.where(tuple_(CaseRow.rank, CaseRow.id) > place_of(after))
    query = query.order_by(CaseRow.rank, CaseRow.id).limit(limit + 1)
    return page_of(session.execute(query).scalars().all(), limit)


def page_of(rows: Sequence[CaseRow], limit: int) -> Page:
    """The page of these rows, of which one more than `limit` was asked for."""
    cases = tuple(as_case(row) for row in rows[:limit])
    more = len(rows) > limit
    return Page(cases, f"{-cases[-1].urgency}.{cases[-1].id}" if more else None)


def place_of(after: str) -> tuple[int, int]:
    """Rank and number of the case that a page goes on behind. Raises BadDecision."""
    try:
        rank, number = (int(part) for part in after.split("."))
    except ValueError:
        raise BadDecision(_NO_PLACE) from None
    if max(abs(rank), abs(number)) > MAX_ID:
        raise BadDecision(_NO_PLACE)
    return rank, number


def conditions(session: Session, wanted: Filter) -> list[ColumnElement[bool]]:
    """What the filter says, as SQL."""
    own = None if wanted.mine is None else _of_person(session, wanted.mine)
    found: list[ColumnElement[bool]]
    if own is None:
        found = [CaseRow.status == wanted.status]
    elif own:
        # As an expression that no index has: SQLite would go through all cases in the order of
        # their rank rather than look up these few and put them in order.
        found = [CaseRow.id.in_(own), func.coalesce(CaseRow.status, "") == wanted.status]
    else:
        return [false()]
    if wanted.bank_id is not None:
        found.append(CaseRow.bank_id == wanted.bank_id)
    if wanted.category is not None:
        found.append(CaseRow.category == wanted.category)
    if wanted.reason is not None:
        found.append(CaseRow.reason == wanted.reason)
    if wanted.test is not None:
        found.append(CaseRow.test == wanted.test)
    if wanted.outcome is not None and wanted.status is Status.DECIDED:
        found.append(CaseRow.outcome == wanted.outcome)
    return found


def _of_person(session: Session, person_id: int) -> list[int]:
    """The numbers of the cases that somebody has in hand, and of those assigned to them.

    Asked for first, each by its index: in one question with the rest, every case would be read.
    """
    assigned = select(CaseRow.id).where(CaseRow.assigned_to == person_id)
    both = union(_leased_to(person_id), assigned).limit(MOST_OF_PERSON)
    return list(session.execute(both).scalars())


def categories(session: Session) -> tuple[str, ...]:
    """The categories that cases have, by name; the first `MOST_CATEGORIES`."""
    # From each to the next by the index: to read the column of all cases takes seconds.
    first = select(func.min(CaseRow.category).label("category"), literal(1).label("number"))
    known = first.where(CaseRow.category > "").cte("known", recursive=True)
    following = select(func.min(CaseRow.category)).where(CaseRow.category > known.c.category)
    known = known.union_all(
        select(following.scalar_subquery(), known.c.number + 1).where(
            known.c.category.is_not(None), known.c.number < MOST_CATEGORIES
        )
    )
    found = select(known.c.category).where(known.c.category.is_not(None)).order_by(known.c.number)
    return tuple(session.execute(found).scalars())


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

    What they have in hand comes before everything, whatever the filter says: nobody keeps a second
    one from the others. Then what was given to them alone, then the rest. Of each, without a
    filter, what waits for a lead first, where the person is one, then what waits for a second
    person, then what waits for a first. What another process is just giving out is passed over.
    """
    row = _in_hand(session, person)
    if row is not None:
        return row
    statuses, theirs_to_see = statuses_for(person), training.open_to(session, person)
    if wanted is not None:
        statuses = [each for each in statuses if each is wanted.status]
    for theirs in (CaseRow.assigned_to == person.id, CaseRow.assigned_to.is_(None)):
        for status in statuses:
            fits = Filter(status=status) if wanted is None else wanted
            free = _free_for(person, now())
            row = _first(session, *conditions(session, fits), theirs, *free, *theirs_to_see)
            if row is not None:
                return row
    return None


def statuses_for(person: Person) -> Sequence[Status]:
    """Of what a person is given cases, the first first."""
    statuses = (Status.SECOND, Status.WAITING)
    return (Status.ESCALATED, *statuses) if person.may(Permission.LEAD) else statuses


def _in_hand(session: Session, person: Person) -> CaseRow | None:
    """The first of the cases that they have, and may still decide.

    One that is just being changed is waited for, as when a copy of it comes in.
    """
    found = session.execute(_leased_to(person.id).limit(MOST_OF_PERSON)).scalars().all()
    if not found:
        return None
    return _first(
        session,
        CaseRow.id.in_(found),
        CaseRow.status.in_(statuses_for(person)),
        CaseRow.lease_person == person.id,
        or_(CaseRow.assigned_to.is_(None), CaseRow.assigned_to == person.id),
        _not_excluded(person, now()),
        *training.open_to(session, person),
        passing_over=False,
    )


def _first(
    session: Session, *fits: ColumnElement[bool], passing_over: bool = True
) -> CaseRow | None:
    """The first of those that fit, locked; those that others have locked are passed over or not."""
    query = (
        select(CaseRow)
        .where(*fits)
        .order_by(CaseRow.rank, CaseRow.id)
        .limit(1)
        .with_for_update(skip_locked=passing_over)
    )
    return session.execute(query).scalar_one_or_none()


def _leased_to(person_id: int) -> Select[int]:
    return select(CaseRow.id).where(CaseRow.lease_person == person_id, CaseRow.lease_until > now())


def at_hand(session: Session, person_id: int) -> AtHand:
    """What somebody has in hand, and what was given to them alone; the first of each."""
    most = _AT_HAND_TOLD + 1
    leased = session.execute(_leased_to(person_id).order_by(CaseRow.lease_until).limit(most))
    in_hand = leased.scalars().all()
    given = (
        select(CaseRow.id)
        .where(
            CaseRow.assigned_to == person_id,
            CaseRow.status.in_(_OPEN),
            CaseRow.id.not_in(in_hand),
        )
        .order_by(CaseRow.rank, CaseRow.id)
        .limit(most)
    )
    assigned = session.execute(given).scalars().all()
    more = max(len(in_hand), len(assigned)) == most
    return AtHand(tuple(in_hand[:_AT_HAND_TOLD]), tuple(assigned[:_AT_HAND_TOLD]), more)


def _free_for(person: Person, at: datetime) -> list[ColumnElement[bool]]:
    return [
        or_(CaseRow.lease_until.is_(None), CaseRow.lease_until <= at),
        _not_excluded(person, at),
    ]


def _not_excluded(person: Person, at: datetime) -> ColumnElement[bool]:
    excluded = select(ExcludedRow.case_id).where(
        ExcludedRow.case_id == CaseRow.id,
        ExcludedRow.person_id == person.id,
        or_(ExcludedRow.until.is_(None), ExcludedRow.until > at),
    )
    return ~excluded.exists()


def due(session: Session) -> Sequence[int]:
    """Some of the cases that were held until now."""
    # By the time alone, which only held ones have: there may be very many of them.
    found = select(CaseRow.id).where(CaseRow.held_until <= now()).limit(_WOKEN_AT_ONCE)
    return session.execute(found).scalars().all()


def assignees(session: Session, *which: ColumnElement[bool]) -> set[int]:
    """Whom cases were given to alone, or those cases of which all this is true."""
    found = select(CaseRow.assigned_to).where(CaseRow.assigned_to.is_not(None), *which).distinct()
    return {each for each in session.execute(found).scalars() if each is not None}


def wake_due(session: Session) -> None:
    """Let what was held until now wait again."""
    for case_id in due(session):
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


def drop_leases(session: Session, person_id: int, *which: ColumnElement[bool]) -> None:
    """Let go of all that somebody has in hand, or of those cases of which all this is true."""
    session.execute(
        update(CaseRow)
        .where(CaseRow.lease_person == person_id, *which)
        .values(lease_person=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def let_go(session: Session, person: Person) -> None:
    """Let go of what somebody has in hand, or was given alone, and may not decide any more."""
    which: list[ColumnElement[bool]] = []
    if person.state != PersonState.DEACTIVATED and person.may(Permission.REVIEW):
        resumed = and_(CaseRow.status == Status.HELD, CaseRow.resumes == Status.ESCALATED)
        for_lead = or_(CaseRow.status == Status.ESCALATED, resumed)
        beyond = [~each for each in training.open_to(session, person)]
        beyond += [] if person.may(Permission.LEAD) else [for_lead]
        if not beyond:
            return
        which = [or_(*beyond)]
    drop_leases(session, person.id, *which)
    session.execute(
        update(CaseRow)
        .where(CaseRow.assigned_to == person.id, *which)
        .values(assigned_to=None)
        .execution_options(synchronize_session=False)
    )
