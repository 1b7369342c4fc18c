"""The log in words, tables and plain data; and what is typed about it, read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import typer
from rich.table import Table
from rich.text import Text

from hedgerow.cli.output import plain
from hedgerow.store import Actor, ActorKind, Checkpoint

if TYPE_CHECKING:
    from hedgerow.store import AuditEntry, Verification

_KEY_BYTES = 32


def as_record(found: Verification) -> dict[str, Any]:
    """A verification as plain data."""
    return {
        "ok": found.ok,
        "entries": found.entries,
        "checkpoints": found.checkpoints,
        "known": found.elsewhere,
        "signed": found.signed,
        "public_key": None if found.public_key is None else found.public_key.hex(),
        "problems": [asdict(each) | {"kind": str(each.kind)} for each in found.problems],
        "untold": found.untold,
    }


def conclusion(found: Verification, *, exported: bool) -> str:
    """What a verification comes to, in a sentence or two."""
    if not found.ok:
        more = f" {found.untold} more problems were found." if found.untold else ""
        return (
            f"The log is not as it was written.{more} Keep the database, the file of checkpoints "
            "and every backup and export as they are, and find out who could write to the database."
        )
    if not found.entries:
        return "The log is empty."
    said = f"The log is whole. Entries: {found.entries}; {_vouched(found)}"
    said += f" Checkpoints that fit: {found.checkpoints}"
    said += "." if exported else f"; of these kept outside the database as well: {found.elsewhere}."
    if exported and found.public_key is not None:
        said += f" Signed by {found.public_key.hex()}: see that this is the key you know."
    return said


def _vouched(found: Verification) -> str:
    """How far a signature goes, in words."""
    if not found.signed:
        return "nothing is signed yet, the chain alone vouches for them."
    if found.signed == found.entries:
        return "a signature vouches for all of them."
    return (
        f"a signature vouches for the first {found.signed}, the chain alone for the "
        f"{found.entries - found.signed} after them."
    )


def entries_table(entries: Sequence[AuditEntry]) -> Table:
    """One row an entry; the details as they are written in the log."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("entry", "at (UTC)", "who", "action", "subject", "why", "details"):
        table.add_column(column, overflow="fold", justify="right" if column == "entry" else "left")
    for each in entries:
        details = each.details or {}
        row = (
            str(each.number),
            "?" if each.at is None else f"{each.at:%Y-%m-%d %H:%M:%S}",
            "?" if each.actor is None else str(each.actor),
            each.action,
            each.subject,
            each.why,
            " ".join(f"{name}={value}" for name, value in details.items()),
        )
        table.add_row(*(Text(plain(text)) for text in row))
    return table


def entry_record(entry: AuditEntry) -> dict[str, Any]:
    """An entry as plain data."""
    return {
        "number": entry.number,
        "at": None if entry.at is None else entry.at.isoformat(),
        "actor": None if entry.actor is None else str(entry.actor.kind),
        "actor_number": None if entry.actor is None else entry.actor.number,
        "action": entry.action,
        "subject": entry.subject,
        "why": entry.why,
        "details": entry.details,
        "hash": entry.hash,
    }


def checkpoint_record(made: Checkpoint) -> dict[str, Any]:
    """A checkpoint as plain data."""
    return {
        name: value.hex() if isinstance(value, bytes) else value
        for name, value in asdict(made).items()
    }


def key_bytes(text: str) -> bytes:
    """A public key that was typed."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != _KEY_BYTES:
        raise typer.BadParameter(
            f"{text!r} is no public key: it has 64 hexadecimal digits, as hedgerow audit key "
            "prints it"
        )
    return found


def as_pem(public_key: bytes) -> str:
    """A public key for OpenSSL."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = Ed25519PublicKey.from_public_bytes(public_key)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def actor_of(text: str) -> Actor:
    """Who is meant by person:7, key:3, command, service or visitor."""
    kind, _, number = text.partition(":")
    try:
        return Actor(ActorKind(kind), int(number) if number else None)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is nobody; write person:7, key:3, command, service or visitor"
        ) from None


def utc(typed: datetime | None) -> datetime | None:
    """A time that was typed, in UTC unless it says otherwise."""
    return None if typed is None else typed.replace(tzinfo=typed.tzinfo or UTC)


@contextmanager
def written_anew(file: Path) -> Iterator[IO[str]]:
    """Give a new file for its owner alone; it is on disk at the end, or gone after a failure."""
    try:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise typer.BadParameter(f"{file} is there already; name a new file") from None
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="\n") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        file.unlink(missing_ok=True)
        raise
