"""People's own cases as other rooms use them."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hedgerow.accounts import Person
from hedgerow.banks import Banks
from hedgerow.cases import Cases
from hedgerow.signals import Signal
from hedgerow.store import (
    Actor,
    ActorKind,
    Database,
    Vault,
    VaultProblem,
    acting,
    allocate,
    now,
    record,
)
from hedgerow.survivors import rows
from hedgerow.survivors.attempts import Attempts, line_of
from hedgerow.survivors.codes import Codes
from hedgerow.survivors.entering import Entering, Tried
from hedgerow.survivors.errors import BadSubmission, NotPossibleNow, TooManyTries
from hedgerow.survivors.limits import Limits
from hedgerow.survivors.lists import Lists
from hedgerow.survivors.messages import Messages
from hedgerow.survivors.models import OwnCaseRow, OwnPictureRow
from hedgerow.survivors.notices import Notices
from hedgerow.survivors.pictures import Pictures
from hedgerow.survivors.records import (
    CaseKind,
    OwnCase,
    Particulars,
    Receipt,
    Submission,
)
from hedgerow.survivors.sealing import Sealing
from hedgerow.survivors.shelf import Shelf, in_portions

VISITOR = Actor(ActorKind.VISITOR)
"""Who acts on the survivors' pages: the log says what happened to which case, and never who."""

LEAST_TICKET, MOST_TICKET = 16, 100
"""Characters of what a browser makes up for sending once."""

_COUNTER = "own_case"
_HOUR = 3600.0
_LANGUAGE = re.compile(r"[A-Za-z-]{2,8}")


