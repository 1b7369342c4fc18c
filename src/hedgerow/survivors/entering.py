"""Number and code: given once, shown to come back, and what keeps guesses from getting anywhere."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hedgerow.store import Database, now
from hedgerow.survivors.attempts import Attempts, line_of
from hedgerow.survivors.codes import (
    Codes,
    can_be_number,
    new_number,
    number_shown,
    read_number,
)
from hedgerow.survivors.errors import CodeRefused, NotPossibleNow, TooManyTries
from hedgerow.survivors.limits import Limits
from hedgerow.survivors.models import OwnCaseRow, OwnSessionRow
from hedgerow.survivors.records import Receipt
from hedgerow.survivors.words import in_groups, in_words, new_code, readings

_RENEW = 0.5
"""Of a session's time: when less is left, its use is noted."""


@dataclass(frozen=True)
class Ready:
    """A number and a code that nobody has yet, and what is kept of them."""

    number: str = field(repr=False)
    code: str = field(repr=False)
    mark: bytes = field(repr=False)
    kept: str = field(repr=False)


class Tried(NamedTuple):
    """A try that is counted, not looked at yet. counted: what to take back where it is right."""

    number: str
    codes: tuple[str, ...]
    counted: list[tuple[str, str]]

    def __repr__(self) -> str:
        return "Tried(…)"  # it opens a case


class Entering:
    """Who shows number and code has the case in their browser for a while."""

    def __init__(
        self,
        database: Database,
        codes: Codes,
        attempts: Attempts,
        limits: Limits,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._database = database
        self._codes = codes
        self._attempts = attempts
        self._limits = limits
        self._clock = clock

    def prepare(self) -> Ready:
        """A new number and a new code, for `give`; hashed before anybody waits for a transaction.

        Raises VaultProblem.
        """
        number, code = new_number(), new_code()
        with self._database.read() as session:
            return Ready(
                number, code, self._codes.mark_of(session, number), self._codes.hash(session, code)
            )

    def give(self, session: Session, row: OwnCaseRow, ready: Ready) -> Receipt:
        """Give a case its number and code; NotPossibleNow where chance has made one twice."""
        taken = select(OwnCaseRow.id).where(OwnCaseRow.number == ready.mark)
        if session.execute(taken).first() is not None:
            raise NotPossibleNow("please send it once more")
        again, words = bool(row.code), in_words(ready.code, row.language)
        row.number, row.code = ready.mark, ready.kept
        return Receipt(row.id, again, number_shown(ready.number), words, in_groups(ready.code))

    def enter(self, number_typed: str, code_typed: str, address: str) -> str:
        """`begin` and `finish`; what they raise."""
        return self.finish(self.begin(number_typed, code_typed, address))

    def begin(self, number_typed: str, code_typed: str, address: str) -> Tried:
        """Count a try. Quick, so that what is refused here keeps nobody waiting.

        Raises:
            UnreadableCode: it can't be a code; that costs no try.
            TooManyTries: for this number, or from this address.
        """
        number, codes = read_number(number_typed), readings(code_typed)
        return Tried(number, codes, self._count(number, line_of(address)))

    def take_back(self, tried: Tried) -> None:
        """Not count a try: it was right, or nobody looked at it."""
        for kind, what in tried.counted:
            self._attempts.take_back(kind, what)

    def finish(self, tried: Tried) -> str:
        """The token of a new session; for a cookie and nothing else. Slow: it checks the code.

        Raises CodeRefused where number and code don't belong together.
        """
        with self._database.read() as session:
            mark = self._codes.mark_of(session, tried.number)
            columns = OwnCaseRow.id, OwnCaseRow.code
            row = session.execute(select(*columns).where(OwnCaseRow.number == mark)).first()
            kept = None if row is None else row.code
            right = [self._codes.is_right(session, code, kept) for code in tried.codes]
        if row is None or not any(right):
            raise CodeRefused
        self.take_back(tried)
        return self._begin(row.id)

    def _count(self, number: str, line: str) -> list[tuple[str, str]]:
        """Count a try before it is looked at, so that a thousand at once are no more than one
        after the other. Whether there is such a number makes no difference here."""
        seconds = self._limits.code_minutes * 60.0
        # The address first: who is refused by it uses up nobody's tries of a number. What no
        # number can be is nobody's, so a field that was left empty is no number to be locked.
        tries = [("line", line, self._limits.address_tries)] if line else []
        if can_be_number(number):
            tries.append(("number", number, self._limits.code_tries))
        for each in tries:
            if not self._attempts.begin(*each, seconds):
                raise TooManyTries(self._limits.code_minutes)
        return [(kind, what) for kind, what, _ in tries]

    def _begin(self, case_id: int) -> str:
        token, at = secrets.token_urlsafe(32), self._clock()
        with self._database.write() as session:
            row = session.get(OwnCaseRow, case_id, with_for_update=True)
            if row is None:  # deleted while its code was checked
                raise CodeRefused
            row.again_until, row.seen_on = None, at.date()
            session.add(
                OwnSessionRow(
                    digest=_digest(token),
                    own_case_id=case_id,
                    expires_at=at + timedelta(minutes=self._limits.session_minutes),
                )
            )
        return token

    def forget_expired(self) -> None:
        """Delete sessions that are over, and times that are: they tell when somebody was here."""
        at = self._clock()
        with self._database.write() as session:
            session.execute(delete(OwnSessionRow).where(OwnSessionRow.expires_at <= at))
        # Apart: whoever deletes a case locks it before its sessions.
        with self._database.write() as session:
            due = select(OwnCaseRow).where(OwnCaseRow.again_until <= at)
            for row in session.execute(due.with_for_update(skip_locked=True)).scalars():
                row.again_until = None

    def find(self, token: str) -> int | None:
        """The number of the case that this browser has open; None where it hasn't any more."""
        at, lasts = self._clock(), timedelta(minutes=self._limits.session_minutes)
        with self._database.read() as session:
            row = session.get(OwnSessionRow, _digest(token))
        if row is None or row.expires_at <= at:
            return None
        if row.expires_at - at < _RENEW * lasts:
            with self._database.write() as session:
                live = session.get(OwnSessionRow, row.digest)
                if live is not None:
                    live.expires_at = at + lasts
        return row.own_case_id

    def leave(self, token: str) -> None:
        """Close the case in this browser."""
        with self._database.write() as session:
            session.execute(delete(OwnSessionRow).where(OwnSessionRow.digest == _digest(token)))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
