"""Putting contents into a bank, reading them and taking them out."""

from collections.abc import Iterable, Sequence
from typing import cast

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from hedgerow.banks import changes, counting, curation
from hedgerow.banks.changes import Op
from hedgerow.banks.checks import Draft, fingerprint
from hedgerow.banks.errors import NoSuchContent
from hedgerow.banks.keys import key_of
from hedgerow.banks.models import BankRow, ContentRow, PayloadRow, SignalRow
from hedgerow.banks.parts import Payloads, require_kept
from hedgerow.banks.records import Added, Content
from hedgerow.banks.visible import visible
from hedgerow.signals import Signal
from hedgerow.store import allocate, insert_rows, now

IDS_A_STATEMENT = 5_000
"""Values in one IN list: below what SQLite (32,766) and PostgreSQL (65,535) take."""


def add(session: Session, bank: str, draft: Draft, payloads: Payloads) -> Added:
    """Put a checked content into a bank, unless one with the same signals is in it."""
    changes.wait_for_others(session)
    row = curation.require_changeable(session, bank)
    require_kept(row.local_signatures, {one.type for one in draft.signals}, bank)
    return put(session, row.id, draft, payloads)


def put(session: Session, bank_id: int, draft: Draft, payloads: Payloads) -> Added:
    """As `add`, into any bank; the lock of all changes is held already."""
    mark = fingerprint(draft.signals)
    same = session.execute(
        select(ContentRow.id).where(
            ContentRow.bank_id == bank_id, ContentRow.fingerprint == mark, visible()
        )
    ).scalar()
    if same is not None:
        return Added(by_ids(session, [same])[same], created=False)
    sequence = changes.next_sequence(session)
    content_id = allocate(session, changes.CONTENT)
    key_of(bank_id, content_id)  # refuses a number that doesn't fit
    insert_drafts(session, bank_id, None, [(content_id, mark, draft)], payloads)
    counting.count_in(session, bank_id, None, [draft])
    changes.record(session, sequence, Op.ADD, bank_id, content_id)
    return Added(by_ids(session, [content_id])[content_id], created=True)


def insert_drafts(
    session: Session,
    bank_id: int,
    import_id: int | None,
    drafts: Sequence[tuple[int, bytes, Draft]],
    payloads: Payloads,
) -> None:
    """Write contents, given as (number, fingerprint, content)."""
    at = now()
    insert_rows(
        session,
        cast(Table, ContentRow.__table__),
        [
            (
                content_id,
                bank_id,
                import_id,
                mark,
                draft.labels,
                draft.note,
                draft.source,
                draft.reference,
                at,
            )
            for content_id, mark, draft in drafts
        ],
    )
    insert_rows(
        session,
        cast(Table, SignalRow.__table__),
        [
            (content_id, signal.type, signal.value, signal.quality)
            for content_id, _, draft in drafts
            for signal in draft.signals
        ],
    )
    insert_rows(
        session,
        cast(Table, PayloadRow.__table__),
        [
            (content_id, one.type, payloads.stored(session, content_id, one.type, one.payload))
            for content_id, _, draft in drafts
            for one in draft.signals
            if one.payload
        ],
    )


def get(session: Session, bank: str, content_id: int) -> Content:
    """Return one content of a bank.

    Raises:
        NoSuchBank: there is no such bank.
        NoSuchContent: the bank has no such content.
    """
    bank_id = curation.require(session, bank).id
    found = by_ids(session, [content_id]).get(content_id)
    if found is None or found.bank_id != bank_id:
        raise _no_such(bank, content_id)
    return found


def page(session: Session, bank: str, after: int, limit: int) -> list[Content]:
    """Return up to `limit` contents of a bank with numbers above `after`, in their order."""
    return page_of(session, curation.require(session, bank).id, after, limit)


def page_of(session: Session, bank_id: int, after: int, limit: int) -> list[Content]:
    """As `page`, by the bank's number; empty when there is no such bank."""
    ids = session.execute(
        select(ContentRow.id)
        .where(ContentRow.bank_id == bank_id, ContentRow.id > after, visible())
        .order_by(ContentRow.id)
        .limit(limit)
    ).scalars()
    return list(by_ids(session, ids).values())


def by_ids(session: Session, ids: Iterable[int]) -> dict[int, Content]:
    """Return the visible contents of these numbers, in the order of the numbers."""
    wanted = sorted(set(ids))
    found: dict[int, Content] = {}
    for start in range(0, len(wanted), IDS_A_STATEMENT):
        found.update(_by_ids(session, wanted[start : start + IDS_A_STATEMENT]))
    return found