class Survivors(Lists):
    """People's own cases of a database. Safe to share between threads; each method a transaction.

    What a person does is logged as the act of a visitor; what the hotline does as that of whoever
    is acting. All raise `store.StoreProblem` where the database or the vault can't be used.

    Args:
        banks, cases: of the same database.
        vault: what words, hashes and codes are sealed and keyed with.
        limits: see there.
        clock: the present time in UTC.
    """

    def __init__(
        self,
        database: Database,
        banks: Banks,
        cases: Cases,
        vault: Vault,
        limits: Limits | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.limits = limits or Limits()
        self._database = database
        self._cases = cases
        self._clock = clock
        self._attempts = Attempts()
        self._codes = Codes(vault, self.limits)
        self._sealing = Sealing(vault)
        self._shelf = Shelf(banks, cases, self.limits)
        self._messages = Messages(self._sealing, self.limits, clock)
        self._pictures = Pictures(self._shelf, self._sealing, self.limits, clock)
        self._notices = Notices(self._shelf, self._sealing, self._messages, self.limits, clock)
        self._entering = Entering(database, self._codes, self._attempts, self.limits, clock)

    def prepare(self) -> None:
        """Make what the pages need: banks, the key, and what the first visitor would wait for."""
        with self._database.write() as session:
            self._sealing.close_words(session, "", "nothing")
        self._shelf.ensure()
        self._codes.warm()

    # What a person does.

    def protect(
        self,
        pictures: Sequence[Submission],
        *,
        ticket: str,
        language: str,
        share: bool = False,
        address: str = "",
    ) -> Receipt:
        """Open a case for pictures.

        ticket: what the browser made up for this sending. Where it comes again, the answer was
        lost on its way: the case gets a new number and code, as long as nobody has used the old.

        Raises TooManyTries, BadSubmission, NotPossibleNow.
        """
        self._allow("case", ticket, address, self.limits.cases_an_hour, _HOUR)
        ready = self._entering.prepare()
        with acting(VISITOR), self._database.write() as session:
            case, again = self._open(session, CaseKind.PICTURES, ticket, language)
            receipt = self._entering.give(session, case, ready)
            session.flush()
            self._pictures.add(session, case, pictures, share=share)
            action = "own.code_replaced" if again else "own.opened"
            record(session, action, rows.SUBJECT.format(case.id))
            return receipt

    def ask_removal(
        self,
        given: Particulars,
        pictures: Sequence[Submission] = (),
        *,
        ticket: str,
        address: str = "",
    ) -> Receipt:
        """Take in a removal notice; ticket as for `protect`.

        Raises NoticeIncomplete, TooManyTries, BadSubmission, NotPossibleNow.
        """
        self._notices.check(given, len(pictures))
        self._allow("notice", ticket, address, self.limits.notices_a_day, 24 * _HOUR)
        ready = self._entering.prepare()
        with acting(VISITOR), self._database.write() as session:
            case, again = self._open(session, CaseKind.NOTICE, ticket, given.language)
            before = self._notices.unanswered(session, case) if again else None
            receipt = self._entering.give(session, case, ready)
            session.flush()
            self._pictures.keep(session, case, pictures)
            if before is None:
                self._notices.file(session, case, given)
            else:
                self._notices.correct(session, case, before, given)
            return receipt

    def _open(
        self, session: Session, kind: CaseKind, ticket: str, language: str
    ) -> tuple[OwnCaseRow, bool]:
        """A case for a ticket, and whether it was there before."""
        if not _LANGUAGE.fullmatch(language):
            raise BadSubmission("this is no language")
        digest = _digest(ticket)
        number = allocate(session, _COUNTER)  # from here on, one at a time
        known = select(OwnCaseRow).where(OwnCaseRow.ticket == digest).with_for_update()
        row = session.execute(known).scalar_one_or_none()
        if row is not None:
            over = row.again_until is None or row.again_until <= self._clock()
            if over or row.kind != kind:
                raise NotPossibleNow("this was sent before; its number and code open it")
            return row, True
        today = self._clock().date()
        row = OwnCaseRow(
            id=number,
            kind=kind,
            number=b"",
            code="",
            ticket=digest,
            again_until=self._clock() + timedelta(minutes=self.limits.again_minutes),
            language=language,
            opened_on=today,
            seen_on=today,
            unread=0,
            answered=0,
        )
        session.add(row)
        return row, False

    def _allow(self, kind: str, ticket: str, address: str, most: int, seconds: float) -> None:
        """Count what is sent, before anything is written or hashed for it.

        What comes again is counted apart: whoever has had their last case opened, and lost the
        answer, still gets it.
        """
        if not LEAST_TICKET <= len(ticket) <= MOST_TICKET or not ticket.isascii():
            # One that others may think of as well would be the key to somebody's case.
            raise BadSubmission(f"a ticket has {LEAST_TICKET} to {MOST_TICKET} characters")
        line = line_of(address)
        if not line:
            return
        with self._database.read() as session:
            known = select(OwnCaseRow.id).where(OwnCaseRow.ticket == _digest(ticket))
            again = session.execute(known).first() is not None
        if not self._attempts.begin(f"{kind} again" if again else kind, line, most, seconds):
            raise TooManyTries(round(seconds / 60))

    def enter(self, number: str, code: str, address: str = "") -> str:
        """The token of a session for a case; see `Entering.enter`."""
        return self._entering.enter(number, code, address)

    def begin_entering(self, number: str, code: str, address: str = "") -> Tried:
        """The quick half of `enter`; see `Entering.begin`."""
        return self._entering.begin(number, code, address)

    def finish_entering(self, tried: Tried) -> str:
        """The slow half of `enter`; see `Entering.finish`."""
        return self._entering.finish(tried)

    def unbegin_entering(self, tried: Tried) -> None:
        """Not count a try that nobody looked at."""
        self._entering.take_back(tried)

    def find(self, token: str) -> int | None:
        """The number of the case that a browser has open."""
        return self._entering.find(token)

    def leave(self, token: str) -> None:
        """Close the case in a browser."""
        self._entering.leave(token)

    def mine(self, case_id: int) -> OwnCase:
        """A case as its person sees it. Raises NoSuchOwnCase."""
        with self._database.read() as session:
            return self._details(session, case_id)

    def seen(self, case_id: int) -> None:
        """Note that the person has read what the hotline wrote."""
        with self._database.write() as session:
            rows.require(session, case_id, locked=True).answered = 0

    def add(self, case_id: int, pictures: Sequence[Submission], *, share: bool = False) -> int:
        """Protect more pictures; returns how many weren't in the case yet.

        Raises NoSuchOwnCase, BadSubmission, NotPossibleNow.
        """
        with acting(VISITOR), self._database.write() as session:
            case = rows.require(session, case_id, locked=True)
            if case.kind != CaseKind.PICTURES:
                raise NotPossibleNow("a removal notice takes no more pictures; send another one")
            return self._pictures.add(session, case, pictures, share=share)

    def withdraw(self, case_id: int, pictures: Collection[int] | None = None) -> int:
        """Take pictures back, all for None; they match nothing any more. Raises NoSuchOwnCase."""
        with acting(VISITOR), self._database.write() as session:
            case = rows.require(session, case_id, locked=True)
            if case.kind == CaseKind.NOTICE:
                if pictures is not None:
                    raise NotPossibleNow("a removal notice is taken back as a whole")
                return self._notices.withdraw(session, case)
            return self._pictures.withdraw(session, case, pictures)

    def write(self, case_id: int, words: str) -> None:
        """Write to the hotline. Raises NoSuchOwnCase, BadSubmission."""
        with acting(VISITOR), self._database.write() as session:
            case = rows.require(session, case_id, locked=True)
            self._notices.keep_on(session, case)
            self._messages.write(session, case, words)
            record(session, "own.message_received", rows.SUBJECT.format(case_id))

    def complain(self, case_id: int, words: str) -> None:
        """Disagree with the answer to a notice.

        Raises NoSuchOwnCase, NotPossibleNow, BadSubmission.
        """
        with acting(VISITOR), self._database.write() as session:
            self._notices.complain(session, rows.require(session, case_id, locked=True), words)

    def delete(self, case_id: int) -> None:
        """Delete a case and all in it, having taken its pictures back. Raises NoSuchOwnCase."""
        with acting(VISITOR), self._database.write() as session:
            self._delete(session, rows.require(session, case_id, locked=True))

    def _delete(self, session: Session, case: OwnCaseRow) -> None:
        if case.kind == CaseKind.NOTICE:
            self._notices.withdraw(session, case)
        else:
            self._pictures.withdraw(session, case, None)
        session.delete(case)
        session.flush()
        record(session, "own.deleted", rows.SUBJECT.format(case.id))

    # What the hotline does.

    # seen: the number of the last message that was shown; what came since stays unread.

    def reply(self, person: Person, case_id: int, words: str, *, seen: int | None = None) -> None:
        """Write to the person. Raises NoSuchOwnCase, BadSubmission."""
        with self._database.write() as session:
            case = rows.require(session, case_id, locked=True)
            self._notices.keep_on(session, case)
            self._messages.reply(session, case, words, person.id, seen)
            record(session, "own.message_sent", rows.SUBJECT.format(case_id))

    def read_messages(self, case_id: int, *, seen: int | None = None) -> None:
        """Note that there is nothing to answer to what the person wrote. Raises NoSuchOwnCase."""
        with self._database.write() as session:
            case = rows.require(session, case_id, locked=True)
            if unread := self._messages.read(session, case, seen):
                session.flush()
                record(session, "own.messages_read", rows.SUBJECT.format(case_id), messages=unread)

    def open_notice(self, person: Person, case_id: int) -> OwnCase:
        """A notice with who asks and what they wrote; the log says who has read it.

        Raises NoSuchOwnCase, NotPossibleNow.
        """
        actor = Actor(ActorKind.PERSON, person.id)
        with acting(actor), self._database.write() as session:
            case = self._details(session, case_id, alike=True)
            if case.notice is None:
                raise NotPossibleNow("this case is no removal notice")
            record(session, "notice.opened", rows.SUBJECT.format(case_id))
            return case

    def seal_found(self, person: Person, case_id: int, found: tuple[Signal, ...]) -> str:
        """Hashes of what was found for a notice, for `person` to hold until they answer it.

        Nobody else can use them, nor for another notice.
        """
        with self._database.write() as session:
            sealed = self._sealing.close_signals(session, found, _found_for(person, case_id))
        return urlsafe_b64encode(sealed).decode()

    def open_found(self, person: Person, case_id: int, sealed: str) -> tuple[Signal, ...]:
        """What `seal_found` sealed. Raises BadSubmission where this isn't it."""
        what = _found_for(person, case_id)
        try:
            with self._database.read() as session:
                return self._sealing.open_signals(session, urlsafe_b64decode(sealed), what)
        except (ValueError, VaultProblem):
            raise BadSubmission("what was found belongs to something else; begin again") from None

    def accept_picture(self, case_id: int, picture_id: int) -> None:
        """Let a picture protect. Raises NoSuchOwnCase, NotPossibleNow."""
        with self._database.write() as session:
            self._pictures.accept(session, self._of_pictures(session, case_id), picture_id)

    def decline_picture(
        self,
        person: Person,
        case_id: int,
        picture_id: int,
        words: str,
        *,
        seen: int | None = None,
    ) -> None:
        """Let a picture protect no more, and say why to whoever it is of.

        Raises NoSuchOwnCase, NotPossibleNow, BadSubmission.
        """
        with self._database.write() as session:
            case = self._of_pictures(session, case_id)
            self._shelf.hold(session)
            self._messages.reply(session, case, words, person.id, seen)
            self._pictures.decline(session, case, picture_id)

    def _of_pictures(self, session: Session, case_id: int) -> OwnCaseRow:
        case = rows.require(session, case_id, locked=True)
        if case.kind != CaseKind.PICTURES:
            raise NotPossibleNow("a removal notice is answered as a whole")
        return case

    def accept_notice(
        self,
        person: Person,
        case_id: int,
        words: str,
        more: Sequence[tuple[Signal, ...]] = (),
        *,
        seen: int | None = None,
    ) -> None:
        """Do what a notice asks for; see `Notices.accept`."""
        with self._database.write() as session:
            case = rows.require(session, case_id, locked=True)
            self._notices.accept(session, case, person.id, words, more, seen=seen)

    def decline_notice(
        self, person: Person, case_id: int, words: str, *, seen: int | None = None
    ) -> None:
        """Not do it. Raises NoSuchOwnCase, NotPossibleNow, BadSubmission."""
        with self._database.write() as session:
            case = rows.require(session, case_id, locked=True)
            self._notices.decline(session, case, person.id, words, seen=seen)

    # What happens by itself.

    def tend(self) -> None:
        """Escalate, pause what was wrong again and again, and forget what was kept long enough."""
        # Each for itself: what has left a line in the log waits for no other lock.
        with self._database.write() as session:
            self._notices.escalate(session)
        with self._database.write() as session:
            self._notices.forget_due(session)
        self._entering.forget_expired()
        self._pause_wrong()
        self._end_wrong_notices()
        self._forget_cases()

    def _pause_wrong(self) -> None:
        with self._database.read() as session:
            wrong = self._found_wrong(self._pictures.protected_contents(session))
        for _bank_id, content_id, disputes in wrong:
            with self._database.write() as session:
                self._pictures.pause(session, content_id, disputes)

    def _found_wrong(self, portions: Iterable[tuple[int, list[int]]]) -> list[tuple[int, int, int]]:
        """Of contents, a bank's number with some of them at a time, those that people called wrong
        again and again and never right: the bank's number, the content's, and how often."""
        return [
            (bank_id, content_id, found.disputes)
            for bank_id, contents in portions
            for content_id, found in self._cases.found(bank_id, contents).items()
            if found.disputes >= self.limits.pause_disputes and not found.confirmations
        ]

    def _end_wrong_notices(self) -> None:
        """Take out what notices put into banks where people called what it found wrong."""
        with self._database.read() as session:
            banked = self._notices.banked(session)
            wrong = self._found_wrong(in_portions(banked))
        for bank_id, content_id, disputes in wrong:
            place = bank_id, content_id
            with self._database.write() as session:
                self._notices.take_out(session, place, banked[place], disputes)

    def _forget_cases(self) -> None:
        if not self.limits.case_days:
            return
        before = self._clock().date() - timedelta(days=self.limits.case_days)
        due = select(OwnCaseRow).where(
            OwnCaseRow.seen_on < before, OwnCaseRow.kind == CaseKind.PICTURES
        )
        one = due.order_by(OwnCaseRow.id).limit(1).with_for_update(skip_locked=True)
        # A transaction each: what has left a line in the log locks no more cases.
        while True:
            with self._database.write() as session:
                case = session.execute(one).scalar_one_or_none()
                if case is None:
                    return
                self._delete(session, case)

    def pictures_protected(self) -> int:
        """How many pictures there are in all."""
        with self._database.read() as session:
            return session.execute(select(func.count()).select_from(OwnPictureRow)).scalar_one()


def _digest(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode()).digest()


def _found_for(person: Person, case_id: int) -> str:
    """What hashes are bound to that were found for a notice."""
    return f"found for removal notice {case_id} by person {person.id}"
