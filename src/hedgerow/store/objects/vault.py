"""Media that are kept for review: each encrypted with a key of its own, for a stated time.

AES-256-GCM, bound to the object's number and to what it is of, so that files that were swapped are
noticed. The object's key is sealed with the installation's; destroying it makes the bytes noise,
wherever copies of them are. Threats met: a stolen disk or bucket, or a copy of the database,
without the key file. Not met: who can read the key file and both, or a running process.
"""

from __future__ import annotations

import logging
import secrets
import time
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hedgerow.store.audit.recording import record
from hedgerow.store.base import now
from hedgerow.store.counters import allocate
from hedgerow.store.database import Database
from hedgerow.store.errors import NoSuchObject, VaultProblem
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

    def put(
        self, session: Session, data: bytes, *, subject: str, kind: str, keep_until: datetime
    ) -> int:
        """Keep `data` in the transaction of `session`; returns the object's number.

        Args:
            session: a writing session. Where it is undone, the file is noise and is swept later.
            data: the bytes of a file.
            subject: what it is of, such as "case:12".
            kind: its format, such as "jpeg".
            keep_until: when its time is over; who put it destroys it then.

        Raises:
            VaultProblem: there is no key, or the place can't be written to.
        """
        number = allocate(session, COUNTER)
        key = AESGCM.generate_key(bit_length=256)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._vault.to_close(session, PURPOSE).close(key, _what(number))
        name = secrets.token_hex(16)
        # Before the row: what a row names is there.
        self._files.write(name, nonce + AESGCM(key).encrypt(nonce, data, _bound(number, subject)))
        session.add(
            ObjectRow(
                id=number,
                subject=subject,
                kind=kind,
                size=len(data),
                file=name,
                key=sealed,
                kept_at=now(),
                keep_until=keep_until,
            )
        )
        session.flush()
        return number

    def open(self, object_id: int) -> bytes:
        """The bytes that were put.

        Raises:
            NoSuchObject: there is none, or it was destroyed.
            VaultProblem: its file is gone, or not the one that was put; or the key is another.
        """
        with self._database.read() as session:
            row = session.get(ObjectRow, object_id)
            if row is None or row.key is None or row.file is None:
                raise _gone(object_id)
            key = self._vault.to_open(session, PURPOSE).open(row.key, _what(object_id))
            name, bound = row.file, _bound(object_id, row.subject)
        data = self._files.read(name)
        try:
            return AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], bound)
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
        if time.monotonic() - self._swept > _BETWEEN_SWEEPS:
            self._swept = time.monotonic()
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
        """Whether a file could be removed; one that can't be is no reason to keep the others."""
        try:
            self._files.remove(name)
        except VaultProblem as problem:
            _log.warning("a destroyed medium's file is still there: %s", problem)
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


def _bound(number: int, subject: str) -> bytes:
    return f"{number} {subject}".encode()