# Built once: building them anew takes as long as asking does, and each match asks.
_SIGNALS_OF = select(
    SignalRow.content_id, SignalRow.signal_type, SignalRow.value, SignalRow.quality
).where(SignalRow.content_id.in_(bindparam("ids", expanding=True)))
_CONTENTS = (
    select(ContentRow, BankRow.name)
    .join(BankRow, BankRow.id == ContentRow.bank_id)
    .where(ContentRow.id.in_(bindparam("ids", expanding=True)), visible())
    .order_by(ContentRow.id)
)


def _by_ids(session: Session, ids: Sequence[int]) -> dict[int, Content]:
    signals: dict[int, list[Signal]] = {}
    for content_id, name, value, quality in session.execute(_SIGNALS_OF, {"ids": ids}):
        signals.setdefault(content_id, []).append(Signal(name, value, quality))
    for found in signals.values():
        found.sort(key=lambda signal: signal.type)  # databases sort text in different ways
    return {
        row.id: Content(
            id=row.id,
            bank_id=row.bank_id,
            bank=name,
            signals=tuple(signals.get(row.id, ())),
            labels=tuple(row.labels),
            note=row.note,
            source=row.source,
            reference=row.reference,
            created_at=row.created_at,
            import_id=row.import_id,
        )
        for row, name in session.execute(_CONTENTS, {"ids": ids})
    }


def set_note(session: Session, bank: str, content_id: int, note: str) -> None:
    """Give a content of a bank another note. What it matches stays, so no change is recorded.

    Raises:
        NoSuchBank: there is no such bank.
        NoSuchContent: the bank has no such content.
        FixedBank: it is the test bank.
    """
    changes.wait_for_others(session)  # it may be being removed
    curation.require_changeable(session, bank)
    get(session, bank, content_id)
    session.execute(update(ContentRow).where(ContentRow.id == content_id).values(note=note))


def remove(session: Session, bank: str, content_id: int) -> None:
    """Delete one content of a bank: its rows are gone when the transaction commits.

    Raises:
        NoSuchBank: there is no such bank.
        NoSuchContent: the bank has no such content.
        FixedBank: it is the test bank.
    """
    sequence = changes.next_sequence(session)
    bank_id = curation.require_changeable(session, bank).id
    row = session.execute(
        select(ContentRow.id).where(
            ContentRow.id == content_id, ContentRow.bank_id == bank_id, visible()
        )
    ).scalar_one_or_none()
    if row is None:
        raise _no_such(bank, content_id)
    delete_rows(session, [content_id])
    changes.record(session, sequence, Op.REMOVE, bank_id, content_id)


def remove_by_signal(session: Session, bank: str, signal: Signal) -> list[int]:
    """Delete all contents of a bank that have this signal, and return their numbers.

    Contents an unfinished import has staged go too, or finishing it would bring back what was
    withdrawn. Nobody has seen them, so they are neither in the feed nor returned.
    """
    changes.wait_for_others(session)
    bank_id = curation.require_changeable(session, bank).id
    query = (
        select(ContentRow.id, visible())
        .join(SignalRow, SignalRow.content_id == ContentRow.id)
        .where(
            SignalRow.signal_type == signal.type,
            SignalRow.value == signal.value,
            ContentRow.bank_id == bank_id,
        )
        .order_by(ContentRow.id)
    )
    found = session.execute(query).all()
    removed = [content_id for content_id, seen in found if seen]
    delete_rows(session, [content_id for content_id, _ in found])
    for content_id in removed:
        changes.record(session, changes.next_sequence(session), Op.REMOVE, bank_id, content_id)
    return removed


def delete_rows(session: Session, ids: Sequence[int]) -> None:
    """Delete contents with their signals, staged ones too."""
    for start in range(0, len(ids), IDS_A_STATEMENT):
        some = ids[start : start + IDS_A_STATEMENT]
        counting.count_out(session, some)
        for table in (PayloadRow, SignalRow):
            session.execute(delete(table).where(table.content_id.in_(some)))
        session.execute(delete(ContentRow).where(ContentRow.id.in_(some)))


def _no_such(bank: str, content_id: int) -> NoSuchContent:
    return NoSuchContent(
        f"bank {bank!r} has no content {content_id}; list its contents to see their numbers"
    )
