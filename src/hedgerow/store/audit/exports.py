"""The log as a file: one JSON object a line, which proves itself without the database.

{"type":"log/1", "public_key":…, "entries":N, "checkpoints":M, "exported_at":…}
{"type":"entry/1", "number":1, …, "previous":…, "hash":…}      each entry, by number
{"type":"checkpoint/1", …, "signature":…}                      after the entry it speaks of
{"type":"end/1", "entries":N, "checkpoints":M}
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hedgerow.store.audit.canonical import canonical, digest, whole
from hedgerow.store.audit.checkpoints import Checkpoint, of_record, unhex
from hedgerow.store.audit.stored import Standing, Stored
from hedgerow.store.errors import AuditProblem

LOG = "log/1"
ENTRY = "entry/1"
CHECKPOINT = "checkpoint/1"
END = "end/1"

MAX_LINE = 1_048_576
"""Characters of a line that is read; ours have some thousand at most."""


def lines(
    entries: Iterator[Stored],
    checkpoints: Iterator[Checkpoint],
    at: Standing,
    public_key: bytes | None,
    exported_at: str,
) -> Iterator[str]:
    """The lines of an export, each with its end."""
    counted = {"entries": at.given, "checkpoints": at.checkpoints_given}
    head = {
        "type": LOG,
        "public_key": None if public_key is None else public_key.hex(),
        "exported_at": exported_at,
    }
    yield _line(head | counted)
    following = next(checkpoints, None)
    for entry in entries:
        while following is not None and following.sequence < entry.number:
            yield f"{following.line()}\n"
            following = next(checkpoints, None)
        yield f"{entry.line()}\n"
    while following is not None:
        yield f"{following.line()}\n"
        following = next(checkpoints, None)
    yield _line({"type": END} | counted)


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, separators=(",", ":")) + "\n"


class Damaged(AuditProblem):
    """A line of an export isn't what stood there."""


@dataclass(frozen=True)
class Exported:
    """An entry of an export."""

    number: int
    previous: bytes
    hash: bytes
    record: dict[str, Any]

    def computed(self, number: int | None = None) -> bytes | None:
        """Its hash, worked out anew; None where that can't be."""
        try:
            if number is None:
                return digest(canonical(self.record))
            return digest(canonical(self.record | {"number": number}))
        except (ValueError, TypeError, RecursionError):
            return None


@dataclass(frozen=True)
class Head:
    """The first line of an export: how much it says it has, and the key it was signed with."""

    public_key: bytes | None
    entries: int
    checkpoints: int

    def end(self) -> dict[str, Any]:
        """What the last line is to say."""
        return {"type": END, "entries": self.entries, "checkpoints": self.checkpoints}


class ExportedLog:
    """An export, read from its beginning as often as it is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.head = self._head()

    def entries(self) -> Iterator[Exported]:
        """Its entries, in the order of the file."""
        for number, record in self._records():
            if record.get("type") == ENTRY:
                yield _entry(record, number, self.path)

    def checkpoints(self) -> Iterator[Checkpoint]:
        """Its checkpoints, in the order of the file. That its lines are right, `entries` sees."""
        for number, record in self._lines(CHECKPOINT):
            if record.get("type") == CHECKPOINT:
                found = of_record(record)
                if found is None:
                    raise _bad(self.path, number, "holds a checkpoint that can't be read")
                yield found

    def _head(self) -> Head:
        for _number, record in self._lines():
            key = record.get("public_key")
            if record.get("type") != LOG:
                break
            try:
                return Head(
                    None if key is None else bytes.fromhex(key),
                    int(record["entries"]),
                    int(record["checkpoints"]),
                )
            except (KeyError, TypeError, ValueError):
                break
        raise AuditProblem(f"{self.path} is no log that hedgerow exported: its first line says so")

    def _records(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Its lines between the first and the last; raises AuditProblem where one isn't right."""
        ended = False
        for number, record in self._lines():
            kind = record.get("type")
            if ended:
                raise _bad(self.path, number, "comes after the end")
            if kind == END:
                if record != self.head.end():
                    raise _bad(self.path, number, "doesn't say what the first line says")
                ended = True
            elif kind in (ENTRY, CHECKPOINT):
                yield number, record
            elif number != 1:
                raise _bad(self.path, number, f"is of an unknown type, {str(kind)[:32]!r}")
        if not ended:
            raise Damaged(
                f"{self.path} is not whole: its last line is missing; export the log again, or "
                "get the file again"
            )

    def _lines(self, having: str = "") -> Iterator[tuple[int, dict[str, Any]]]:
        """Its lines by number; those without `having` somewhere in them are skipped unread."""
        number = 0
        try:
            with self.path.open(encoding="utf-8", errors="strict", newline="\n") as stream:
                while text := stream.readline(MAX_LINE + 1):
                    number += 1
                    if having not in text:
                        continue
                    yield number, _record(text, self.path, number)
        except OSError as error:
            msg = f"{self.path} can't be read ({error.strerror}); check its name and permissions"
            raise AuditProblem(msg) from error
        except UnicodeDecodeError as error:
            raise _bad(self.path, number + 1, "isn't UTF-8") from error


def _record(text: str, path: Path, number: int) -> dict[str, Any]:
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_int=whole)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or len(text) > MAX_LINE:
        raise _bad(path, number, "isn't a line of an exported log")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that has each of its names once: else readers would see different ones."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


def _entry(record: dict[str, Any], line: int, path: Path) -> Exported:
    number = record.get("number")
    if type(number) is not int:
        raise _bad(path, line, "holds an entry without a number")
    rest = {name: value for name, value in record.items() if name != "hash"}
    # What isn't hexadecimal fits nothing.
    previous, its = (unhex(record.get(name)) or b"" for name in ("previous", "hash"))
    return Exported(number, previous, its, rest)


def _bad(path: Path, number: int, why: str) -> Damaged:
    return Damaged(f"line {number} of {path} {why}: it was altered or damaged")
