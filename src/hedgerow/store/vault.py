"""What is kept encrypted: one key file, and from it a key of its own for each purpose.

AES-256-GCM with a random nonce, bound to what it is of, so that a sealed value that was moved to
another place can't be opened there. Threats met: a stolen copy of the database or of a backup, as
long as the key file is not with it. Not met: who can read the key file, or a running process.

The database knows its key by a mark, from which nothing of the key can be learned. So another key
is refused before anything is sealed with it, and a key that is missing is never replaced by a new
one while something is sealed with the old.
"""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path
from typing import cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Integer, LargeBinary, Table, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hedgerow.store.base import Base
from hedgerow.store.counters import insert_for
from hedgerow.store.errors import VaultProblem
from hedgerow.store.keyfile import KEY_BYTES, make_key, read_key

_NONCE_BYTES = 12
_MARK_OF = b"hedgerow: the key of this database"
_ONLY = 1


class KeyMarkRow(Base):
    """The mark of the one key that this database's values are sealed with."""

    __tablename__ = "vault_key_mark"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    mark: Mapped[bytes] = mapped_column(LargeBinary(32))


def derive(key: bytes, purpose: str) -> bytes:
    """The key for one purpose: HKDF-SHA256 with the purpose as its salt."""
    salt = f"hedgerow/{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"").derive(key)


def mark_of(key: bytes) -> bytes:
    """What a key is known by: HMAC-SHA256 of a fixed text. A key has 256 random bits: no secret."""
    return hmac.digest(key, _MARK_OF, "sha256")


def known_mark(session: Session) -> bytes | None:
    """The mark of the key that this database was first used with; None where there was none."""
    return session.execute(select(KeyMarkRow.mark).where(KeyMarkRow.id == _ONLY)).scalar()


def forget_mark(session: Session) -> None:
    """Let the database begin with another key: for when nothing is sealed any more."""
    session.execute(delete(KeyMarkRow))


class Seal:
    """Seals and opens values of one purpose. A `Vault` makes them."""

    def __init__(self, key: bytes, purpose: str) -> None:
        self._cipher = AESGCM(derive(key, purpose))
        self._purpose = purpose

    def close(self, plain: bytes, what: str) -> bytes:
        """`plain` encrypted, bound to `what` it is of."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, what.encode())

    def open(self, sealed: bytes, what: str) -> bytes:
        """What was sealed; raises VaultProblem where key, place or bytes are others."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, rest, what.encode())
        except (InvalidTag, ValueError):
            raise VaultProblem(
                f"{self._purpose} of {what} can't be decrypted: the key is not the one it was "
                "encrypted with, or the database is damaged; put the right key file back, or "
                f"remove {what} and add it again"
            ) from None


class Vault:
    """The key file at `path`. Every process and machine that shares a database needs the same.

    It is read when it is first needed, and kept in memory from then on.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._key: bytes | None = None
        self._seals: dict[str, Seal] = {}

    def to_open(self, session: Session, purpose: str) -> Seal:
        """The seal for values that the database has.

        Raises VaultProblem where there is no key, or not the one that the database knows.
        """
        key = self._read()
        if key is None:
            raise self._missing()
        known = known_mark(session)
        if known is not None:
            self._check(key, known)
        return self._seal(key, purpose)

    def to_close(self, session: Session, purpose: str) -> Seal:
        """The seal for new values; `session` is writing.

        Where the database knows no key yet, the one in the file becomes its key, and a new random
        one is made where there is no file.

        Raises VaultProblem where there is no key, or not the one that the database knows.
        """
        known = known_mark(session)
        key = self._read()
        if key is None:
            if known is not None:
                raise self._missing()
            make_key(self.path)
            key = self._read()
            if key is None:
                raise VaultProblem(f"the key file {self.path} was taken away while it was made")
        if known is None:
            known = _note(session, key)
        self._check(key, known)
        return self._seal(key, purpose)

    def _read(self) -> bytes | None:
        if self._key is None:
            self._key = read_key(self.path)
        return self._key

    def _check(self, key: bytes, known: bytes) -> None:
        if not hmac.compare_digest(mark_of(key), known):
            # Another one may be put in its place while this process runs.
            self._key = None
            self._seals.clear()
            raise VaultProblem(
                f"the key in {self.path} is not the one that this database's local signatures are "
                f"encrypted with; put the right key file there. {_LOST}"
            )

    def _missing(self) -> VaultProblem:
        return VaultProblem(
            f"the key file {self.path} isn't there, and this database's local signatures are "
            "encrypted with it; put it back, or name its place by the setting vault_key_file (each "
            f"machine that shares a database needs the same). {_LOST}"
        )

    def _seal(self, key: bytes, purpose: str) -> Seal:
        if purpose not in self._seals:
            self._seals[purpose] = Seal(key, purpose)
        return self._seals[purpose]


_LOST = (
    "If it is lost for good: hedgerow bank update NAME --no-local for each bank that keeps local "
    "signatures, move what is there away, then begin anew"
)


def _note(session: Session, key: bytes) -> bytes:
    """Make this the database's key; returns the mark of the key that it has by then."""
    table = cast(Table, KeyMarkRow.__table__)
    # Another process may be first: that one's counts.
    session.execute(
        insert_for(session)(table)
        .values(id=_ONLY, mark=mark_of(key))
        .on_conflict_do_nothing(index_elements=[table.c.id])
    )
    known = known_mark(session)
    assert known is not None
    return known
