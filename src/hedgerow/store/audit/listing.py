"""Reading the log page by page, newest first, by who, what, to what and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select
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


def read_entries(
    session: Session, before: int | None, limit: int, wanted: Filter
) -> list[AuditEntry]:
    """Up to `limit` entries with numbers below `before`, newest first."""
    dialect = session.get_bind().dialect.name
    query = _narrowed(columns(dialect), wanted)
    if before is not None:
        query = query.where(EntryRow.number < before)
    query = query.order_by(EntryRow.number.desc()).limit(limit)
    if not wanted.action_prefix:
        rows = session.execute(query).all()
    else:
        # One index lookup for each action: what is rare would else be looked for in all there is.
        names = [each for each in actions(session) if each.startswith(wanted.action_prefix)]
        found = [
            row
            for name in names
            for row in session.execute(query.where(EntryRow.action == name)).all()
        ]
        rows = sorted(found, key=lambda row: row[0], reverse=True)[:limit]
    return [_entry(stored(row, dialect)) for row in rows]


def actions(session: Session) -> list[str]:
    """The names of all actions that the log has, by one lookup in the index for each."""
    found: list[str] = []
    query = select(EntryRow.action).order_by(EntryRow.action).limit(1)
    name = session.execute(query).scalar()
    while name is not None:
        found.append(name)
        name = session.execute(query.where(EntryRow.action > name)).scalar()
    return found


def _narrowed(query: Select[Any], wanted: Filter) -> Select[Any]:
    if wanted.actor is not None:
        # SQLAlchemy writes IS NULL for None.
        query = query.where(
            EntryRow.actor == str(wanted.actor.kind),
            EntryRow.actor_number == wanted.actor.number,
        )
    if wanted.subject:
        query = query.where(EntryRow.subject == wanted.subject)
    if wanted.since is not None:
        query = query.where(EntryRow.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(EntryRow.at < wanted.until)
    return query


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
