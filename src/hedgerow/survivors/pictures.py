"""Pictures of a case: protected, looked at by the hotline, taken back.

Several people may protect the same picture: it is one content in the bank, and stays there until
the last of them takes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hedgerow.store import allocate, now, record
from hedgerow.survivors.errors import BadSubmission, NotPossibleNow
from hedgerow.survivors.limits import Limits
from hedgerow.survivors.models import OwnCaseRow, OwnPictureRow
from hedgerow.survivors.records import PictureState, Submission
from hedgerow.survivors.rows import SUBJECT, picture_of, pictures_of
from hedgerow.survivors.sealing import Sealing
from hedgerow.survivors.shelf import Place, Shelf

_COUNTER = "own_picture"


class Pictures:
    """What happens to pictures. Its methods join the caller's writing session."""

    def __init__(
        self,
        shelf: Shelf,
        sealing: Sealing,
        limits: Limits,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._shelf = shelf
        self._sealing = sealing
        self._limits = limits
        self._clock = clock

    def add(
        self, session: Session, case: OwnCaseRow, given: Sequence[Submission], *, share: bool
    ) -> int:
        """Add what isn't in the case yet; returns how many that were. Raises BadSubmission."""
        self._shelf.hold(session)
        known = {row.mark for row in pictures_of(session, case.id)}
        added: list[OwnPictureRow] = []
        for mark, each in self._marked(session, given).items():
            if mark in known:
                continue
            if len(known) + len(added) >= self._limits.max_pictures:
                raise BadSubmission(f"a case takes at most {self._limits.max_pictures} pictures")
            added.append(self._add(session, case.id, each, mark, share=share))
        if self._limits.goes_to == "bank":
            for row in added:
                self._protect(session, row)
        if added:
            record(
                session,
                "own.pictures_added",
                SUBJECT.format(case.id),
                pictures=len(added),
                to=self._limits.goes_to,
                share=share,
            )
        return len(added)

    def keep(self, session: Session, case: OwnCaseRow, given: Sequence[Submission]) -> None:
        """Keep what a removal notice names; nothing is banked before it is accepted."""
        for mark, each in self._marked(session, given).items():
            self._add(session, case.id, each, mark, share=False)

    def _marked(self, session: Session, given: Sequence[Submission]) -> dict[bytes, Submission]:
        """Each once, by its mark."""
        return {self._sealing.mark_of_signals(session, each.signals): each for each in given}

    def _add(
        self, session: Session, case_id: int, given: Submission, mark: bytes, *, share: bool
    ) -> OwnPictureRow:
        number = allocate(session, _COUNTER)
        row = OwnPictureRow(
            id=number,
            own_case_id=case_id,
            media=given.media,
            state=PictureState.WAITING,
            share=share,
            exact_only=given.exact_only,
            added_on=self._clock().date(),
            signals=self._sealing.close_signals(session, given.signals, picture_of(number)),
            mark=mark,
        )
        session.add(row)
        session.flush()
        return row

    def _protect(self, session: Session, row: OwnPictureRow) -> None:
        signals = self._sealing.open_signals(session, row.signals, picture_of(row.id))
        row.bank_id, row.content_id = self._shelf.put(signals, share=row.share)
        row.state = PictureState.PROTECTED

    def withdraw(self, session: Session, case: OwnCaseRow, wanted: Collection[int] | None) -> int:
        """Take pictures back, all of them for None; returns how many. They match nothing from
        the commit on, unless somebody else protects the same."""
        self._shelf.hold(session)
        rows = [row for row in pictures_of(session, case.id) if wanted is None or row.id in wanted]
        places = {place for row in rows if (place := _place_of(row))}
        for row in rows:
            session.delete(row)
        session.flush()
        self._let_go(session, places)
        if rows:
            record(session, "own.withdrawn", SUBJECT.format(case.id), pictures=len(rows))
        return len(rows)

    def _let_go(self, session: Session, places: Collection[Place]) -> None:
        """Take contents out of the bank, or leave them to the others who protect the same."""
        others = {place: self._of_content(session, place[1]) for place in places}
        self._shelf.end(
            [place for place, left in others.items() if not left],
            partial(self._unshare, session, {each: left for each, left in others.items() if left}),
        )

    def _unshare(self, session: Session, others: Mapping[Place, list[OwnPictureRow]]) -> None:
        """Where whoever agreed that it is passed on is gone, it goes, and comes back without."""
        for place, left in others.items():
            if self._shelf.is_shared(place[1]) and not any(each.share for each in left):
                self._shelf.take_out([place])
                for each in left:
                    self._protect(session, each)

    def pause(self, session: Session, content_id: int, disputes: int) -> None:
        """Stop matching with what was wrong again and again, until the hotline has looked at it."""
        self._shelf.hold(session)
        rows = self._of_content(session, content_id)
        places = {place for row in rows if (place := _place_of(row))}
        for row in rows:
            row.state, row.content_id, row.bank_id = PictureState.PAUSED, None, None
        session.flush()
        self._shelf.take_out(places)
        for row in rows:
            record(
                session,
                "own.picture_paused",
                SUBJECT.format(row.own_case_id),
                picture=row.id,
                disputes=disputes,
            )

    def accept(self, session: Session, case: OwnCaseRow, picture_id: int) -> None:
        """The hotline lets a picture protect, or protect again. Raises NotPossibleNow."""
        self._shelf.hold(session)
        row = self._require(session, case, picture_id)
        if row.state == PictureState.PROTECTED:
            raise NotPossibleNow("this picture protects already")
        self._protect(session, row)
        record(session, "own.picture_accepted", SUBJECT.format(case.id), picture=row.id)

    def decline(self, session: Session, case: OwnCaseRow, picture_id: int) -> None:
        """The hotline doesn't take a picture, or no longer. Raises NotPossibleNow."""
        self._shelf.hold(session)
        row = self._require(session, case, picture_id)
        if row.state == PictureState.DECLINED:
            raise NotPossibleNow("this picture was declined already")
        place = _place_of(row)
        row.state, row.bank_id, row.content_id = PictureState.DECLINED, None, None
        session.flush()
        self._let_go(session, {place} if place else set())
        record(session, "own.picture_declined", SUBJECT.format(case.id), picture=row.id)

    def protected_contents(self, session: Session) -> dict[int, list[int]]:
        """The contents that pictures are protected by, by bank."""
        query = select(OwnPictureRow.bank_id, OwnPictureRow.content_id).where(
            OwnPictureRow.state == PictureState.PROTECTED
        )
        found: dict[int, list[int]] = {}
        for bank_id, content_id in session.execute(query.distinct()):
            if bank_id is not None and content_id is not None:
                found.setdefault(bank_id, []).append(content_id)
        return found

    def counts(
        self, session: Session, case_ids: Collection[int]
    ) -> dict[int, dict[PictureState, int]]:
        """How many pictures each case has in each state."""
        query = (
            select(OwnPictureRow.own_case_id, OwnPictureRow.state, func.count())
            .where(OwnPictureRow.own_case_id.in_(case_ids))
            .group_by(OwnPictureRow.own_case_id, OwnPictureRow.state)
        )
        found: dict[int, dict[PictureState, int]] = {}
        for case_id, state, number in session.execute(query):
            found.setdefault(case_id, {})[PictureState(state)] = number
        return found

    def _of_content(self, session: Session, content_id: int) -> list[OwnPictureRow]:
        query = select(OwnPictureRow).where(OwnPictureRow.content_id == content_id)
        return list(session.execute(query.order_by(OwnPictureRow.id)).scalars())

    def _require(self, session: Session, case: OwnCaseRow, picture_id: int) -> OwnPictureRow:
        found = [row for row in pictures_of(session, case.id) if row.id == picture_id]
        if not found:
            raise NotPossibleNow("this picture isn't in the case any more")
        return found[0]


def _place_of(row: OwnPictureRow) -> Place | None:
    return None if row.bank_id is None or row.content_id is None else (row.bank_id, row.content_id)
