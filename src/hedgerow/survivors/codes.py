"""Numbers and codes: how they are made, kept and checked.

A number is nine random digits, kept as its keyed digest. A code is kept as argon2id (RFC 9106) of
its keyed digest: who has a copy of the database without the key can't even begin to guess, and
with the key each guess at one of 2^66 codes costs as much as a sign-in.
"""

from __future__ import annotations

import secrets
from functools import cached_property

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.orm import Session

from hedgerow.store import Vault
from hedgerow.survivors.limits import Limits
from hedgerow.survivors.words import digits_of

PURPOSE = "people's own cases"
"""Of the key that this room seals with."""

_NUMBERS = "numbers of people's own cases"
_CODES = "codes of people's own cases"

NUMBER_DIGITS = 9


def new_number() -> str:
    """A random number, as its digits; the first isn't 0."""
    return str(10 ** (NUMBER_DIGITS - 1) + secrets.randbelow(9 * 10 ** (NUMBER_DIGITS - 1)))


def number_shown(number: str) -> str:
    """In groups of three, as it is read out."""
    return " ".join(number[at : at + 3] for at in range(0, len(number), 3))


def read_number(text: str) -> str:
    """The digits that somebody typed, whatever is between them."""
    return digits_of(text)


def is_number(text: str) -> bool:
    """Whether somebody typed as many digits as a number has."""
    return len(read_number(text)) == NUMBER_DIGITS


def can_be_number(number: str) -> bool:
    """Whether `new_number` could have made this."""
    return len(number) == NUMBER_DIGITS and not number.startswith("0")


class Codes:
    """Keeps and checks them. Safe to share between threads."""

    def __init__(self, vault: Vault, limits: Limits) -> None:
        self._vault = vault
        self._hasher = PasswordHasher(
            time_cost=limits.argon2_time,
            memory_cost=limits.argon2_memory_kib,
            parallelism=limits.argon2_parallelism,
            type=Type.ID,
        )

    def mark_of(self, session: Session, number: str) -> bytes:
        """What a number is found by. Raises VaultProblem."""
        return self._vault.digest(session, _NUMBERS, number.encode())

    def hash(self, session: Session, code: str) -> str:
        """What is kept of a code. Raises VaultProblem."""
        return self._hasher.hash(self._keyed(session, code))

    def is_right(self, session: Session, code: str, kept: str | None) -> bool:
        """Whether a code is the one that was kept; takes as long where there is none.

        Raises VaultProblem.
        """
        keyed = self._keyed(session, code)
        try:
            self._hasher.verify(kept or self._nobodys, keyed)
        except VerifyMismatchError:
            return False
        return kept is not None

    def warm(self) -> None:
        """Make now what the first look would wait for."""
        _ = self._nobodys

    def _keyed(self, session: Session, code: str) -> bytes:
        return self._vault.digest(session, _CODES, code.encode())

    @cached_property
    def _nobodys(self) -> str:
        """A hash of what nobody knows, to spend the time on that a real one would take."""
        return self._hasher.hash(secrets.token_bytes())
