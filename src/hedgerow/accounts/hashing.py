"""Passwords: which are taken, and how they are kept.

A password is hashed by argon2id (RFC 9106), slowly and with much memory, as people choose what can
be guessed. The hash is sealed with the installation's key besides: who steals a copy of the
database alone has nothing to try guesses on, and can't put the hash of one account into another.
"""

import secrets
import unicodedata
from functools import cache, cached_property
from importlib.resources import files

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.orm import Session

from hedgerow.accounts.errors import BadPassword
from hedgerow.accounts.limits import Limits
from hedgerow.store import Vault

PURPOSE = "passwords"
"""Of the key that hashes are sealed with."""

_LEAST_LOGIN = 4
"""A login shorter than this may stand in a password: by chance it does."""

_LEAST_DIFFERENT = 5
"""Characters that differ from each other."""


class Hashing:
    """Hashes passwords and checks them. Safe to share between threads."""

    def __init__(self, vault: Vault, limits: Limits) -> None:
        self._vault = vault
        self._limits = limits
        self._hasher = PasswordHasher(
            time_cost=limits.argon2_time,
            memory_cost=limits.argon2_memory_kib,
            parallelism=limits.argon2_parallelism,
            type=Type.ID,
        )

    def hash_new(self, password: str, login: str) -> str:
        """The hash of a new password; raises BadPassword where it is too easy to guess."""
        check_new(password, login, self._limits)
        return self._hasher.hash(_normal(password))

    def is_right(self, password: str, hashed: str | None) -> bool:
        """Whether a password is the one that was hashed; takes as long where there is no hash."""
        nobodys = self._nobodys  # made at the first look, whoever's that is
        if len(password) > self._limits.password_max:
            password, hashed = "", None
        try:
            self._hasher.verify(hashed or nobodys, _normal(password))
        except VerifyMismatchError:
            return False
        return hashed is not None

    def rehashed(self, password: str, hashed: str) -> str | None:
        """The hash by the present settings, of a password that is right; None where it has them."""
        if not self._hasher.check_needs_rehash(hashed):
            return None
        return self._hasher.hash(_normal(password))

    def seal(self, session: Session, person_id: int, hashed: str) -> bytes:
        """The hash as it is stored, bound to its person."""
        return self._vault.to_close(session, PURPOSE).close(hashed.encode(), _what(person_id))

    def open(self, session: Session, person_id: int, sealed: bytes) -> str:
        """The hash; raises VaultProblem where it can't be opened."""
        return self._vault.to_open(session, PURPOSE).open(sealed, _what(person_id)).decode()

    @cached_property
    def _nobodys(self) -> str:
        """A hash of what nobody knows, to spend the time on that a real one would take."""
        return self._hasher.hash(secrets.token_urlsafe())


def check_new(password: str, login: str, limits: Limits) -> None:
    """Raise BadPassword where a password is too easy to guess for the person of this login."""
    folded = _normal(password).casefold()
    if len(password) > limits.password_max:
        raise BadPassword(f"a password has {limits.password_max} characters at most")
    if len(folded) < limits.password_min:
        raise BadPassword(
            f"a password has {limits.password_min} characters at least; a sentence is easier to "
            "remember than signs, and harder to guess"
        )
    if len(set(folded)) < _LEAST_DIFFERENT:
        raise BadPassword("the password repeats itself too much; take a sentence of your own")
    own = {login, login.partition("@")[0]}
    if any(len(each) >= _LEAST_LOGIN and each in folded for each in own):
        raise BadPassword("the password has your login in it; take another")
    if folded in _common():
        raise BadPassword("many people use this password, so it is tried first; take another")


@cache
def _common() -> frozenset[str]:
    text = files("hedgerow.accounts").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def _normal(password: str) -> str:
    """One form for what keyboards write in several; what is no text at all is nobody's password."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()


def _what(person_id: int) -> str:
    return f"the password of person {person_id}"
