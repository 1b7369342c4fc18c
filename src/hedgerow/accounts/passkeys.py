"""Passkeys as a second factor.

A passkey signs for one site alone, so that it is worth nothing on a page that only looks like ours.
Which site that is, the caller says; it must not be taken from what a request says of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fido2.webauthn import AttestedCredentialData
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hedgerow.accounts.ceremonies import (
    Ceremony,
    Site,
    ask_to_make,
    ask_to_show,
    authenticated,
    registered,
)
from hedgerow.accounts.codes import ONLY_FACTOR
from hedgerow.accounts.errors import NoSuchPasskey, NotPossible, SecondFactorRefused
from hedgerow.accounts.guesses import forget_guesses
from hedgerow.accounts.limits import Limits
from hedgerow.accounts.models import PasskeyRow
from hedgerow.accounts.persons import Passkey
from hedgerow.accounts.rows import WHO, row_of
from hedgerow.accounts.sessions import end_sessions
from hedgerow.store import Database, allocate, now, record

MAX_PASSKEY_NAME = 64
"""Characters of a passkey's name; a longer one is cut."""

_COUNTER = "passkey"


class Passkeys:
    """The passkeys of a database's people. Safe to share between threads."""

    def __init__(
        self, database: Database, limits: Limits, clock: Callable[[], datetime] = now
    ) -> None:
        self._database = database
        self._most = limits.max_passkeys
        self._clock = clock

    def list(self, person_id: int) -> Sequence[Passkey]:
        """A person's passkeys, the oldest first."""
        with self._database.read() as session:
            return [_record(row) for row in _rows(session, person_id)]

    def begin_registration(self, person_id: int, site: Site) -> Ceremony:
        """Ask a browser to make a passkey; raises NotPossible where there are enough."""
        with self._database.read() as session:
            row = row_of(session, person_id)
            known = [_credential(each) for each in _rows(session, person_id)]
        if len(known) >= self._most:
            raise NotPossible(f"there are {self._most} passkeys, and no more are kept; remove one")
        return ask_to_make(site, row.handle, row.login, row.name, known)

    def complete_registration(
        self,
        person_id: int,
        site: Site,
        state: Mapping[str, Any],
        response: Mapping[str, Any],
        name: str,
    ) -> Passkey:
        """Keep the passkey that a browser has made.

        Args:
            person_id, site: as they were asked.
            state: of the question.
            response: the answer, as `PublicKeyCredential.toJSON` gives it.
            name: what its owner calls it; cut to 64 characters.

        Raises:
            SecondFactorRefused: it isn't an answer to this question, from this site.
            NotPossible: somebody has this passkey already, or there are enough.
        """
        found = registered(site, state, response)
        with self._database.write() as session:
            row_of(session, person_id, locked=True)
            known = select(PasskeyRow.id).where(PasskeyRow.credential_id == found.credential_id)
            if session.execute(known).first() is not None:
                raise NotPossible("this passkey is in use already; take another device")
            if len(_rows(session, person_id)) >= self._most:
                raise NotPossible(f"there are {self._most} passkeys already; remove one")
            row = PasskeyRow(
                id=allocate(session, _COUNTER),
                person_id=person_id,
                name=_checked_name(name),
                credential_id=found.credential_id,
                credential=bytes(found.credential),
                sign_count=found.count,
                created_at=self._clock(),
            )
            session.add(row)
            forget_guesses(session, person_id)
            record(session, "person.passkey_added", WHO.format(person_id), passkey=row.id)
            return _record(row)

    def begin_authentication(self, person_id: int, site: Site) -> Ceremony:
        """Ask a browser to show a passkey; raises NotPossible where there is none."""
        with self._database.read() as session:
            known = [_credential(each) for each in _rows(session, person_id)]
        if not known:
            raise NotPossible("this account has no passkey")
        return ask_to_show(site, known)

    def complete_authentication(
        self,
        person_id: int,
        site: Site,
        state: Mapping[str, Any],
        response: Mapping[str, Any],
    ) -> None:
        """Raise SecondFactorRefused unless a passkey of this person has answered the question.

        One whose counter doesn't go up is refused, and told in the log: there may be a copy of it.
        It can't be guessed, so a wrong answer doesn't count towards the lock-out.
        """
        refused = True
        with self._database.write() as session:
            row_of(session, person_id, locked=True)
            rows = {row.credential_id: row for row in _rows(session, person_id)}
            known = [_credential(row) for row in rows.values()]
            used, count = authenticated(site, state, known, response)
            row = rows[used]
            if count > row.sign_count or count == row.sign_count == 0:
                refused = False
                row.sign_count, row.last_used_at = count, self._clock()
                forget_guesses(session, person_id)
            else:
                record(session, "person.passkey_copied", WHO.format(person_id), passkey=row.id)
        if refused:
            raise SecondFactorRefused

    def rename(self, person_id: int, passkey_id: int, name: str) -> None:
        """Call a passkey something else; raises NoSuchPasskey."""
        with self._database.write() as session:
            _one(session, person_id, passkey_id).name = _checked_name(name)

    def remove(self, person_id: int, passkey_id: int, *, keep: int | None = None) -> None:
        """Take a passkey away; all sessions end but that of the number `keep`.

        Raises:
            NoSuchPasskey: this person has none of that number.
            NotPossible: it is the only second factor.
        """
        with self._database.write() as session:
            person = row_of(session, person_id, locked=True)
            row = _one(session, person_id, passkey_id)
            if person.totp is None and len(_rows(session, person_id)) == 1:
                raise NotPossible(ONLY_FACTOR)
            session.execute(delete(PasskeyRow).where(PasskeyRow.id == row.id))
            ended = end_sessions(session, person_id, but=keep)
            told = WHO.format(person_id)
            record(session, "person.passkey_removed", told, passkey=passkey_id, ended=ended)


def _rows(session: Session, person_id: int) -> Sequence[PasskeyRow]:
    query = select(PasskeyRow).where(PasskeyRow.person_id == person_id).order_by(PasskeyRow.id)
    return session.execute(query).scalars().all()


def _one(session: Session, person_id: int, passkey_id: int) -> PasskeyRow:
    row = next((each for each in _rows(session, person_id) if each.id == passkey_id), None)
    if row is None:
        raise NoSuchPasskey
    return row


def _credential(row: PasskeyRow) -> AttestedCredentialData:
    return AttestedCredentialData(row.credential)


def _checked_name(name: str) -> str:
    """A name that can be shown; "passkey" where nothing of it can."""
    shown = "".join(each for each in name if each.isprintable()).strip()
    return shown[:MAX_PASSKEY_NAME] or "passkey"


def _record(row: PasskeyRow) -> Passkey:
    return Passkey(row.id, row.name, row.created_at, row.last_used_at)
