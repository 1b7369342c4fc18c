"""What is kept encrypted: one key file, and from it a key of its own for each purpose.

AES-256-GCM with a random nonce, bound to what it is of, so that a sealed value that was moved to
another place can't be opened there. Threats met: a stolen copy of the database or of a backup, as
long as the key file is not with it. Not met: who can read the key file, or a running process.

The database knows its key by a mark (`keymarks`), from which nothing of the key can be learned. So
another key is refused before anything is sealed with it, and a key that is missing is never
replaced by a new one while something is sealed with the old.
"""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from hedgerow.store.errors import VaultProblem
from hedgerow.store.keyfile import KEY_BYTES, make_key, read_key
from hedgerow.store.keymarks import known_mark, mark_of, note_mark, note_use

_NONCE_BYTES = 12


def derive(key: bytes, purpose: str) -> bytes:
    """The key for one purpose: HKDF-SHA256 with the purpose as its salt."""
    salt = f"hedgerow/{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"").derive(key)


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
        return self._seal(self._key_to_open(session), purpose)

    def to_close(self, session: Session, purpose: str) -> Seal:
        """The seal for new values; `session` is writing.

        Where the database knows no key yet, the one in the file becomes its key, and a new random
        one is made where there is no file. What is sealed for each purpose keeps the database to
        its key: see `release_key`.

        Raises VaultProblem where there is no key, or not the one that the database knows.
        """
        key = self._key_to_close(session)
        note_use(session, purpose)
        return self._seal(key, purpose)

    def to_sign(self, session: Session, purpose: str) -> Ed25519PrivateKey:
        """The key to sign with for a purpose; `session` is writing.

        A key is made and noted as by `to_close`. Nothing is sealed, so it doesn't keep the
        database to its key: what another one signed is told by its public key.

        Raises VaultProblem where there is no key, or not the one that the database knows.
        """
        return Ed25519PrivateKey.from_private_bytes(derive(self._key_to_close(session), purpose))

    def public_key(self, session: Session, purpose: str) -> bytes:
        """The 32 bytes that check what `to_sign` signs; raises as `to_open`."""
        key = derive(self._key_to_open(session), purpose)
        return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()

    def digest(self, session: Session, purpose: str, data: bytes) -> bytes:
        """A keyed digest of `data` (HMAC-SHA256): who lacks the key can't even try guesses on it.

        Raises as `to_open`; have something sealed with `to_close` first, which makes the key.
        """
        return hmac.digest(derive(self._key_to_open(session), purpose), data, "sha256")

    def fits(self, session: Session) -> bool:
        """Whether there is a key, and it is the one that the database knows, if it knows one.

        Raises VaultProblem where the file can't be read, or holds no good key.
        """
        key, known = self._read(), known_mark(session)
        return key is not None and (known is None or hmac.compare_digest(mark_of(key), known))

    def _key_to_open(self, session: Session) -> bytes:
        key = self._read()
        if key is None:
            raise self._missing()
        known = known_mark(session)
        if known is not None:
            self._check(key, known)
        return key

    def _key_to_close(self, session: Session) -> bytes:
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
            known = note_mark(session, key)
        self._check(key, known)
        return key

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
                f"the key in {self.path} is not the one that this database's local signatures, "
                f"kept media and other secrets are encrypted with; put the right key file there. "
                f"{_LOST}"
            )

    def _missing(self) -> VaultProblem:
        return VaultProblem(
            f"the key file {self.path} isn't there, and this database's local signatures, kept "
            "media and other secrets are encrypted with it; put it back, or name its place by the "
            f"setting vault_key_file (each machine that shares a database needs the same). {_LOST}"
        )

    def _seal(self, key: bytes, purpose: str) -> Seal:
        if purpose not in self._seals:
            self._seals[purpose] = Seal(key, purpose)
        return self._seals[purpose]


_LOST = (
    "If it is lost for good: hedgerow bank update NAME --no-local for each bank that keeps local "
    "signatures, move what is there away, then run hedgerow db forget-key and begin anew"
)
