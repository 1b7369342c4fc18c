"""What the hotline reads: cases with something to do, and notices by their clock."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from hedgerow.cases import Cases
from hedgerow.store import Database
from hedgerow.survivors import rows
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

    def get(self, case_id: int) -> OwnCase:
        """A case as the hotline sees it. Raises NoSuchOwnCase."""
        with self._database.read() as session:
            return self._details(session, case_id, alike=True)

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
        query = select(OwnCaseRow).where(OwnCaseRow.kind == CaseKind.PICTURES)
        if to_see:
            query = query.where(_has_something_to_see())
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
        alone; answered ones the newest first, `before` a number."""
        query = select(NoticeRow)
        if open_ones:
            query = query.where(NoticeRow.state.in_(OPEN_NOTICES))
            query = query.order_by(NoticeRow.due_at, NoticeRow.own_case_id)
        else:
            query = query.where(NoticeRow.state.not_in(OPEN_NOTICES))
            if before is not None:
                query = query.where(NoticeRow.own_case_id < before)
            query = query.order_by(NoticeRow.own_case_id.desc())
        with self._database.read() as session:
            return [_listed(row) for row in session.execute(query.limit(limit)).scalars()]

    def waiting(self) -> tuple[int, int, int]:
        """How many cases have something to see, how many notices are open, and how many late."""
        with self._database.read() as session:
            cases = select(func.count()).select_from(OwnCaseRow)
            cases = cases.where(OwnCaseRow.kind == CaseKind.PICTURES, _has_something_to_see())
            notices = select(func.count()).select_from(NoticeRow)
            notices = notices.where(NoticeRow.state.in_(OPEN_NOTICES))
            late = notices.where(NoticeRow.escalation > 0)
            first, second, third = (
                session.execute(query).scalar_one() for query in (cases, notices, late)
            )
            return first, second, third


def _has_something_to_see() -> ColumnElement[bool]:
    waiting = select(OwnPictureRow.own_case_id).where(OwnPictureRow.state.in_(_TO_SEE))
    return or_(OwnCaseRow.unread > 0, OwnCaseRow.id.in_(waiting))


def _listed(row: NoticeRow) -> Notice:
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
    )
