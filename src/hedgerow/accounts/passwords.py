"""Signing in by login and password, and changing the password."""

from collections.abc import Callable
from datetime import datetime

from hedgerow.accounts.errors import NotPossible, SignInRefused
from hedgerow.accounts.guesses import NOBODY, begin_try, was_right, was_wrong
from hedgerow.accounts.hashing import Hashing
from hedgerow.accounts.limits import Limits
from hedgerow.accounts.models import PersonRow
from hedgerow.accounts.persons import Person, PersonState, folded_login
from hedgerow.accounts.rows import WHO, load_one, row_by_login, row_of, state_of
from hedgerow.accounts.sessions import end_sessions
from hedgerow.store import Database, now, record


class Passwords:
    """The passwords of a database's people. Safe to share between threads.

    A check takes a tenth of a second of a core and 64 MiB, by default and on purpose: callers
    bound how many run at once.
    """

    def __init__(
        self,
        database: Database,
        hashing: Hashing,
        limits: Limits,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._database = database
        self._hashing = hashing
        self._limits = limits
        self._clock = clock

    def check(self, login: str, password: str) -> Person:
        """The person whose login and password these are; a second factor is still to be shown.

        An unknown login, a wrong password, an account that is closed for a while, deactivated or
        without a password: each takes as long and is refused in the same words.

        Raises:
            SignInRefused: it isn't right.
        """
        with self._database.write() as session:
            row = row_by_login(session, folded_login(login))
            person_id = NOBODY if row is None else row.id
            may = begin_try(session, person_id, self._clock(), self._limits)
            hashed = self._hash_of(row) if row is not None and may else None
        right = self._hashing.is_right(password, hashed)
        if not right or hashed is None:
            with self._database.write() as session:
                was_wrong(session, person_id, self._clock(), looked_at=may)
            raise SignInRefused
        anew = self._hashing.rehashed(password, hashed)
        with self._database.write() as session:
            at = self._clock()
            row = row_of(session, person_id, locked=True)
            if self._hash_of(row) != hashed:
                # Changed, reset or deactivated while this one was being looked at.
                raise SignInRefused
            was_right(session, person_id, at)
            if anew is not None:
                row.password = self._hashing.seal(session, person_id, anew)
            return load_one(session, at, person_id)

    def change(self, person_id: int, old: str, new: str, *, keep: int | None = None) -> None:
        """Change a password; all sessions end but that of the number `keep`.

        Raises:
            SignInRefused: the old one isn't right.
            BadPassword: the new one is too easy to guess.
            NotPossible: there is none to change.
        """
        with self._database.read() as session:
            row = row_of(session, person_id)
            if row.password is None:
                raise NotPossible(
                    "this account has no password: its owner signs in elsewhere; an administrator "
                    "can reset it, and its new link lets a password be chosen"
                )
            login = row.login
        self.check(login, old)
        hashed = self._hashing.hash_new(new, login)
        with self._database.write() as session:
            row = row_of(session, person_id, locked=True)
            row.password = self._hashing.seal(session, person_id, hashed)
            ended = end_sessions(session, person_id, but=keep)
            record(session, "person.password_changed", WHO.format(person_id), ended=ended)

    def _hash_of(self, row: PersonRow) -> str | None:
        """The hash that a password is to fit; None where none lets this person in."""
        if row.password is None or state_of(row) != PersonState.ACTIVE:
            return None
        with self._database.read() as session:  # inside a write: that one's
            return self._hashing.open(session, row.id, row.password)
