"""Finding cases by what the platform calls their uploads: who uploaded it, or its own reference."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from hedgerow.cases.models import CaseRow, NameRow
from hedgerow.cases.queue import page_of, place_of
from hedgerow.cases.records import Context, Page, Sought
from hedgerow.store import insert_for

_NAMES = ("reference", "uploader")
"""Of a context, what cases are found by; the rarer one first."""


def names_of(given: Context | Sought) -> list[bytes]:
    """What an index can hold of any text: long ones are longer than its entries may be."""
    texts = ((name, str(getattr(given, name)).strip()) for name in _NAMES)
    return [sha256(f"{name} {text}".encode()).digest() for name, text in texts if text]


def keep(session: Session, case_id: int, context: Context) -> None:
    """Let the case be found by this context of an upload of it."""
    for name in names_of(context):
        known = insert_for(session)(NameRow).values(name=name, case_id=case_id)
        session.execute(known.on_conflict_do_nothing())


def page(
    session: Session, sought: Sought, after: str | None, limit: int, *which: ColumnElement[bool]
) -> Page:
    """The cases that are called so, the newest first; none for nothing. Raises BadDecision.

    which: only those of which all this is true.
    """
    first, *others = names_of(sought) or [b""]
    query = (
        select(CaseRow)
        .join(NameRow, NameRow.case_id == CaseRow.id)
        .where(NameRow.name == first, *which)
        .order_by(NameRow.case_id.desc())
        .limit(limit + 1)
    )
    for other in others:
        also = aliased(NameRow)
        query = query.join(also, also.case_id == CaseRow.id).where(also.name == other)
    if sought.status is not None:
        query = query.where(CaseRow.status == sought.status)
    if after is not None:
        query = query.where(NameRow.case_id < place_of(after)[1])
    return page_of(session.execute(query).scalars().all(), limit)
