"""A small log to tamper with, and somebody who may do anything to the database."""

from __future__ import annotations

from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, insert, select, update

from hedgerow.store import (
    Actor,
    ActorKind,
    AuditLog,
    Counter,
    Database,
    Vault,
    Verification,
    acting,
    record,
)
from hedgerow.store.audit.canonical import FIRST, entry_text, time_text
from hedgerow.store.audit.models import CheckpointRow, EntryRow

ENTRIES = EntryRow.__table__
CHECKPOINTS = CheckpointRow.__table__

Row = dict[str, Any]


def write_log(database: Database, log: AuditLog) -> None:
    """Six entries of several kinds, with checkpoints after the third and the sixth."""
    with database.write() as session:
        record(session, "person.invited", "person:1", login="ada")
        with acting(Actor(ActorKind.PERSON, 1)):
            record(session, "case.opened", "case:1")
            record(session, "case.decided", "case:1", "The same bridge.", choice="confirm", page=2)
    log.checkpoint()
    with database.write() as session, acting(Actor(ActorKind.KEY, 7)):
        record(session, "complaint.received", "case:1", "Größe «ß» \U0001f333\n", late=True)
        record(session, "case.opened", "case:2", score=0.25, banks=["known", None])
        record(session, "case.decided", "case:2", "Another bridge.", choice="dispute")
    log.checkpoint()


class Attacker:
    """Reads the tables into memory, and writes them back as it likes. It has no key."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.read() as session:
            self.entries: list[Row] = [
                dict(row)
                for row in session.execute(select(ENTRIES).order_by(ENTRIES.c.number)).mappings()
            ]
            self.checkpoints: list[Row] = [
                dict(row)
                for row in session.execute(
                    select(CHECKPOINTS).order_by(CHECKPOINTS.c.number)
                ).mappings()
            ]
            found = session.execute(select(Counter.name, Counter.value)).all()
            self.counters: dict[str, int] = dict(found)

    def write(self) -> None:
        """Put everything into the database as it is here."""
        with self.database.write() as session:
            for table, rows in ((ENTRIES, self.entries), (CHECKPOINTS, self.checkpoints)):
                session.execute(delete(table))
                if rows:
                    session.execute(insert(table), rows)
            for name, value in self.counters.items():
                session.execute(update(Counter).where(Counter.name == name).values(value=value))

    def rehash(self, first: int, last: int | None = None) -> None:
        """Hash the rows at these places anew, from 0; those after the first follow each other."""
        last = len(self.entries) - 1 if last is None else last
        for place in range(first, last + 1):
            row = self.entries[place]
            if place > first:
                row["previous"] = self.entries[place - 1]["hash"]
            row["hash"] = hash_of(row)

    def renumber(self) -> None:
        """Number the rows by their places, from 1."""
        for place, row in enumerate(self.entries):
            row["number"] = place + 1

    def count(self) -> None:
        """Let the counters say what there is."""
        self.counters["audit"] = len(self.entries)
        self.counters["audit checkpoints"] = len(self.checkpoints)


def hash_of(row: Row) -> bytes:
    return sha256(entry_text(**text_of(row)).encode()).digest()


def text_of(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "hash"} | {
        "at": time_text(row["at"])
    }


def forged(number: int, before: Row | None) -> Row:
    """An entry that was never recorded, which fits after `before`."""
    model = before or {"hash": FIRST}
    row: Row = {
        "number": number,
        "at": model.get("at"),
        "actor": "person",
        "actor_number": 9,
        "action": "case.decided",
        "subject": "case:9",
        "why": "Never so.",
        "details": "{}",
        "previous": model["hash"],
    }
    return row


class Book:
    """A log as `write_log` makes it, which can be put back as it was."""

    def __init__(self, database: Database, vault: Vault, file: Any) -> None:
        self.database = database
        self.log = AuditLog(database, vault, file)
        write_log(database, self.log)
        self.file = file
        self.untouched = Attacker(database)
        self.lines = file.read_bytes()

    @contextmanager
    def attacked(self):
        """Give somebody who may change everything; afterwards it is as it was."""
        try:
            yield Attacker(self.database)
        finally:
            self.untouched.write()
            self.file.write_bytes(self.lines)

    def verify(self, attacker: Attacker, **kept_elsewhere: Any) -> Verification:
        """Let the attacker write, then verify."""
        attacker.write()
        return self.log.verify(**kept_elsewhere)
