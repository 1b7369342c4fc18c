"""Media that are kept for review: each encrypted with a key of its own, for a stated time.

AES-256-GCM, bound to the file's name, so that files that were swapped are noticed. The object's key
is sealed with the installation's, bound to the object's number, what it is of and that name;
destroying it makes the bytes noise, wherever copies of them are. Threats met: a stolen disk or
bucket, or a copy of the database, without the key file. Not met: who can read the key file and
both, or a running process.

The place may be far away and slow, and while something changes others wait for the database. So
the bytes are written before the transaction (`MediaVault.deposit`), whose row then names them.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hedgerow.store.audit.recording import record
from hedgerow.store.base import now
from hedgerow.store.counters import allocate
from hedgerow.store.database import Database
from hedgerow.store.errors import DatabaseUnavailable, NoSuchObject, StoreProblem, VaultProblem
from hedgerow.store.objects.files import files_at
from hedgerow.store.objects.models import ObjectRow
from hedgerow.store.vault import Vault

PURPOSE = "media"
COUNTER = "media_object"

ORPHAN_AGE = timedelta(days=1)
"""Of a file that no object names: older ones were left by a process that was killed."""

_log = logging.getLogger(__name__)

_BETWEEN_SWEEPS = 3600.0
_NONCE_BYTES = 12
_PORTION = 500

_HANGS_SECONDS = 2.0
"""A place that fails only after that long hangs, and is left alone for `_ALONE_SECONDS`."""

_ALONE_SECONDS = 30.0


class Deposit:
    """Bytes that lie encrypted in their place, for one transaction to keep by a row.

    Until then nobody can open them: their key is here alone.
    """

    def __init__(self, vault: Vault, name: str, key: bytes, size: int) -> None:
        self.name = name
        self.has_row = False
        self._vault = vault
        self._key = key
        self._size = size

    def keep(self, session: Session, *, subject: str, kind: str, keep_until: datetime) -> int:
        """Keep it in the transaction of `session`; returns the object's number.

        Args:
            session: a writing session.
            subject: what it is of, such as "case:12".
            kind: its format, such as "jpeg".
            keep_until: when its time is over; who keeps it destroys it then.

        Raises:
            VaultProblem: there is no key, or not the one that the database knows.
        """
        number = allocate(session, COUNTER)
        seal = self._vault.to_close(session, PURPOSE)
        session.add(
            ObjectRow(
                id=number,
                subject=subject,
                kind=kind,
                size=self._size,
                file=self.name,
                key=seal.close(self._key, _bound(number, subject, self.name)),
                kept_at=now(),
                keep_until=keep_until,
            )
        )
        session.flush()
        self.has_row = True
        return number


class MediaVault:
    """The media of one database. Safe to share between threads.

    Args:
        url: a folder, or a URL that fsspec knows.
    """

    def __init__(self, database: Database, vault: Vault, url: str) -> None:
        """Raises VaultProblem where the URL can't be used."""
        self._database = database
        self._vault = vault
        self._files = files_at(url)
        self._swept = float("-inf")
        self._left_alone_until = float("-inf")

    @contextmanager
    def deposit(self, data: bytes) -> Iterator[Deposit]:
        """Encrypt and write `data` before a transaction, for it to keep with `Deposit.keep`.

        Enter it before the transaction, and leave it after. What was not kept then, or in a
        transaction that failed, is removed at once; what a process that was killed left, or
        wherever that can't be told, by `sweep`.

        Raises:
            VaultProblem: the place can't be written to.
        """
        key = AESGCM.generate_key(bit_length=256)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        name = secrets.token_hex(16)
        made = Deposit(self._vault, name, key, len(data))
        # Before the row: what a row names is there.
        self._write(name, nonce + AESGCM(key).encrypt(nonce, data, name.encode()))
        try:
            yield made
        except BaseException as problem:
            if not made.has_row or self._is_undone(name, problem):
                self._removed(name)
            raise
        if not made.has_row:
            self._removed(name)

    def _write(self, name: str, data: bytes) -> None:
        """Keep a new file. A place that hangs is not waited for by each upload in turn."""
        began = monotonic()
        if began < self._left_alone_until:
            raise VaultProblem(
                "the media vault did not answer a moment ago; it is tried again in "
                f"{self._left_alone_until - began:.0f} s"
            )
        try:
            self._files.write(name, data)
        except VaultProblem:
            # What may lie there of it is left to `sweep`: to remove it may take as long again.
            if monotonic() - began > _HANGS_SECONDS:
                self._left_alone_until = monotonic() + _ALONE_SECONDS
            raise

    def _is_undone(self, name: str, problem: BaseException) -> bool:
        """Whether the transaction whose row named a file has certainly left no row."""
        if isinstance(problem, DatabaseUnavailable):
            return False  # lost at the very end, it may have committed nevertheless
        try:
            with self._database.read() as session:
                query = select(ObjectRow.id).where(ObjectRow.file == name)
                return session.execute(query).first() is None
        except StoreProblem as unread:
            _log.warning("whether a medium's file has a row can't be told now: %s", unread)
            return False

    def open(self, object_id: int) -> bytes:
        """The bytes that were kept.

        Raises:
            NoSuchObject: there is none, it was destroyed, or is about to be: its time is over.
            VaultProblem: its file is gone, or not the one that was put; or the key is another.
        """
        with self._database.read() as session:
            row = session.get(ObjectRow, object_id)
            if row is None or row.key is None or row.file is None or row.keep_until <= now():
                raise _gone(object_id)
            name = row.file
            seal = self._vault.to_open(session, PURPOSE)
            key = seal.open(row.key, _bound(object_id, row.subject, name))
        data = self._files.read(name)
        try:
            return AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError):
            raise VaultProblem(
                f"{_what(object_id)} can't be decrypted: its file was changed, or another was put "
                "in its place; find out who can write to the media vault"
            ) from None

    def sweep(self, at: datetime) -> int:
        """Remove the bytes of what was destroyed and, once an hour, what killed processes left.

        Returns how many files were removed.
        """
        removed = 0
        while portion := self._sweep_destroyed():
            removed += portion
        if monotonic() - self._swept > _BETWEEN_SWEEPS:
            self._swept = monotonic()
            removed += self._sweep_orphans(at - ORPHAN_AGE)
        return removed

    def _sweep_destroyed(self) -> int:
        """Remove some of them, outside of any transaction: a place may be far away, and slow."""
        with self._database.read() as session:
            gone = session.execute(
                select(ObjectRow.id, ObjectRow.file)
                .where(ObjectRow.destroyed_at.is_not(None), ObjectRow.file.is_not(None))
                .limit(_PORTION)
            ).all()
        removed = [number for number, name in gone if name is None or self._removed(name)]
        if removed:
            with self._database.write() as session:
                session.execute(
                    update(ObjectRow).where(ObjectRow.id.in_(removed)).values(file=None)
                )
        return len(removed)

    def _removed(self, name: str) -> bool:
        """Whether a file could be removed; one that can't be is tried again by a later `sweep`."""
        try:
            self._files.remove(name)
        except VaultProblem as problem:
            _log.warning("a medium's file that is to go is still there: %s", problem)
            return False
        return True

    def _sweep_orphans(self, before: datetime) -> int:
        names = list(self._files.older_than(before))
        removed = 0
        for start in range(0, len(names), _PORTION):
            portion = names[start : start + _PORTION]
            with self._database.read() as session:
                query = select(ObjectRow.file).where(ObjectRow.file.in_(portion))
                known = set(session.execute(query).scalars())
            for name in portion:
                if name not in known and self._removed(name):
                    removed += 1
        return removed


def destroy_object(session: Session, object_id: int, why: str) -> None:
    """Destroy an object's key: with the commit nobody can open it, wherever its bytes are.

    That needs no vault, so that a time that was stated is kept where none is set any more.
    `MediaVault.sweep` removes the bytes. Raises NoSuchObject where there is none, or it was
    destroyed before.
    """
    row = session.get(ObjectRow, object_id, with_for_update=True)
    if row is None or row.key is None:
        raise _gone(object_id)
    row.key = None
    row.destroyed_at = now()
    row.destroyed_why = why
    record(session, "media.destroyed", f"object:{object_id}", why, of=row.subject)


def _gone(number: int) -> NoSuchObject:
    return NoSuchObject(f"{_what(number)} is not kept: it never was, or was destroyed")


def _what(number: int) -> str:
    return f"media object {number}"


def _bound(number: int, subject: str, name: str) -> str:
    """What an object's key is bound to: all that a row could be changed in to show another."""
    return f"{_what(number)}, of {subject} in {name},"
