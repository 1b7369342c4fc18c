"""Answers, people and cases to test with."""

from __future__ import annotations

from hashlib import sha256
from itertools import count
from typing import Any

from hedgerow.accounts import Person, PersonState, Role
from hedgerow.cases import Cases, Context
from hedgerow.matching import Answer, Match, Verdict
from hedgerow.store import now

ZERO = "0" * 64
_numbers = count(1)


def flipped(bits: int, value: str = ZERO) -> str:
    """A code that differs from another in its last bits."""
    return f"{int(value, 16) ^ ((1 << bits) - 1):064x}"


def person(number: int, *roles: Role) -> Person:
    """Somebody who is signed in; a moderator unless said otherwise."""
    return Person(
        id=number,
        name=f"Person {number}",
        login=f"person{number}@example.org",
        roles=frozenset(roles or (Role.MODERATOR,)),
        state=PersonState.ACTIVE,
        has_password=True,
        has_totp=True,
        passkeys=0,
        linked=False,
        created_at=now(),
        last_seen_at=None,
        locked_until=None,
    )


ANN, BOB, CID = person(1), person(2), person(3)
LEA, LEO = person(8, Role.LEAD), person(9, Role.LEAD)


def match(**changes: Any) -> Match:
    """A match of a photograph with a bank that blocks."""
    values = {
        "bank": "known",
        "bank_id": 2,
        "content_id": 7,
        "action": Verdict.BLOCK,
        "signal_type": "pdq",
        "distance": 12,
        "threshold": 31,
        "transform": "none",
        "value": ZERO,
        "banked_value": flipped(12),
        "labels": ("landscape",),
        "source": "tests",
    }
    return Match(**(values | changes))


def answer(*matches: Match, file: bytes | None = None, **changes: Any) -> Answer:
    """An answer with these matches; of a file of its own unless one is given."""
    found = matches or (match(),)
    digest = sha256(file if file is not None else str(next(_numbers)).encode()).hexdigest()
    values = {
        "verdict": found[0].action,
        "sequence": 1,
        "matches": found,
        "signals": {"pdq": {"value": found[0].value}, "sha256": {"value": digest}},
    }
    return Answer(**(values | changes))


def opened(cases: Cases, number: int = 1, **changes: Any) -> list[int]:
    """That many new cases, of different photographs; their numbers."""
    made = []
    for _ in range(number):
        content = next(_numbers) + 1000
        received = cases.receive(
            answer(match(**({"content_id": content} | changes))),
            {"media": "jpeg", "width": 640, "height": 480},
            Context(uploader=f"user {content}", reference=f"upload {content}"),
        )
        assert received is not None
        assert received.opened
        made.append(received.case_id)
    return made
