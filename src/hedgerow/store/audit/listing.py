"""Reading the log page by page, newest first, by who, what, to what and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from hedgerow.store.audit.actors import Actor, ActorKind
from hedgerow.store.audit.canonical import Value, details_of
from hedgerow.store.audit.models import EntryRow
from hedgerow.store.audit.stored import Stored, columns, stored


@dataclass(frozen=True)
class AuditEntry:
    """One entry, for people.

    Attributes:
        number: its place in the log, from 1.
        at: when; None where what is stored is no time, as somebody altered it.
        actor: who acted; None where what is stored is nobody, as somebody altered it.
        action, subject, why: as they were recorded.
        details: as they were recorded; None where somebody altered them beyond reading.
        hash: SHA-256 of the entry's canonical form, in hexadecimal.
    """

    number: int
    at: datetime | None
    actor: Actor | None
    action: str
    subject: str
    why: str
    details: dict[str, Value] | None
    hash: str


@dataclass(frozen=True)
class Filter:
    """Which entries. What isn't set doesn't matter.

    Attributes:
        action_prefix: how the action begins: "case." for all about cases, or a whole name.
        actor: who acted.
        subject: exactly this one.
        since, until: from this moment on, and before that one.
    """

    action_prefix: str = ""
    actor: Actor | None = None
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


SPAN = 50_000
"""Entries of the days that are asked for, up to which they are looked through by their time."""


def read_entries(
    session: Session, before: int | None, limit: int, wanted: Filter
) -> list[AuditEntry]:
    """Up to `limit` entries with numbers below `before`, newest first.

    Numbers and times need not go up together, as clocks are set: nothing is left out by that.
    """
    dialect = session.get_bind().dialect.name
    query = columns(dialect).order_by(EntryRow.number.desc()).limit(limit)
    if before is not None:
        query = query.where(EntryRow.number < before)
    if wanted.since is None and wanted.until is None:
        rows = _by_action(session, query.where(*_who_and_what(EntryRow, wanted)), limit, wanted)
    elif _within(session, wanted) > SPAN:
        rows = session.execute(query.where(*_all(EntryRow, wanted), *_when(wanted))).all()
    else:
        # The few of some days long ago, before all else: else all that came later is read.
        near = select(*_NEEDED).where(*_when(wanted)).cte("near").prefix_with("MATERIALIZED")
        numbers = select(near.c.number).where(*_all(near.c, wanted))
        if before is not None:
            numbers = numbers.where(near.c.number < before)
        numbers = numbers.order_by(near.c.number.desc()).limit(limit)
        found = session.execute(numbers).scalars().all()
        rows = session.execute(query.where(EntryRow.number.in_(found))).all()
    return [_entry(stored(row, dialect)) for row in rows]


_NEEDED = (
    EntryRow.number, EntryRow.actor, EntryRow.actor_number, EntryRow.action, EntryRow.subject,
)  # fmt: skip


def _by_action(
    session: Session, query: Select[Any], limit: int, wanted: Filter
) -> Sequence[Row[Any]]:
    if not wanted.action_prefix:
        return session.execute(query).all()
    # One index lookup for each action: what is rare would else be looked for in all there is.
    names = [each for each in actions(session) if each.startswith(wanted.action_prefix)]
    found = [
        row for name in names for row in session.execute(query.where(EntryRow.action == name)).all()
    ]
    return sorted(found, key=lambda row: row[0], reverse=True)[:limit]


def _within(session: Session, wanted: Filter) -> int:
    """How many entries the wanted days have; counted to just beyond `SPAN`."""
    some = select(EntryRow.at).where(*_when(wanted)).limit(SPAN + 1).subquery()
    return session.execute(select(func.count()).select_from(some)).scalar_one()


def actions(session: Session) -> list[str]:
    """The names of all actions that the log has, by one lookup in the index for each."""
    found: list[str] = []
    query = select(EntryRow.action).order_by(EntryRow.action).limit(1)
    name = session.execute(query).scalar()
    while name is not None:
        found.append(name)
        name = session.execute(query.where(EntryRow.action > name)).scalar()
    return found


def _who_and_what(table: Any, wanted: Filter) -> Iterator[ColumnElement[bool]]:
    if wanted.actor is not None:
        yield table.actor == str(wanted.actor.kind)
        yield table.actor_number == wanted.actor.number  # SQLAlchemy writes IS NULL for None
    if wanted.subject:
        yield table.subject == wanted.subject


def _all(table: Any, wanted: Filter) -> Iterator[ColumnElement[bool]]:
    """But for the time. An action by its letters: no index is to be gone through for each."""
    yield from _who_and_what(table, wanted)
    if wanted.action_prefix:
        begins = func.substr(table.action, 1, len(wanted.action_prefix))
        yield begins == wanted.action_prefix


def _when(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield EntryRow.at >= wanted.since
    if wanted.until is not None:
        yield EntryRow.at < wanted.until


def _entry(row: Stored) -> AuditEntry:
    return AuditEntry(
        row.number,
        _moment(row.at),
        _actor(row),
        str(row.action),
        str(row.subject),
        str(row.why),
        details_of(row.details),
        _hexadecimal(row.hash),
    )


def _hexadecimal(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else ""


def _moment(text: object) -> datetime | None:
    try:
        return datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _actor(row: Stored) -> Actor | None:
    try:
        return Actor(ActorKind(row.actor), row.actor_number)
    except ValueError:
        return None
