"""Codes of an authenticator app as a second factor: TOTP, RFC 6238, six digits, 30 seconds, SHA-1.

Other digits, times and hashes exist, and several apps ignore them without a word. A code counts
once: the step that it was of is kept, and none that isn't later is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from pyotp.exceptions import OTPVerificationError
from sqlalchemy.orm import Session

from hedgerow.accounts.errors import NotPossible, SecondFactorRefused
from hedgerow.accounts.guesses import begin_try, forget_guesses, was_wrong
from hedgerow.accounts.limits import Limits
from hedgerow.accounts.models import PersonRow
from hedgerow.accounts.rows import WHO, load_one, row_of
from hedgerow.accounts.sessions import end_sessions
from hedgerow.store import Database, Vault, now, record

PURPOSE = "second factors"
"""Of the key that secrets are sealed with."""

ISSUER = "Hedgerow"
"""What an app shows above the code."""

_WINDOW = 1
"""Steps before and after the present one whose codes are taken: clocks differ, people type."""


@dataclass(frozen=True)
class Enrolment:
    """What somebody gives to their app: the secret as text, and the same as a URI for a QR code."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


class Codes:
    """The authenticator apps of a database's people. Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        limits: Limits,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._database = database
        self._vault = vault
        self._limits = limits
        self._clock = clock

    def begin(self, person_id: int, session_id: int = 0) -> Enrolment:
        """A new secret, which counts once a code of it was shown; until then the old one does.

        session_id: of the session that begins it, 0 for none. No other one sees it or takes it into
        use: what somebody with the password alone was shown must not become the owner's secret.
        """
        secret = pyotp.random_base32()
        with self._database.write() as session:
            row = row_of(session, person_id, locked=True)
            row.totp_pending = self._close(session, row, f"{session_id}:{secret}")
            return _enrolment(secret, row)

    def begun(self, person_id: int, session_id: int = 0) -> Enrolment | None:
        """The secret that this session has begun, to show it once more; None where it hasn't."""
        with self._database.read() as session:
            row = row_of(session, person_id)
            secret = self._pending(session, row, session_id)
            return None if secret is None else _enrolment(secret, row)

    def confirm(self, person_id: int, code: str, session_id: int = 0) -> None:
        """Take the secret that this session has begun into use; the app has shown that it has it.

        Where it takes the place of another one, all sessions end but this.

        Raises:
            SecondFactorRefused: the code isn't of that secret, or there is none.
        """
        with self._database.write() as session:
            row = row_of(session, person_id, locked=True)
            secret = self._pending(session, row, session_id)
            step = None if secret is None else self._step_of(secret, code, after=0)
            if secret is None or step is None:
                raise SecondFactorRefused
            ended = 0 if row.totp is None else end_sessions(session, person_id, but=session_id)
            row.totp, row.totp_pending = self._close(session, row, secret), None
            row.totp_step = step
            forget_guesses(session, person_id)
            record(session, "person.totp_added", WHO.format(person_id), ended=ended)

    def check(self, person_id: int, code: str) -> None:
        """Raise SecondFactorRefused unless it is a code of this person's app, for the first time.

        A wrong one counts towards the lock-out, like a wrong password.
        """
        with self._database.write() as session:
            row = row_of(session, person_id, locked=True)
            step = None
            may = begin_try(session, person_id, self._clock(), self._limits)
            if may:
                secret = self._open(session, row, row.totp)
                step = None if secret is None else self._step_of(secret, code, row.totp_step)
            if step is not None:
                row.totp_step = step
                forget_guesses(session, person_id)
            else:
                was_wrong(session, person_id, self._clock(), looked_at=may)
        # Only now: the try has to stay counted.
        if step is None:
            raise SecondFactorRefused

    def remove(self, person_id: int, *, keep: int | None = None) -> None:
        """Take the app away; all sessions end but that of the number `keep`.

        Raises:
            NotPossible: it is the only second factor.
        """
        with self._database.write() as session:
            row = row_of(session, person_id, locked=True)
            if row.totp is None:
                return
            if not load_one(session, self._clock(), person_id).passkeys:
                raise NotPossible(ONLY_FACTOR)
            row.totp = row.totp_pending = None
            ended = end_sessions(session, person_id, but=keep)
            record(session, "person.totp_removed", WHO.format(person_id), ended=ended)

    def _step_of(self, secret: str, code: str, after: int) -> int | None:
        """The step that a code is of, if it is later than `after`."""
        given = "".join(code.split())
        if not (given.isascii() and given.isdigit()):
            return None
        totp = pyotp.TOTP(secret)
        try:
            step = totp.verify_and_get_timecode(given, for_time=self._clock(), valid_window=_WINDOW)
        except OTPVerificationError:
            return None
        return step if step > after else None

    def _pending(self, session: Session, row: PersonRow, session_id: int) -> str | None:
        """The secret that waits for its first code, where this session has begun it."""
        whose, _, secret = (self._open(session, row, row.totp_pending) or "").partition(":")
        return secret if secret and whose == str(session_id) else None

    def _close(self, session: Session, row: PersonRow, secret: str) -> bytes:
        return self._vault.to_close(session, PURPOSE).close(secret.encode(), _what(row.id))

    def _open(self, session: Session, row: PersonRow, sealed: bytes | None) -> str | None:
        if sealed is None:
            return None
        return self._vault.to_open(session, PURPOSE).open(sealed, _what(row.id)).decode()


ONLY_FACTOR = "this is your only second factor; add another one first"


def _enrolment(secret: str, row: PersonRow) -> Enrolment:
    uri = pyotp.TOTP(secret).provisioning_uri(name=row.login, issuer_name=ISSUER)
    return Enrolment(secret, uri)


def _what(person_id: int) -> str:
    return f"the authenticator app of person {person_id}"
