"""What the hotline reads: cases with something to do, and notices by their clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import CompoundSelect, Select, func, select, union
from sqlalchemy.orm import Session

from hedgerow.cases import Cases
from hedgerow.store import Database
from hedgerow.survivors import rows
from hedgerow.survivors.errors import NoSuchOwnCase
from hedgerow.survivors.models import NoticeRow, OwnCaseRow, OwnPictureRow
from hedgerow.survivors.notices import Notices
from hedgerow.survivors.pictures import Pictures
from hedgerow.survivors.records import (
    OPEN_NOTICES,
    CaseKind,
    Notice,
    NoticeState,
    OwnCase,
    PictureState,
)
from hedgerow.survivors.sealing import Sealing

_TO_SEE = (PictureState.WAITING, PictureState.PAUSED)
"""States of pictures in which the hotline has something to do."""


class Lists:
    """The reading half of `Survivors`."""

    _database: Database
    _cases: Cases
    _sealing: Sealing
    _pictures: Pictures
    _notices: Notices
    _clock: Callable[[], datetime]

    def get(self, case_id: int) -> OwnCase:
        """A case as the hotline sees it. Raises NoSuchOwnCase."""
        with self._database.read() as session:
            return self._details(session, case_id, alike=True)

    def closed_notice(self, case_id: int) -> OwnCase:
        """The case of a notice without messages, nor what it says. Raises NoSuchOwnCase."""
        with self._database.read() as session:
            row = rows.require(session, case_id)
            notice = self._notices.read(session, case_id, alike=True, opened=False)
            if notice is None:
                raise NoSuchOwnCase(case_id)
            return OwnCase(**vars(rows.summary(row)) | {"notice": notice})

    def _details(self, session: Session, case_id: int, *, alike: bool = False) -> OwnCase:
        row = rows.require(session, case_id)
        return OwnCase(
            **vars(rows.summary(row))
            | {
                "pictures": rows.pictures(session, self._cases, case_id),
                "messages": rows.messages(session, self._sealing, case_id),
                "notice": self._notices.read(session, case_id, alike=alike),
            }
        )

    def page(
        self, *, to_see: bool, before: int | None = None, limit: int = 50
    ) -> Sequence[OwnCase]:
        """Cases of pictures, the newest first.

        to_see: only those with unread messages, or with pictures to look at. before: only those
        with a lower number.
        """
        query = select(OwnCaseRow)
        if to_see:
            query = query.where(OwnCaseRow.id.in_(_cases_to_see()))
        else:
            # An expression that no index has: SQLite would sort all cases by way of the kind's.
            query = query.where(func.coalesce(OwnCaseRow.kind, "") == CaseKind.PICTURES)
        if before is not None:
            query = query.where(OwnCaseRow.id < before)
        with self._database.read() as session:
            found = session.execute(query.order_by(OwnCaseRow.id.desc()).limit(limit)).scalars()
            summaries = [rows.summary(row) for row in found]
            counts = self._pictures.counts(session, [each.id for each in summaries])
        return [OwnCase(**vars(each) | {"counts": counts.get(each.id, {})}) for each in summaries]

    def notices(
        self, *, open_ones: bool, before: int | None = None, limit: int = 50
    ) -> Sequence[Notice]:
        """Notices without their particulars: open ones by what is due first, which `limit` bounds
        alone, and after them answered ones with unread messages; or all answered ones, the newest
        first, `before` a number."""
        query = select(NoticeRow, OwnCaseRow.unread)
        query = query.join(OwnCaseRow, OwnCaseRow.id == NoticeRow.own_case_id)
        is_open = NoticeRow.state.in_(OPEN_NOTICES)
        if open_ones:
            query = query.where(NoticeRow.own_case_id.in_(_notices_to_see()))
            query = query.order_by(is_open.desc(), NoticeRow.due_at, NoticeRow.own_case_id)
        else:
            query = query.where(~is_open)
            if before is not None:
                query = query.where(NoticeRow.own_case_id < before)
            query = query.order_by(NoticeRow.own_case_id.desc())
        with self._database.read() as session:
            return [_listed(row, unread) for row, unread in session.execute(query.limit(limit))]

    def waiting(self) -> tuple[int, int, int]:
        """How many cases have something to see, how many notices are open or have unread messages,
        and how many of them are late. What waits is counted alone, whatever else there is."""
        notices = select(func.count()).select_from(NoticeRow)
        late = notices.where(NoticeRow.state.in_(OPEN_NOTICES), NoticeRow.due_at <= self._clock())
        with self._database.read() as session:
            first, second, third = (
                session.execute(query).scalar_one()
                for query in (_number(_cases_to_see()), _number(_notices_to_see()), late)
            )
            return first, second, third


def _number(of: CompoundSelect[int]) -> Select[int]:
    return select(func.count()).select_from(of.subquery())


def _unread(kind: CaseKind) -> Select[int]:
    return select(OwnCaseRow.id).where(OwnCaseRow.kind == kind, OwnCaseRow.unread > 0)


def _cases_to_see() -> CompoundSelect[int]:
    """The numbers of cases of pictures with unread messages, or with pictures to look at."""
    to_see = select(OwnPictureRow.own_case_id).join(
        OwnCaseRow, OwnCaseRow.id == OwnPictureRow.own_case_id
    )
    pictures = to_see.where(OwnPictureRow.state.in_(_TO_SEE), OwnCaseRow.kind == CaseKind.PICTURES)
    return union(_unread(CaseKind.PICTURES), pictures)


def _notices_to_see() -> CompoundSelect[int]:
    """The numbers of notices that are open, or have unread messages."""
    is_open = select(NoticeRow.own_case_id).where(NoticeRow.state.in_(OPEN_NOTICES))
    return union(_unread(CaseKind.NOTICE), is_open)


def _listed(row: NoticeRow, unread: int) -> Notice:
    return Notice(
        case_id=row.own_case_id,
        state=NoticeState(row.state),
        received_at=row.received_at,
        due_at=row.due_at,
        escalation=row.escalation,
        particulars=None,
        hashes=0,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
        complained_at=row.complained_at,
        unread=unread,
    )
