"""Number and code: given once, shown to come back, and what keeps guesses from getting anywhere."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

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
from hedgerow.survivors.errors import CodeRefused, TooManyTries
from hedgerow.survivors.limits import Limits
from hedgerow.survivors.models import OwnCaseRow, OwnSessionRow
from hedgerow.survivors.records import Receipt
from hedgerow.survivors.words import in_groups, in_words, new_code, readings

_RENEW = 0.5
"""Of a session's time: when less is left, its use is noted."""


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

    def give(self, session: Session, row: OwnCaseRow) -> Receipt:
        """A new number and a new code for a case; raises VaultProblem."""
        while True:
            number, code = new_number(), new_code()
            mark = self._codes.mark_of(session, number)
            taken = session.execute(select(OwnCaseRow.id).where(OwnCaseRow.number == mark))
            if taken.first() is None:
                break
        again, words = bool(row.code), in_words(code, row.language)
        row.number, row.code = mark, self._codes.hash(session, code)
        return Receipt(row.id, again, number_shown(number), words, in_groups(code))

    def enter(self, number_typed: str, code_typed: str, address: str) -> str:
        """The token of a new session; for a cookie and nothing else.

        Raises:
            UnreadableCode: it can't be a code; that costs no try.
            TooManyTries: for this number, or from this address.
            CodeRefused: they don't belong together.
        """
        number, codes = read_number(number_typed), readings(code_typed)
        tries = self._count(number, line_of(address))
        with self._database.read() as session:
            mark = self._codes.mark_of(session, number)
            columns = OwnCaseRow.id, OwnCaseRow.code
            row = session.execute(select(*columns).where(OwnCaseRow.number == mark)).first()
            kept = None if row is None else row.code
            right = [self._codes.is_right(session, code, kept) for code in codes]
        if row is None or not any(right):
            raise CodeRefused
        for kind, what in tries:
            self._attempts.take_back(kind, what)
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
            row.entered, row.seen_on = True, at.date()
            session.add(
                OwnSessionRow(
                    digest=_digest(token),
                    own_case_id=case_id,
                    expires_at=at + timedelta(minutes=self._limits.session_minutes),
                )
            )
        return token

    def forget_expired(self) -> None:
        """Delete sessions that are over: they tell when somebody was here."""
        with self._database.write() as session:
            session.execute(delete(OwnSessionRow).where(OwnSessionRow.expires_at <= self._clock()))

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
