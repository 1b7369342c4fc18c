"""Reading people from their rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, update
from sqlalchemy.orm import Session

from hedgerow.accounts.errors import NoSuchPerson
from hedgerow.accounts.keys import MAX_ID
from hedgerow.accounts.models import GuessRow, PasskeyRow, PersonRow
from hedgerow.accounts.persons import Person, PersonState
from hedgerow.accounts.roles import Role

COUNTER = "person"
"""Held by whoever changes who may administer, so that two can't both remove the last but one."""

WHO = "person:{}"
"""A person as the subject of a line in the log."""

_PASSKEYS = (
    select(func.count())
    .where(PasskeyRow.person_id == PersonRow.id)
    .correlate(PersonRow)
    .scalar_subquery()
)
_LOCKED = (
    select(GuessRow.locked_until)
    .where(GuessRow.person_id == PersonRow.id)
    .correlate(PersonRow)
    .scalar_subquery()
)


def people_query(*extra: Any) -> Select[Any]:
    """Rows for `person_of`, with further columns behind."""
    return select(PersonRow, _PASSKEYS, _LOCKED, *extra)


def person_of(found: Any, at: datetime) -> Person:
    """The person that a row of `people_query` tells of, as of a time."""
    row, passkeys, locked_until = found[:3]
    return Person(
        id=row.id,
        name=row.name,
        login=row.login,
        roles=frozenset(map(Role, row.roles.split())),
        state=state_of(row),
        has_password=row.password is not None,
        has_totp=row.totp is not None,
        passkeys=passkeys,
        linked=row.subject is not None,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        locked_until=locked_until if locked_until is not None and locked_until > at else None,
    )


def state_of(row: PersonRow) -> PersonState:
    """Deactivated goes before invited."""
    if row.deactivated_at is not None:
        return PersonState.DEACTIVATED
    return PersonState.INVITED if row.accepted_at is None else PersonState.ACTIVE


def in_state(state: PersonState) -> ColumnElement[bool]:
    """True of the rows whose `state_of` it is."""
    if state is PersonState.DEACTIVATED:
        return PersonRow.deactivated_at.is_not(None)
    came = PersonRow.accepted_at.is_(None)
    return and_(PersonRow.deactivated_at.is_(None), came if state is PersonState.INVITED else ~came)


def load(session: Session, at: datetime, *where: ColumnElement[bool]) -> Sequence[Person]:
    """The people of whom all this is true, by number."""
    # Rows that this session changed are flushed first, and read anew.
    session.flush()
    query = people_query().where(*where).order_by(PersonRow.id)
    found = session.execute(query.execution_options(populate_existing=True))
    return [person_of(each, at) for each in found]


def load_one(session: Session, at: datetime, person_id: int) -> Person:
    """One person, by number; raises NoSuchPerson."""
    found = load(session, at, PersonRow.id == min(person_id, MAX_ID))
    if not found:
        raise NoSuchPerson(person_id)
    return found[0]


def row_of(session: Session, person_id: int, *, locked: bool = False) -> PersonRow:
    """One person's row, locked for a change where asked; raises NoSuchPerson."""
    # A larger number fits no column, which each database says in a way of its own.
    possible = 0 < person_id <= MAX_ID
    row = session.get(PersonRow, person_id, with_for_update=locked) if possible else None
    if row is None:
        raise NoSuchPerson(person_id)
    return row


def row_by_login(session: Session, login: str) -> PersonRow | None:
    """The row of a folded login."""
    if not login.isprintable():  # no database can be asked for a NUL or a lone surrogate
        return None
    return session.execute(select(PersonRow).where(PersonRow.login == login)).scalar()


def another_administers(session: Session, but: int) -> bool:
    """Whether somebody else is active who may let people in."""
    query = select(PersonRow.roles).where(PersonRow.id != but, in_state(PersonState.ACTIVE))
    return any(Role.ADMINISTRATOR in roles.split() for roles in session.execute(query).scalars())


def set_seen(session: Session, person_id: int, at: datetime) -> None:
    """Note that somebody was there."""
    session.execute(
        update(PersonRow)
        .where(PersonRow.id == person_id)
        .values(last_seen_at=at)
        .execution_options(synchronize_session=False)
    )
