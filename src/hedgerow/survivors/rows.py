"""From rows to what this room hands out."""

from __future__ import annotations

from collections.abc import Collection, Container
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hedgerow.banks import contents_by_id
from hedgerow.cases import Cases, Found
from hedgerow.survivors.errors import NoSuchOwnCase
from hedgerow.survivors.models import OwnCaseRow, OwnMessageRow, OwnPictureRow
from hedgerow.survivors.records import CaseKind, Message, OwnCase, Picture, PictureState
from hedgerow.survivors.sealing import Sealing

SUBJECT = "own:{}"
"""What the log calls a case."""

_MAX_ID = 2**63 - 1


def require(session: Session, case_id: int, *, locked: bool = False) -> OwnCaseRow:
    """The row of a case; raises NoSuchOwnCase."""
    possible = 0 < case_id <= _MAX_ID
    row = session.get(OwnCaseRow, case_id, with_for_update=locked or None) if possible else None
    if row is None:
        raise NoSuchOwnCase(case_id)
    return row


def summary(row: OwnCaseRow) -> OwnCase:
    """A case as lists show it."""
    return OwnCase(
        id=row.id,
        kind=CaseKind(row.kind),
        language=row.language,
        opened_on=row.opened_on,
        seen_on=row.seen_on,
        unread=row.unread,
        answered=row.answered,
    )


def pictures_of(session: Session, case_id: int) -> list[OwnPictureRow]:
    """The pictures of a case, oldest first."""
    query = select(OwnPictureRow).where(OwnPictureRow.own_case_id == case_id)
    return list(session.execute(query.order_by(OwnPictureRow.id)).scalars())


def pictures(session: Session, cases: Cases, case_id: int) -> tuple[Picture, ...]:
    """As `pictures_of`, with what was found of each."""
    rows = pictures_of(session, case_id)
    there = contents_by_id(session, [row.content_id for row in rows if row.content_id])
    found = _found(cases, rows)
    return tuple(
        Picture(
            id=row.id,
            media=row.media,
            state=_state_of(row, there),
            share=row.share,
            exact_only=row.exact_only,
            added_on=row.added_on,
            content_id=row.content_id,
            found=found.get(row.id),
        )
        for row in rows
    )


def _found(cases: Cases, rows: Collection[OwnPictureRow]) -> dict[int, Found]:
    """What was found of each picture since it is protected for this person, by its number."""
    groups: dict[tuple[int, date], list[OwnPictureRow]] = {}
    for row in rows:
        if row.bank_id is not None and row.content_id is not None:
            groups.setdefault((row.bank_id, row.added_on), []).append(row)
    found: dict[int, Found] = {}
    for (bank_id, since), group in groups.items():
        told = cases.found(bank_id, {row.content_id for row in group if row.content_id}, since)
        found |= {row.id: told[row.content_id] for row in group if row.content_id in told}
    return found


def _state_of(row: OwnPictureRow, there: Container[int]) -> PictureState:
    """Nobody is told that a picture protects whose content somebody here took out of the bank."""
    gone = row.state == PictureState.PROTECTED and row.content_id not in there
    return PictureState.PAUSED if gone else PictureState(row.state)


def messages(session: Session, sealing: Sealing, case_id: int) -> tuple[Message, ...]:
    """The messages of a case, oldest first; raises VaultProblem."""
    query = select(OwnMessageRow).where(OwnMessageRow.own_case_id == case_id)
    return tuple(
        Message(
            id=row.id,
            from_hotline=row.from_hotline,
            person_id=row.person_id,
            sent_on=row.sent_on,
            words=sealing.open_words(session, row.words, message_of(row.id)),
        )
        for row in session.execute(query.order_by(OwnMessageRow.id)).scalars()
    )


def message_of(message_id: int) -> str:
    """What the words of a message are bound to."""
    return f"message {message_id} of somebody's own case"


def picture_of(picture_id: int) -> str:
    """What the hashes of a picture are bound to."""
    return f"picture {picture_id} of somebody's own case"


def notice_of(case_id: int) -> str:
    """What a notice's particulars are bound to."""
    return f"removal notice {case_id}"
