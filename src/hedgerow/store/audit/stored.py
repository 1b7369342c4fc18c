"""Reading the log as it lies in the database, whatever somebody has made of it.

SQLite puts any value into any column, and PostgreSQL has times that Python hasn't. So times are
read as text, and a value of a wrong type is an entry that was altered, not the end of the reading.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, func, select, type_coerce
from sqlalchemy.orm import Session

from hedgerow.store.audit.canonical import details_of, digest, entry_text
from hedgerow.store.audit.checkpoints import COUNTER as CHECKPOINTS
from hedgerow.store.audit.checkpoints import Checkpoint
from hedgerow.store.audit.models import CheckpointRow, EntryRow
from hedgerow.store.audit.recording import COUNTER as ENTRIES
from hedgerow.store.counters import Counter
from hedgerow.store.database import Database

PORTION = 2000
"""Entries that are read at a time, in a reading session of their own."""

_TIME = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"BC'
_EMPTY = "{}"


class Stored(NamedTuple):
    """A row as it was found. Every value may be of another type than it should be."""

    number: int
    at: str
    actor: str
    actor_number: int | None
    action: str
    subject: str
    why: str
    details: str
    previous: bytes
    hash: bytes

    def computed(self, number: int | None = None) -> bytes | None:
        """Its hash, worked out anew, as if it had this number; None where that can't be."""
        if not self._sound():
            return None
        text = entry_text(
            number=self.number if number is None else number,
            at=self.at,
            actor=self.actor,
            actor_number=self.actor_number,
            action=self.action,
            subject=self.subject,
            why=self.why,
            details=self.details,
            previous=self.previous,
        )
        return digest(text)

    def line(self) -> str:
        """It as a line of an export, without its end."""
        shown: dict[str, Any] = self._asdict() | {"type": "entry/1"}
        for name in ("previous", "hash"):
            shown[name] = shown[name].hex() if isinstance(shown[name], bytes) else shown[name]
        if isinstance(self.details, str):
            # What was altered is handed on as it is, for the reader to find.
            read = details_of(self.details)
            shown["details"] = self.details if read is None else read
        return json.dumps(
            shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=repr
        )

    def _sound(self) -> bool:
        texts = (self.at, self.actor, self.action, self.subject, self.why, self.details)
        return (
            all(type(each) is str for each in texts)
            and (self.actor_number is None or type(self.actor_number) is int)
            and type(self.previous) is bytes
            and type(self.hash) is bytes
            # It is hashed as it stands, so it must be what it would be written as.
            and (self.details == _EMPTY or details_of(self.details) is not None)
        )


def columns(dialect: str) -> Select[Any]:
    """What `stored` reads of each entry."""
    return select(
        EntryRow.number,
        _time(EntryRow.at, dialect),
        EntryRow.actor,
        EntryRow.actor_number,
        EntryRow.action,
        EntryRow.subject,
        EntryRow.why,
        EntryRow.details,
        _raw(EntryRow.previous, dialect),
        _raw(EntryRow.hash, dialect),
    )


def stored(row: Any, dialect: str) -> Stored:
    """A row of `columns`."""
    return Stored(row[0], _as_written(row[1], dialect), *row[2:])


def _raw(column: Any, dialect: str) -> ColumnElement[Any]:
    """A column without what would stop at a value that isn't bytes."""
    return type_coerce(column, column.type if dialect == "postgresql" else String)


def _time(column: Any, dialect: str) -> ColumnElement[Any]:
    if dialect == "postgresql":
        return func.to_char(func.timezone("UTC", column), _TIME)
    return type_coerce(column, String)


def _as_written(at: Any, dialect: str) -> Any:
    """A database's text of a time as it stands in entries; what is no such text stays as it is."""
    if dialect == "postgresql" and isinstance(at, str):
        return at.removesuffix("AD")  # not BC, which is another time
    if not isinstance(at, str) or len(at) != 26 or at[10] != " ":
        return at
    return f"{at[:10]}T{at[11:]}Z"


@dataclass(frozen=True)
class Standing:
    """How far the log had come at one moment.

    Attributes:
        given, checkpoints_given: the last numbers that were given out; 0 where none was.
        last, last_checkpoint: the last numbers that are there; None where there is none.
    """

    given: int
    last: int | None
    checkpoints_given: int
    last_checkpoint: int | None


def standing(session: Session) -> Standing:
    """How far the log has come: one statement, so that it is of one moment in a writing session."""
    given, last, checkpoints_given, last_checkpoint = session.execute(
        select(
            _given_out(ENTRIES),
            select(func.max(EntryRow.number)).scalar_subquery(),
            _given_out(CHECKPOINTS),
            select(func.max(CheckpointRow.number)).scalar_subquery(),
        )
    ).one()
    return Standing(given or 0, last, checkpoints_given or 0, last_checkpoint)


def _given_out(counter: str) -> ColumnElement[int | None]:
    return select(Counter.value).where(Counter.name == counter).scalar_subquery()


def entries_of(database: Database, last: int | None) -> Iterator[Stored]:
    """The entries up to `last` by number, in portions.

    There is no lower end: what has a number below 1 comes first.
    """
    if last is None:
        return
    dialect = database.engine.dialect.name
    after: int | None = None
    while True:
        query = columns(dialect).where(EntryRow.number <= last)
        if after is not None:
            query = query.where(EntryRow.number > after)
        query = query.order_by(EntryRow.number).limit(PORTION)
        with database.read() as session:
            rows = session.execute(query).all()
        if not rows:
            return
        for row in rows:
            yield stored(row, dialect)
        after = rows[-1][0]


def checkpoints_of(
    database: Database, last: int | None, after: int | None = None
) -> Iterator[Checkpoint]:
    """The checkpoints up to `last` by number, in portions; those after one of them."""
    if last is None:
        return
    table = CheckpointRow.__table__.c
    while True:
        with database.read() as session:
            query = _checkpoints(session).where(table.number <= last)
            if after is not None:
                query = query.where(table.number > after)
            found = _read(session, query.order_by(table.number).limit(PORTION))
        if not found:
            return
        yield from found
        after = found[-1].number


def newest_checkpoint(session: Session) -> Checkpoint | None:
    """The last one; None where there is none."""
    query = _checkpoints(session).order_by(CheckpointRow.number.desc()).limit(1)
    return next(iter(_read(session, query)), None)


def _checkpoints(session: Session) -> Select[Any]:
    table, dialect = CheckpointRow.__table__.c, session.get_bind().dialect.name
    return select(
        table.number,
        _time(table.at, dialect),
        table.sequence,
        table.entries,
        _raw(table.head, dialect),
        _raw(table.previous, dialect),
        _raw(table.public_key, dialect),
        _raw(table.signature, dialect),
    )


def _read(session: Session, query: Select[Any]) -> list[Checkpoint]:
    dialect = session.get_bind().dialect.name
    return [_checkpoint(row, dialect) for row in session.execute(query).all()]


def _checkpoint(row: Any, dialect: str) -> Checkpoint:
    """A row. A value of a wrong type becomes one that no signature fits."""
    number, at, sequence, entries, *parts = row
    at = _as_written(at, dialect)
    head, previous, public_key, signature = (each if type(each) is bytes else b"" for each in parts)
    return Checkpoint(
        number,
        at if isinstance(at, str) else "",
        sequence if type(sequence) is int else -1,
        entries if type(entries) is int else -1,
        head,
        previous,
        public_key,
        signature,
    )
