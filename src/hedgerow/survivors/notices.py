"""Removal notices: taken in with their clock, answered, complained of, forgotten.

What is accepted does two things. The very files are banked to be blocked; what resembles them goes
before people. And the platform is told where the notice says that they are shown, to take them down
there. Nothing else follows from a notice by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hedgerow.cases import emit
from hedgerow.signals import Signal
from hedgerow.store import now, record
from hedgerow.survivors import clock as clocks
from hedgerow.survivors import validity
from hedgerow.survivors.errors import BadSubmission, NoticeIncomplete, NotPossibleNow
from hedgerow.survivors.limits import Limits
from hedgerow.survivors.messages import Messages
from hedgerow.survivors.models import (
    NoticeContentRow,
    NoticeMarkRow,
    NoticeRow,
    OwnCaseRow,
    OwnPictureRow,
)
from hedgerow.survivors.records import (
    OPEN_NOTICES,
    Alike,
    Notice,
    NoticeState,
    Particulars,
    PictureState,
)
from hedgerow.survivors.rows import SUBJECT, notice_of, picture_of, pictures_of
from hedgerow.survivors.sealing import Sealing, is_text
from hedgerow.survivors.shelf import Place, Shelf
from hedgerow.survivors.validity import is_address

_ALIKE_SHOWN = 20


class Notices:
    """What happens to notices. Its methods join the caller's session."""

    def __init__(
        self,
        shelf: Shelf,
        sealing: Sealing,
        messages: Messages,
        limits: Limits,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._shelf = shelf
        self._sealing = sealing
        self._messages = messages
        self._limits = limits
        self._clock = clock

    def check(self, given: Particulars, hashes: int) -> None:
        """Raise NoticeIncomplete or BadSubmission unless one law's parts are all there."""
        texts = [value for value in vars(given).values() if isinstance(value, str)]
        if not all(is_text(each, self._limits.max_text) for each in texts):
            raise BadSubmission(f"a text has at most {self._limits.max_text} characters")
        if len(given.urls) > self._limits.max_urls:
            raise BadSubmission(f"a notice names at most {self._limits.max_urls} addresses")
        if not all(is_text(each, validity.MOST_URL) for each in given.urls):
            raise BadSubmission(f"an address has at most {validity.MOST_URL} characters")
        if not validity.valid_for(given, hashes):
            raise NoticeIncomplete(validity.missing(given, hashes, validity.TAKE_IT_DOWN))

    def file(
        self,
        session: Session,
        case: OwnCaseRow,
        given: Particulars,
    ) -> None:
        """Begin the clock of a notice that was checked, and whose pictures are kept."""
        at = self._clock()
        row = NoticeRow(
            own_case_id=case.id,
            state=NoticeState.RECEIVED,
            received_at=at,
            due_at=at + timedelta(hours=self._limits.notice_hours),
            escalation=0,
            particulars=self._sealing.close_particulars(session, given, notice_of(case.id)),
        )
        session.add(row)
        pictures = self._mark(session, case, given)
        emit(session, "notice.received", {"notice": case.id, "due_at": row.due_at.isoformat()})
        record(
            session,
            "notice.received",
            SUBJECT.format(case.id),
            addresses=len(given.urls),
            pictures=pictures,
            by_agent=bool(given.agent),
            valid_for=list(validity.valid_for(given, pictures)),
        )

    def unanswered(self, session: Session, case: OwnCaseRow) -> NoticeRow:
        """The notice of a case, held until the end, to be corrected. Raises NotPossibleNow."""
        row = self._require(session, case)
        if row.state != NoticeState.RECEIVED:
            raise NotPossibleNow("this was sent before, and has been answered")
        return row

    def correct(
        self, session: Session, case: OwnCaseRow, row: NoticeRow, given: Particulars
    ) -> None:
        """Let a notice say what was sent last: somebody went back and changed the form whose
        answer they never had. Its clock goes on."""
        if self._particulars(session, row) == given:
            return
        row.particulars = self._sealing.close_particulars(session, given, notice_of(case.id))
        session.execute(delete(NoticeMarkRow).where(NoticeMarkRow.own_case_id == case.id))
        self._mark(session, case, given)
        record(session, "notice.corrected", SUBJECT.format(case.id))

    def _mark(self, session: Session, case: OwnCaseRow, given: Particulars) -> int:
        """Note what a notice names, keyed; returns how many pictures those are."""
        pictures = [
            self._sealing.open_signals(session, each.signals, picture_of(each.id))
            for each in pictures_of(session, case.id)
        ]
        session.add_all(
            NoticeMarkRow(own_case_id=case.id, kind=kind, mark=mark)
            for kind, mark in sorted(self._marks(session, given, pictures))
        )
        session.flush()
        return len(pictures)

    def _marks(
        self, session: Session, given: Particulars, pictures: Sequence[tuple[Signal, ...]]
    ) -> set[tuple[str, bytes]]:
        named = [("address", url.strip().rstrip("/").casefold()) for url in given.urls]
        named += [("hash", each.value) for one in pictures for each in one if each.type == "sha256"]
        who = (given.email or given.phone or given.agent or given.name).strip().casefold()
        if who:
            named.append(("who", who))
        return {(kind, self._sealing.mark(session, kind, value)) for kind, value in named}

    def read(
        self, session: Session, case_id: int, *, alike: bool = False, opened: bool = True
    ) -> Notice | None:
        """The notice of a case, if it has one; raises VaultProblem.

        alike: whether to look for others that name the same, which is for the hotline. opened:
        whether to read what it says.
        """
        row = session.get(NoticeRow, case_id)
        if row is None:
            return None
        given = None
        if row.particulars is not None and opened:
            given = self._sealing.open_particulars(session, row.particulars, notice_of(case_id))
        hashes = len(pictures_of(session, case_id))
        return Notice(
            case_id=case_id,
            state=NoticeState(row.state),
            received_at=row.received_at,
            due_at=row.due_at,
            escalation=row.escalation,
            particulars=given,
            hashes=hashes,
            answered_at=row.answered_at,
            answered_by=row.answered_by,
            complained_at=row.complained_at,
            alike=self._alike(session, case_id) if alike else (),
            valid_for=() if given is None else validity.valid_for(given, hashes),
        )

    def _alike(self, session: Session, case_id: int) -> tuple[Alike, ...]:
        own = select(NoticeMarkRow.mark).where(NoticeMarkRow.own_case_id == case_id)
        query = (
            select(NoticeMarkRow.kind, NoticeMarkRow.own_case_id)
            .where(NoticeMarkRow.mark.in_(own), NoticeMarkRow.own_case_id != case_id)
            .distinct()
            .order_by(NoticeMarkRow.own_case_id.desc())
        )
        found: dict[str, list[int]] = {}
        for kind, other in session.execute(query):
            found.setdefault(kind, []).append(other)
        return tuple(Alike(kind, tuple(found[kind][:_ALIKE_SHOWN])) for kind in sorted(found))

    def accept(
        self,
        session: Session,
        case: OwnCaseRow,
        person_id: int,
        words: str,
        more: Sequence[tuple[Signal, ...]] = (),
        *,
        seen: int | None = None,
    ) -> None:
        """Do what the notice asks for, and say so to whoever asked.

        more: hashes of what was found at its addresses, a picture each. Raises NotPossibleNow,
        BadSubmission.
        """
        self._shelf.hold(session)
        row = self._answer(session, case, person_id, NoticeState.ACCEPTED)
        given = self._particulars(session, row)
        urls = [] if given is None else [each for each in given.urls if is_address(each)]
        self._messages.reply(session, case, words, person_id, seen)
        session.flush()
        emit(session, "notice.accepted", {"notice": case.id, "urls": urls})
        # From here on, each step leaves a line in the log.
        banked: set[Place] = set()
        for picture in pictures_of(session, case.id):
            signals = self._sealing.open_signals(session, picture.signals, picture_of(picture.id))
            placed = self._shelf.put_notice(signals, SUBJECT.format(case.id))
            picture.state, (picture.bank_id, picture.content_id) = PictureState.PROTECTED, placed[0]
            banked.update(placed)
        for signals in more:
            banked.update(self._shelf.put_notice(signals, SUBJECT.format(case.id)))
        session.add_all(
            NoticeContentRow(own_case_id=case.id, bank_id=bank_id, content_id=content_id)
            for bank_id, content_id in sorted(banked)
        )
        record(session, "notice.accepted", SUBJECT.format(case.id), contents=len(banked))

    def decline(
        self,
        session: Session,
        case: OwnCaseRow,
        person_id: int,
        words: str,
        *,
        seen: int | None = None,
    ) -> None:
        """Not do it, and say why to whoever asked. Raises NotPossibleNow, BadSubmission."""
        self._answer(session, case, person_id, NoticeState.DECLINED)
        self._messages.reply(session, case, words, person_id, seen)
        session.flush()
        emit(session, "notice.declined", {"notice": case.id})
        record(session, "notice.declined", SUBJECT.format(case.id))

    def _answer(
        self, session: Session, case: OwnCaseRow, person_id: int, state: NoticeState
    ) -> NoticeRow:
        row = self._require(session, case)
        if row.state not in OPEN_NOTICES:
            raise NotPossibleNow("this notice has been answered already")
        if row.state == NoticeState.COMPLAINED and row.answered_by == person_id:
            raise NotPossibleNow("somebody else has to look at a complaint about your answer")
        row.state, row.answered_by, row.answered_at = state, person_id, self._clock()
        row.forget_on = (row.answered_at + timedelta(days=self._limits.notice_days)).date()
        return row

    def complain(self, session: Session, case: OwnCaseRow, words: str) -> None:
        """Whoever asked disagrees with the answer. Raises NotPossibleNow, BadSubmission."""
        row, at = self._require(session, case), self._clock()
        if row.state != NoticeState.DECLINED or row.answered_at is None:
            raise NotPossibleNow("there is no answer to complain of")
        if at > row.answered_at + timedelta(days=self._limits.complaint_days):
            raise NotPossibleNow("the time to complain is over")
        row.state, row.complained_at, row.escalation = NoticeState.COMPLAINED, at, 0
        row.due_at = at + timedelta(hours=self._limits.notice_hours)
        row.forget_on = None
        self._messages.write(session, case, words)
        session.flush()
        emit(session, "notice.received", {"notice": case.id, "due_at": row.due_at.isoformat()})
        record(session, "notice.complained", SUBJECT.format(case.id))

    def withdraw(self, session: Session, case: OwnCaseRow) -> int:
        """Take out of the banks what this notice alone has put there, and forget its pictures;
        returns how many it had."""
        self._shelf.hold(session)
        # Before there is a line in the log, for which whoever escalates it may be waiting.
        self._require(session, case)
        query = select(NoticeContentRow).where(NoticeContentRow.own_case_id == case.id)
        rows = list(session.execute(query).scalars())
        pictures = pictures_of(session, case.id)
        for row in (*rows, *pictures):
            session.delete(row)
        session.flush()
        places = [(row.bank_id, row.content_id) for row in rows]
        self._shelf.end([each for each in places if not _is_named(session, each)])
        if rows or pictures:
            record(session, "own.withdrawn", SUBJECT.format(case.id), pictures=len(pictures))
        return len(pictures)

    def banked(self, session: Session) -> dict[Place, list[int]]:
        """What accepted notices have put into banks, and which notices that were."""
        found: dict[Place, list[int]] = {}
        for row in session.execute(select(NoticeContentRow)).scalars():
            found.setdefault((row.bank_id, row.content_id), []).append(row.own_case_id)
        return found

    def take_out(
        self, session: Session, place: Place, notices: Collection[int], disputes: int
    ) -> None:
        """Let a content match nothing any more that was wrong again and again."""
        # Those before the banks, as everywhere.
        held = select(OwnCaseRow).where(OwnCaseRow.id.in_(notices)).order_by(OwnCaseRow.id)
        cases = list(session.execute(held.with_for_update()).scalars())
        self._shelf.hold(session)
        rows = delete(NoticeContentRow).where(
            NoticeContentRow.bank_id == place[0], NoticeContentRow.content_id == place[1]
        )
        session.execute(rows)
        for case in cases:
            case.unread += 1  # so that the hotline sees it
        session.flush()
        self._shelf.end([place])
        for case_id in sorted(notices):
            record(session, "notice.content_removed", SUBJECT.format(case_id), disputes=disputes)

    def escalate(self, session: Session) -> int:
        """Raise what is running out of time; returns how many."""
        at, raised = self._clock(), []
        query = (
            select(NoticeRow)
            .where(NoticeRow.state.in_(OPEN_NOTICES))
            .order_by(NoticeRow.own_case_id)
            .with_for_update(skip_locked=True)
        )
        for row in session.execute(query).scalars():
            level = clocks.escalation(row.due_at, at, self._limits)
            if level <= row.escalation:
                continue
            row.escalation = level
            raised.append(row)
        session.flush()
        for row in raised:
            told = {"notice": row.own_case_id, "escalation": row.escalation}
            emit(session, "notice.escalated", told | {"due_at": row.due_at.isoformat()})
        for row in raised:
            subject = SUBJECT.format(row.own_case_id)
            record(session, "notice.escalated", subject, level=row.escalation)
        return len(raised)

    def keep_on(self, session: Session, case: OwnCaseRow) -> None:
        """Let what is written to a notice that was forgotten be forgotten in its turn."""
        row = session.get(NoticeRow, case.id, with_for_update=True)
        if row is not None and row.state not in OPEN_NOTICES and row.forget_on is None:
            later = self._clock() + timedelta(days=self._limits.notice_days)
            row.forget_on = later.date()

    def forget_due(self, session: Session) -> int:
        """Destroy who asked and what they wrote, where its time is over; returns how many."""
        query = (
            select(OwnCaseRow)
            .join(NoticeRow, NoticeRow.own_case_id == OwnCaseRow.id)
            .where(NoticeRow.forget_on <= self._clock().date())
            .order_by(OwnCaseRow.id)
            .with_for_update(of=OwnCaseRow, skip_locked=True)
        )
        cases = list(session.execute(query).scalars())
        rows = [self._require(session, case) for case in cases]
        for case in cases:
            case.unread = case.answered = 0
        for row in rows:
            row.particulars = row.forget_on = None
            self._messages.destroy(session, row.own_case_id)
            for table in (NoticeMarkRow, OwnPictureRow):
                session.execute(delete(table).where(table.own_case_id == row.own_case_id))
        session.flush()
        for row in rows:
            record(session, "notice.forgotten", SUBJECT.format(row.own_case_id))
        return len(rows)

    def _particulars(self, session: Session, row: NoticeRow) -> Particulars | None:
        if row.particulars is None:
            return None
        sealed, what = row.particulars, notice_of(row.own_case_id)
        return self._sealing.open_particulars(session, sealed, what)

    def _require(self, session: Session, case: OwnCaseRow) -> NoticeRow:
        row = session.get(NoticeRow, case.id, with_for_update=True)
        if row is None:
            raise NotPossibleNow("this case is no removal notice")
        return row


def _is_named(session: Session, place: Place) -> bool:
    """Whether a notice has put this content into its bank."""
    query = select(NoticeContentRow.own_case_id).where(
        NoticeContentRow.bank_id == place[0], NoticeContentRow.content_id == place[1]
    )
    return session.execute(query).first() is not None
