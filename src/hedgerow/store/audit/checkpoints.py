"""Checkpoints: signed statements of how far the log had come, and what its last hash was.

An Ed25519 signature of the statement as RFC 8785 writes it. The key is derived from the vault's
key file, so who can write to the database alone can't sign. Each names the signature of the one
before, and its own number, so that one that was taken out is missed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hedgerow.store.audit.canonical import canonical, time_text
from hedgerow.store.errors import AuditProblem

PURPOSE = "audit checkpoints"
COUNTER = "audit checkpoints"
TYPE = "checkpoint/1"
MAX_LINE = 4096
"""Characters of a line with a checkpoint; ours have about 560."""


@dataclass(frozen=True)
class Checkpoint:
    """A signed statement of how far the log had come.

    Attributes:
        number: counts the checkpoints from 1.
        at: when it was signed, as it stands in the statement.
        sequence: the number of the last entry then.
        entries: how many there were.
        head: the hash of that entry.
        previous: SHA-256 of the signature of the checkpoint before; 32 zeros in the first.
        public_key: what the signature is checked with.
        signature: Ed25519, of `statement`.
    """

    number: int
    at: str
    sequence: int
    entries: int
    head: bytes
    previous: bytes
    public_key: bytes
    signature: bytes

    def statement(self) -> str:
        """What is signed."""
        return canonical(self._stated())

    def line(self) -> str:
        """The statement with its signature, as one line of JSON without its end."""
        return canonical(self._stated() | {"signature": self.signature.hex()})

    def mark(self) -> bytes:
        """What the next checkpoint names it by."""
        return sha256(self.signature).digest()

    def is_signed_by(self, keys: Collection[bytes]) -> bool:
        """Whether one of these keys signed it, and it is the key that it names."""
        if self.public_key not in keys:
            return False
        try:
            key = Ed25519PublicKey.from_public_bytes(self.public_key)
            key.verify(self.signature, self.statement().encode())
        except (InvalidSignature, ValueError):
            return False
        return True

    def _stated(self) -> dict[str, object]:
        return {
            "at": self.at,
            "entries": self.entries,
            "head": self.head.hex(),
            "number": self.number,
            "previous": self.previous.hex(),
            "public_key": self.public_key.hex(),
            "sequence": self.sequence,
            "type": TYPE,
        }


def sign(
    key: Ed25519PrivateKey, number: int, at: datetime, sequence: int, head: bytes, previous: bytes
) -> Checkpoint:
    """Sign that the log has this many entries, the last with this hash."""
    public = key.public_key().public_bytes_raw()
    parts = (number, time_text(at), sequence, sequence, head, previous, public)
    return Checkpoint(*parts, key.sign(Checkpoint(*parts, b"").statement().encode()))


def parse(line: str) -> Checkpoint:
    """Read what `Checkpoint.line` wrote, to the character; raises AuditProblem otherwise."""
    try:
        found = None if len(line) > MAX_LINE else of_record(json.loads(line))
    except (ValueError, RecursionError):
        found = None
    if found is None or found.line() != line:
        raise AuditProblem("it is not a checkpoint as hedgerow writes them")
    return found


def of_record(record: object) -> Checkpoint | None:
    """The checkpoint of a line's object; None where it is none."""
    if not isinstance(record, Mapping) or record.get("type") != TYPE:
        return None
    wholes = [each for each in map(record.get, _WHOLES) if type(each) is int]
    texts = [each for each in map(record.get, _TEXTS) if isinstance(each, str)]
    if len(wholes) < len(_WHOLES) or len(texts) < len(_TEXTS):
        return None
    number, sequence, entries = wholes
    parts = [each for each in map(unhex, texts[1:]) if each is not None]
    if len(parts) < len(_TEXTS) - 1:
        return None
    head, previous, public_key, signature = parts
    return Checkpoint(number, texts[0], sequence, entries, head, previous, public_key, signature)


def unhex(text: object) -> bytes | None:
    """The bytes of hexadecimal digits as we write them; None of anything else."""
    try:
        found = bytes.fromhex(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.hex() == text else None


def other_key(checkpoint: Checkpoint) -> str:
    """What is said of a checkpoint that no known key has signed."""
    return (
        f"is not signed by a known key, and names {checkpoint.public_key.hex()}: it was forged, or "
        "another key file was in use then (name its public key)"
    )


_WHOLES = ("number", "sequence", "entries")
_TEXTS = ("at", "head", "previous", "public_key", "signature")
