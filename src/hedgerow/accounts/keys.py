"""API keys: made, listed, revoked. The key itself is shown once and never kept.

What is kept is its SHA-256. A password needs a slow hash, as it can be guessed; 256 random bits
can't, however quick the hash is, and a quick one lets every request be checked.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hedgerow.accounts.errors import NoSuchKey
from hedgerow.accounts.models import ApiKeyRow
from hedgerow.accounts.records import ApiKey, Scope, checked_name, checked_scopes
from hedgerow.store import Database, allocate, now, record

PREFIX = "hr_"
"""Of every key, so that scanners for leaked secrets can know one."""

MAX_ID = 2**63 - 1
"""The largest number that a database can hold."""

_COUNTER = "api_key"
_WHICH = "key:{}"
_SECRET_BYTES = 32
_HINT = 8


def digest_of(key: str) -> bytes:
    """The SHA-256 of a key, by which it is known."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


class Keys:
    """The API keys of a database. Safe to share between threads; each method a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, scopes: Iterable[str | Scope]) -> tuple[ApiKey, str]:
        """Make a key; returns what is known of it, and the key, which nobody can show again.

        Raises:
            BadKey: the name or a scope isn't possible.
        """
        wanted = checked_scopes(scopes)
        key = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        values = {
            "name": checked_name(name),
            "scopes": " ".join(wanted),
            "digest": digest_of(key),
            "hint": key[:_HINT],
            "created_at": now(),
        }
        with self._database.write() as session:
            row = ApiKeyRow(id=allocate(session, _COUNTER), **values)
            session.add(row)
            session.flush()
            record(session, "key.created", _WHICH.format(row.id), scopes=row.scopes)
            return _record(row), key

    def list(self, after: int = 0, limit: int = 100) -> Sequence[ApiKey]:
        """The first `limit` keys (at least 1) with numbers above `after`, revoked ones too."""
        above = ApiKeyRow.id > min(after, MAX_ID)
        query = select(ApiKeyRow).where(above).order_by(ApiKeyRow.id).limit(limit)
        with self._database.read() as session:
            return [_record(row) for row in session.execute(query).scalars()]

    def get(self, key_id: int) -> ApiKey:
        """One key, by its number.

        Raises:
            NoSuchKey: there is none.
        """
        with self._database.read() as session:
            return _record(_row(session, key_id))

    def revoke(self, key_id: int) -> ApiKey:
        """Make a key good for nothing; one that was revoked stays as it is.

        Raises:
            NoSuchKey: there is none.
        """
        with self._database.write() as session:
            row = _row(session, key_id, locked=True)
            if row.revoked_at is None:
                row.revoked_at = now()
                record(session, "key.revoked", _WHICH.format(row.id))
            return _record(row)

    def any(self) -> bool:
        """Whether there is a key that is good."""
        query = select(ApiKeyRow.id).where(ApiKeyRow.revoked_at.is_(None)).limit(1)
        with self._database.read() as session:
            return session.execute(query).first() is not None

    def active(self) -> Mapping[bytes, ApiKey]:
        """All keys that are good, by their SHA-256."""
        query = select(ApiKeyRow).where(ApiKeyRow.revoked_at.is_(None))
        with self._database.read() as session:
            return {row.digest: _record(row) for row in session.execute(query).scalars()}

    def note_uses(self, uses: Mapping[int, datetime]) -> None:
        """Keep when keys were last used, by their numbers; never moves a time back."""
        if not uses:
            return
        with self._database.write() as session:
            for key_id, at in sorted(uses.items()):
                earlier = or_(ApiKeyRow.last_used_at.is_(None), ApiKeyRow.last_used_at < at)
                session.execute(
                    update(ApiKeyRow)
                    .where(ApiKeyRow.id == key_id, earlier)
                    .values(last_used_at=at)
                    .execution_options(synchronize_session=False)
                )


def _row(session: Session, key_id: int, *, locked: bool = False) -> ApiKeyRow:
    # A larger number fits no column, which each database says in a way of its own.
    possible = 0 < key_id <= MAX_ID
    row = session.get(ApiKeyRow, key_id, with_for_update=locked) if possible else None
    if row is None:
        raise NoSuchKey(key_id)
    return row


def _record(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=frozenset(map(Scope, row.scopes.split())),
        hint=row.hint,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
