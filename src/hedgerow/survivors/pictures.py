"""Pictures of a case: protected, looked at by the hotline, taken back.

Several people may protect the same picture: it is one content in the bank, and stays there until
the last of them takes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hedgerow.store import allocate, now, record
from hedgerow.survivors.errors import BadSubmission, NotPossibleNow
from hedgerow.survivors.limits import Limits
from hedgerow.survivors.models import OwnCaseRow, OwnPictureRow
from hedgerow.survivors.records import CaseKind, PictureState, Submission
from hedgerow.survivors.rows import SUBJECT, picture_of, pictures_of
from hedgerow.survivors.sealing import Sealing
from hedgerow.survivors.shelf import Place, Shelf, in_portions

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
        """Add what isn't in the case yet; returns how many that were. Raises BadSubmission.

        share: whether they may be passed on. Of what is in the case already, too: the latest
        answer counts.
        """
        self._shelf.hold(session)
        known, added = self._new(session, case, given, share=share)
        self._hold_cases(session, (*known, *added))
        changed = [row for row in known if row.share != share]
        for row in changed:
            row.share = share
        session.flush()
        if self._limits.goes_to == "bank":
            for row in added:
                self._protect(session, row)
        self._settle(session, {place for row in changed if (place := _place_of(row))})
        if changed:
            subject = SUBJECT.format(case.id)
            record(session, "own.sharing_changed", subject, pictures=len(changed), share=share)
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
        """Keep what a removal notice names; nothing is banked before it is accepted. Raises
        BadSubmission."""
        self._new(session, case, given, share=False)

    def _new(
        self, session: Session, case: OwnCaseRow, given: Sequence[Submission], *, share: bool
    ) -> tuple[list[OwnPictureRow], list[OwnPictureRow]]:
        """Of what was given, that which is in the case already, and rows for the rest."""
        in_case = {row.mark: row for row in pictures_of(session, case.id)}
        marked = {self._sealing.mark_of_signals(session, each.signals): each for each in given}
        new = {mark: each for mark, each in marked.items() if mark not in in_case}
        if len(in_case) + len(new) > self._limits.max_pictures:
            raise BadSubmission(f"a case takes at most {self._limits.max_pictures} pictures")
        added = [self._add(session, case.id, each, mark, share=share) for mark, each in new.items()]
        return [in_case[mark] for mark in marked if mark in in_case], added

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
        self._put(session, row, share=row.share)
        session.flush()
        self._settle(session, {place for place in [_place_of(row)] if place})

    def _put(self, session: Session, row: OwnPictureRow, *, share: bool) -> Place:
        signals = self._sealing.open_signals(session, row.signals, picture_of(row.id))
        paused = row.state == PictureState.PAUSED
        place = (self._shelf.put_exact if paused else self._shelf.put)(signals, share=share)
        row.bank_id, row.content_id = place
        if not paused:
            row.state = PictureState.PROTECTED
        return place

    def _hold_cases(self, session: Session, rows: Collection[OwnPictureRow]) -> None:
        """Lock the cases about these pictures, whoever protects them: their content may be
        replaced."""
        same = select(OwnPictureRow).where(
            OwnPictureRow.mark.in_({row.mark for row in rows}),
            OwnPictureRow.content_id.is_not(None),
        )
        places = {_place_of(row) for row in session.execute(same).scalars()}
        self._shelf.hold_cases([place for place in places if place is not None])

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
        shared = {place for place in places if self._of_content(session, place[1])}
        self._shelf.hold_cases(places)
        alone = [place for place in places if place not in shared]
        self._shelf.end(alone, partial(self._settle, session, shared))

    def _settle(self, session: Session, places: Collection[Place]) -> None:
        """Let contents say whether all who protect them agree to their being passed on.

        Who follows the change feed is told of contents and not of labels: so where that has
        changed, the content goes, and comes back as another one, with its cases.
        """
        for place in sorted(places):
            rows = self._of_content(session, place[1])
            wanted = bool(rows) and all(each.share for each in rows)
            if self._shelf.is_shared(place) in (None, wanted):
                continue
            self._shelf.replace(place, partial(self._put_all, session, rows, share=wanted))

    def _put_all(self, session: Session, rows: Sequence[OwnPictureRow], *, share: bool) -> Place:
        """Put the same picture into the bank for everybody who protects it."""
        place = [self._put(session, each, share=share) for each in rows][-1]
        session.flush()
        return place

    def pause(self, session: Session, content_id: int, disputes: int) -> None:
        """Find the very same file alone, where what resembled it was wrong again and again, until
        the hotline has looked at it; nothing, where it was the file itself that was wrong.

        Pictures can be made to resemble one that is protected: that must not set it free.
        """
        self._shelf.hold(session)
        rows = self._of_content(session, content_id)
        if not rows:
            return
        place = _place_of(rows[0])
        assert place is not None
        self._shelf.hold_cases([place])
        share = all(row.share for row in rows)
        for row in rows:
            row.state = PictureState.PAUSED
        session.flush()
        if rows[0].exact_only:
            for row in rows:
                row.content_id = row.bank_id = None
            self._shelf.end([place])
        else:
            put = partial(self._put_all, session, rows, share=share)
            self._shelf.replace(place, put, undecided=True)
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
        place = _place_of(row)
        there = place is not None and self._shelf.is_shared(place) is not None
        if there and row.state == PictureState.PROTECTED:
            raise NotPossibleNow("this picture protects already")
        self._hold_cases(session, [row])
        if there and place is not None:
            self._whole_again(session, place)
        else:
            row.state = PictureState.WAITING
            self._protect(session, row)
        record(session, "own.picture_accepted", SUBJECT.format(case.id), picture=row.id)

    def _whole_again(self, session: Session, place: Place) -> None:
        """Let what was paused be found with all its hashes, for everybody who protects it."""
        rows = self._of_content(session, place[1])
        share = all(row.share for row in rows)
        for row in rows:
            row.state = PictureState.PROTECTED
        put = partial(self._put_all, session, rows, share=share)
        self._shelf.replace(place, put, undecided=True)

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

    def protected_contents(self, session: Session) -> Iterator[tuple[int, list[int]]]:
        """The contents that people's own pictures are protected by: a bank's number, and some of
        its contents, as many as one statement takes. What a notice put there isn't among them."""
        query = (
            select(OwnPictureRow.bank_id, OwnPictureRow.content_id)
            .join(OwnCaseRow, OwnCaseRow.id == OwnPictureRow.own_case_id)
            .where(
                OwnPictureRow.state == PictureState.PROTECTED,
                OwnCaseRow.kind == CaseKind.PICTURES,
            )
        )
        places = session.execute(query.distinct())
        return in_portions(
            (bank_id, content_id)
            for bank_id, content_id in places
            if bank_id is not None and content_id is not None
        )

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
