"""What is kept encrypted: one key file, and from it a key of its own for each purpose.

AES-256-GCM with a random nonce, bound to what it is of, so that a sealed value that was moved to
another place can't be opened there. Threats met: a stolen copy of the database or of a backup, as
long as the key file is not with it. Not met: who can read the key file, or a running process.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hedgerow.store.errors import VaultProblem

KEY_BYTES = 32
_NONCE_BYTES = 12
_FEWEST_VALUES = 8
"""Different bytes below which a key is no random one: 32 random bytes have about 30."""


def derive(key: bytes, purpose: str) -> bytes:
    """The key for one purpose: HKDF-SHA256 with the purpose as its salt."""
    salt = f"hedgerow/{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"").derive(key)


class Seal:
    """Seals and opens values of one purpose. `Vault.seal_for` makes one."""

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
                "encrypted with, or the database is damaged; put the right key file back"
            ) from None


class Vault:
    """The key file at `path`; read, or made with a new random key, when it is first needed.

    Every process and machine that shares a database needs the same file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seals: dict[str, Seal] = {}

    def seal_for(self, purpose: str) -> Seal:
        """The seal for a purpose; raises VaultProblem where there is no usable key."""
        if purpose not in self._seals:
            self._seals[purpose] = Seal(self._key(), purpose)
        return self._seals[purpose]

    def _key(self) -> bytes:
        try:
            return self._read()
        except FileNotFoundError:
            self._make()
            return self._read()

    def _read(self) -> bytes:
        try:
            text = self.path.read_text(encoding="ascii").strip()
            mode = self.path.stat().st_mode
        except FileNotFoundError:
            raise
        except (OSError, ValueError) as problem:
            raise VaultProblem(
                f"the key file {self.path} can't be read ({problem}); check its permissions"
            ) from problem
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise VaultProblem(
                f"the key file {self.path} can be read by others; chmod 600 it, and think about "
                "who may have read it"
            )
        return _checked(text, self.path)

    def _make(self) -> None:
        text = secrets.token_hex(KEY_BYTES) + "\n"
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = self.path.with_name(f".{self.path.name}.{os.getpid()}.{secrets.token_hex(4)}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "w", encoding="ascii") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                # A link, not a renaming: of two processes that make a key, one wins, once.
                os.link(draft, self.path)
            finally:
                draft.unlink()
        except FileExistsError:
            return
        except OSError as problem:
            raise VaultProblem(
                f"the key file {self.path} can't be made ({problem.strerror}); name another place "
                "by the setting vault_key_file"
            ) from problem


def _checked(text: str, path: Path) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise VaultProblem(
            f"the key file {path} holds no key of {2 * KEY_BYTES} hexadecimal digits; put the "
            "right file back, or take it away to begin with a new key"
        )
    if len(set(key)) < _FEWEST_VALUES:
        raise VaultProblem(f"the key in {path} is no random one; make one: openssl rand -hex 32")
    return key
