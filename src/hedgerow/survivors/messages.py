"""Words between somebody and the hotline, sealed, read by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hedgerow.store import allocate, now
from hedgerow.survivors.errors import BadSubmission
from hedgerow.survivors.limits import Limits
from hedgerow.survivors.models import OwnCaseRow, OwnMessageRow
from hedgerow.survivors.rows import message_of
from hedgerow.survivors.sealing import Sealing, is_text

_COUNTER = "own_message"


class Messages:
    """Takes messages of both sides. Its methods join the caller's writing session, and leave the
    line in the log to it."""

    def __init__(
        self, sealing: Sealing, limits: Limits, clock: Callable[[], datetime] = now
    ) -> None:
        self._sealing = sealing
        self._limits = limits
        self._clock = clock

    def write(self, session: Session, case: OwnCaseRow, words: str) -> None:
        """The person writes to the hotline. Raises BadSubmission."""
        query = select(func.count()).where(
            OwnMessageRow.own_case_id == case.id, OwnMessageRow.from_hotline.is_(False)
        )
        if session.execute(query).scalar_one() >= self._limits.max_messages:
            raise BadSubmission(f"a case has at most {self._limits.max_messages} messages")
        self._add(session, case, words, None)
        case.unread += 1

    def reply(
        self, session: Session, case: OwnCaseRow, words: str, person_id: int, seen: int | None
    ) -> None:
        """Somebody of the hotline writes to the person, having read as far as for `read`.

        Raises BadSubmission.
        """
        self._add(session, case, words, person_id)
        case.answered += 1
        self.read(session, case, seen)

    def read(self, session: Session, case: OwnCaseRow, seen: int | None) -> int:
        """The hotline has read what the person wrote; returns how many messages that were.

        seen: the number of the last message that was shown, so that what came since stays unread;
        None for all.
        """
        before, case.unread = case.unread, self._since(session, case, seen)
        return before - case.unread

    def _since(self, session: Session, case: OwnCaseRow, seen: int | None) -> int:
        if seen is None or not case.unread:
            return 0
        query = select(func.count()).where(
            OwnMessageRow.own_case_id == case.id,
            OwnMessageRow.from_hotline.is_(False),
            OwnMessageRow.id > seen,
        )
        return min(case.unread, session.execute(query).scalar_one())

    def destroy(self, session: Session, case_id: int) -> None:
        """Delete all messages of a case."""
        session.execute(delete(OwnMessageRow).where(OwnMessageRow.own_case_id == case_id))

    def _add(self, session: Session, case: OwnCaseRow, words: str, person_id: int | None) -> None:
        words = words.strip()
        if not words:
            raise BadSubmission("a message needs some words")
        if not is_text(words, self._limits.max_text):
            raise BadSubmission(f"a message has at most {self._limits.max_text} characters")
        number = allocate(session, _COUNTER)
        session.add(
            OwnMessageRow(
                id=number,
                own_case_id=case.id,
                from_hotline=person_id is not None,
                person_id=person_id,
                sent_on=self._clock().date(),
                words=self._sealing.close_words(session, words, message_of(number)),
            )
        )
