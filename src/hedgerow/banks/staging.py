"""The database side of an import: its transactions, each safe to be killed in."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import CursorResult, and_, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from hedgerow.banks import changes, contents, counting, curation
from hedgerow.banks.changes import Op
from hedgerow.banks.checks import Draft, fingerprint
from hedgerow.banks.errors import ImportBroken, NoSuchImport
from hedgerow.banks.keys import key_of
from hedgerow.banks.models import BankRow, ChangeRow, ContentRow, ImportRow, PayloadRow, SignalRow
from hedgerow.banks.parts import Payloads
from hedgerow.banks.records import Import
from hedgerow.banks.visible import ABANDONED, FINISHED, UNFINISHED, visible
from hedgerow.store import Database, allocate, now, record

_MAX_NAME = 256  # characters of a file's name that are kept


class Place(NamedTuple):
    """How far an import got: bytes, lines and rows of its file."""

    offset: int
    line: int
    done: int


def begin(database: Database, bank: str, name: str, identity: str) -> tuple[int, bool]:
    """Return the number of the unfinished import of this identity, and whether there was one."""
    with database.write() as session:
        # Another process may begin the same import at this moment.
        bank_id = curation.require_alone(session, bank)
        known = session.execute(
            select(ImportRow.id).where(
                ImportRow.bank_id == bank_id,
                ImportRow.fingerprint == identity,
                ImportRow.status == UNFINISHED,
            )
        ).scalar()
        if known is not None:
            return known, True
        import_id = allocate(session, changes.IMPORT)
        session.execute(
            insert(ImportRow).values(
                id=import_id,
                bank_id=bank_id,
                name=_storable(name),
                fingerprint=identity,
                since=changes.latest(session),
                status=UNFINISHED,
                offset=0,
                line=0,
                added=0,
                duplicates=0,
                bad=0,
                started_at=now(),
            )
        )
        return import_id, False


def _storable(name: str) -> str:
    """Return a file's name without what isn't text or, as NUL, no text of PostgreSQL."""
    return name.encode("utf-8", "replace").decode().replace("\0", "?")[:_MAX_NAME]


def place(database: Database, import_id: int) -> Place:
    """Return how far an unfinished import got."""
    with database.read() as session:
        row = _unfinished(session.get(ImportRow, import_id, populate_existing=True), import_id)
        return Place(row.offset, row.line, row.added + row.duplicates + row.bad)


def store(
    database: Database,
    import_id: int,
    reached: Place,
    drafts: Sequence[Draft],
    payloads: Payloads,
    bad: int,
    offset: int,
    line: int,
) -> Place:
    """Stage the next rows and move the place reached, both or neither.

    Raises:
        ImportBroken: the import isn't where the caller left it.
    """
    marked: dict[bytes, Draft] = {}
    for draft in drafts:
        marked.setdefault(fingerprint(draft.signals), draft)
    with database.write() as session:
        row = _require(session, import_id)
        known = _known(session, row, list(marked))
        fresh = [(mark, draft) for mark, draft in marked.items() if mark not in known]
        first = last = None
        if fresh:
            first = allocate(session, changes.CONTENT, len(fresh))
            last = first + len(fresh) - 1
            key_of(row.bank_id, last)  # refuses a number that doesn't fit
            numbered = [(first + i, mark, draft) for i, (mark, draft) in enumerate(fresh)]
            contents.insert_drafts(session, row.bank_id, import_id, numbered, payloads)
        moved = session.execute(
            update(ImportRow)
            .where(
                ImportRow.id == import_id,
                ImportRow.status == UNFINISHED,
                ImportRow.offset == reached.offset,
            )
            .values(
                offset=offset,
                line=line,
                added=ImportRow.added + len(fresh),
                duplicates=ImportRow.duplicates + len(drafts) - len(fresh),
                bad=ImportRow.bad + bad,
                first_content_id=func.coalesce(ImportRow.first_content_id, first),
                last_content_id=func.coalesce(last, ImportRow.last_content_id),
            )
            .execution_options(synchronize_session=False)
        )
        assert isinstance(moved, CursorResult)
        if moved.rowcount != 1:
            msg = "another process is doing the same import; let it finish"
            raise ImportBroken(msg)
        counting.count_in(session, row.bank_id, import_id, (draft for _mark, draft in fresh))
    return Place(offset, line, reached.done + len(drafts) + bad)


def publish(database: Database, import_id: int) -> Import:
    """Make all that an import staged visible at once."""
    with database.write() as session:
        changes.wait_for_others(session)
        row = _require(session, import_id)
        repeated = _drop_repeated(session, row)
        # Counted, as a withdrawal may have taken staged contents away.
        added = counting.import_count(session, import_id)
        row.added = added
        row.duplicates += repeated
        row.status = FINISHED
        row.ended_at = now()
        session.flush()
        if added:
            changes.record(
                session,
                changes.next_sequence(session),
                Op.ADD,
                row.bank_id,
                row.first_content_id,
                row.last_content_id,
                import_id,
            )
        record(session, "bank.imported", f"bank:{row.bank_id}", number=import_id, added=added)
        return curation.import_record(row)


def abandon(database: Database, import_id: int) -> None:
    """Delete what an unfinished import staged; see `Banks.abandon`."""
    with database.write() as session:
        changes.wait_for_others(session)
        row = _require(session, import_id)
        staged = select(ContentRow.id).where(ContentRow.import_id == import_id)
        for table in (PayloadRow, SignalRow):
            session.execute(delete(table).where(table.content_id.in_(staged)))
        session.execute(delete(ContentRow).where(ContentRow.import_id == import_id))
        counting.forget_import(session, import_id)
        row.status = ABANDONED
        row.ended_at = now()
        session.flush()


def _require(session: Session, import_id: int) -> ImportRow:
    """Return the row of an unfinished import, locked, and with it its bank against deletion."""
    bank = select(BankRow.id).join(ImportRow, ImportRow.bank_id == BankRow.id)
    session.execute(
        bank.where(ImportRow.id == import_id).with_for_update(read=True, key_share=True, of=BankRow)
    )
    return _unfinished(session.get(ImportRow, import_id, with_for_update=True), import_id)


def _unfinished(row: ImportRow | None, import_id: int) -> ImportRow:
    if row is None or row.status != UNFINISHED:
        msg = (
            f"there is no unfinished import {import_id}: it was finished or abandoned, or its "
            "bank deleted; the bank shows which are unfinished"
        )
        raise NoSuchImport(msg)
    return row


def _known(session: Session, row: ImportRow, marks: list[bytes]) -> set[bytes]:
    """Return which of the fingerprints the bank has, visible or staged by this import."""
    known: set[bytes] = set()
    for some in _portions(marks):
        known.update(
            session.execute(
                select(ContentRow.fingerprint).where(
                    ContentRow.bank_id == row.bank_id,
                    ContentRow.fingerprint.in_(some),
                    or_(visible(), ContentRow.import_id == row.id),
                )
            ).scalars()
        )
    return known


def _drop_repeated(session: Session, row: ImportRow) -> int:
    """Delete staged contents that others have put into the bank since the import began."""
    others = (
        select(ContentRow.fingerprint)
        .join(
            ChangeRow,
            and_(
                ContentRow.id.between(ChangeRow.first_content_id, ChangeRow.last_content_id),
                ContentRow.import_id.is_not_distinct_from(ChangeRow.import_id),
            ),
        )
        .where(
            ChangeRow.sequence > row.since,
            ChangeRow.op == Op.ADD,
            ChangeRow.bank_id == row.bank_id,
            ContentRow.bank_id == row.bank_id,
        )
    )
    dropped = 0
    for some in _portions(list(session.execute(others).scalars())):
        ids = list(
            session.execute(
                select(ContentRow.id).where(
                    ContentRow.bank_id == row.bank_id,
                    ContentRow.fingerprint.in_(some),
                    ContentRow.import_id == row.id,
                )
            ).scalars()
        )
        contents.delete_rows(session, ids)
        dropped += len(ids)
    return dropped


def _portions(marks: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(marks), contents.IDS_A_STATEMENT):
        yield marks[start : start + contents.IDS_A_STATEMENT]
