"""What is written down of people, sealed and bound to its row; and keyed marks to compare by."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from hedgerow.signals import Signal
from hedgerow.store import Vault
from hedgerow.survivors.codes import PURPOSE
from hedgerow.survivors.records import Particulars

_MARKS = "marks of people's own cases"


def is_text(text: str, most: int) -> bool:
    """Whether a text is no longer than this and can be kept: whole characters, and no NUL."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return len(text) <= most and "\0" not in text


class Sealing:
    """Seals and opens values of this room. All methods raise VaultProblem."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def close_words(self, session: Session, words: str, what: str) -> bytes:
        """Words of a message; `what` they are of."""
        return self._vault.to_close(session, PURPOSE).close(words.encode(), what)

    def open_words(self, session: Session, sealed: bytes, what: str) -> str:
        """What `close_words` sealed."""
        return self._vault.to_open(session, PURPOSE).open(sealed, what).decode()

    def close_signals(self, session: Session, signals: tuple[Signal, ...], what: str) -> bytes:
        """Hashes of one picture, or of several."""
        told = [
            {"type": each.type, "value": each.value, "quality": each.quality}
            | ({"payload": each.payload.hex()} if each.payload else {})
            for each in signals
        ]
        return self.close_words(session, json.dumps(told), what)

    def open_signals(self, session: Session, sealed: bytes, what: str) -> tuple[Signal, ...]:
        """What `close_signals` sealed."""
        return tuple(
            Signal(
                each["type"],
                each["value"],
                each["quality"],
                bytes.fromhex(each.get("payload", "")),
            )
            for each in json.loads(self.open_words(session, sealed, what))
        )

    def close_particulars(self, session: Session, given: Particulars, what: str) -> bytes:
        """What a notice says, with who says it."""
        return self.close_words(session, json.dumps(asdict(given)), what)

    def open_particulars(self, session: Session, sealed: bytes, what: str) -> Particulars:
        """What `close_particulars` sealed."""
        read: dict[str, Any] = json.loads(self.open_words(session, sealed, what))
        return Particulars(**read | {"urls": tuple(read["urls"])})

    def mark(self, session: Session, kind: str, value: str) -> bytes:
        """What tells whether two things of a kind are the same, and nothing else of them."""
        return self._vault.digest(session, _MARKS, f"{kind} {value}".encode())

    def mark_of_signals(self, session: Session, signals: tuple[Signal, ...]) -> bytes:
        """As `mark`, of one picture."""
        told = sorted(f"{each.type}:{each.value}" for each in signals)
        return self.mark(session, "picture", " ".join(told))
