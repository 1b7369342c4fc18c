"""How much is banked, and since when.

Counting ten million rows takes seconds, so the numbers are kept as contents come and go, in the
same transactions. Those of an import that isn't finished are kept, too, and not told.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Table, delete, func, or_, select
from sqlalchemy.orm import Session

from hedgerow.banks.checks import Draft
from hedgerow.banks.models import ChangeRow, ContentRow, CountRow, ImportRow, SignalRow
from hedgerow.banks.visible import FINISHED
from hedgerow.store import insert_for

_ALONE = 0
"""The import of contents that are of none."""

_CONTENTS = ""
"""Where a signal's type stands otherwise: a content itself."""


def count_in(
    session: Session, bank_id: int, import_id: int | None, drafts: Iterable[Draft]
) -> None:
    """Count contents that were written, after all other locks of the transaction."""
    counts: Counter[str] = Counter()
    for draft in drafts:
        counts[_CONTENTS] += 1
        counts.update(signal.type for signal in draft.signals)
    for signal_type, number in counts.items():
        _add(session, (bank_id, import_id or _ALONE, signal_type), number)


def count_out(session: Session, ids: Sequence[int]) -> None:
    """Count contents that are about to be deleted."""
    columns = ContentRow.bank_id, ContentRow.import_id
    contents = select(*columns, func.count()).where(ContentRow.id.in_(ids)).group_by(*columns)
    signals = (
        select(*columns, SignalRow.signal_type, func.count())
        .join(SignalRow, SignalRow.content_id == ContentRow.id)
        .where(ContentRow.id.in_(ids))
        .group_by(*columns, SignalRow.signal_type)
    )
    gone = [(bank, origin, _CONTENTS, number) for bank, origin, number in session.execute(contents)]
    gone += [(*row,) for row in session.execute(signals)]
    for bank_id, import_id, signal_type, number in gone:
        _add(session, (bank_id, import_id or _ALONE, signal_type), -number)


def forget_import(session: Session, import_id: int) -> None:
    """Drop the numbers of an import whose contents are deleted."""
    session.execute(delete(CountRow).where(CountRow.import_id == import_id))


def forget_bank(session: Session, bank_id: int) -> None:
    """Drop the numbers of a bank that is deleted."""
    session.execute(delete(CountRow).where(CountRow.bank_id == bank_id))


def forget_type(session: Session, bank_id: int, signal_type: str) -> None:
    """Drop the numbers of a signal type whose signals a bank no longer keeps."""
    session.execute(
        delete(CountRow).where(CountRow.bank_id == bank_id, CountRow.signal_type == signal_type)
    )


def _add(session: Session, key: tuple[int, int, str], number: int) -> None:
    table = cast(Table, CountRow.__table__)
    columns = table.c.bank_id, table.c.import_id, table.c.signal_type
    values = {column.name: value for column, value in zip(columns, key, strict=True)}
    session.execute(
        insert_for(session)(table)
        .values(**values, number=number)
        .on_conflict_do_update(index_elements=columns, set_={"number": table.c.number + number})
    )


def import_count(session: Session, import_id: int) -> int:
    """Return how many contents an import has in its bank, finished or not."""
    return _sum(session, CountRow.import_id == import_id, CountRow.signal_type == _CONTENTS)


def _sum(session: Session, *conditions: ColumnElement[bool]) -> int:
    total = select(func.coalesce(func.sum(CountRow.number), 0)).where(*conditions)
    return int(session.execute(total).scalar_one())


def content_counts(session: Session, banks: Sequence[int] | None = None) -> dict[int, int]:
    """Return how many contents each bank has, by the bank's number; those with none are left out.

    `banks`: only of these; all where it is None.
    """
    query = (
        select(CountRow.bank_id, func.sum(CountRow.number))
        .where(CountRow.signal_type == _CONTENTS, _told())
        .group_by(CountRow.bank_id)
    )
    if banks is not None:
        query = query.where(CountRow.bank_id.in_(banks))
    return {bank: int(number) for bank, number in session.execute(query) if number}


def signal_counts(session: Session, bank_id: int | None = None) -> dict[str, int]:
    """Return how many signals of each type a bank has, or all banks; types with none are left out.

    In the order of the types' names.
    """
    query = (
        select(CountRow.signal_type, func.sum(CountRow.number))
        .where(CountRow.signal_type != _CONTENTS, _told())
        .group_by(CountRow.signal_type)
    )
    if bank_id is not None:
        query = query.where(CountRow.bank_id == bank_id)
    counts = {name: int(number) for name, number in session.execute(query) if number}
    return dict(sorted(counts.items()))


def signal_types_in_use(session: Session) -> set[str]:
    """Return the signal types any bank has a signal of, that of an unfinished import too."""
    query = select(CountRow.signal_type).where(CountRow.signal_type != _CONTENTS, _some())
    return set(session.execute(query.distinct()).scalars())


def signal_types_by_bank(session: Session) -> dict[int, set[str]]:
    """Return the signal types that each bank has signals of, by the bank's number."""
    columns = CountRow.bank_id, CountRow.signal_type
    query = select(*columns).where(CountRow.signal_type != _CONTENTS, _some(), _told()).distinct()
    found: dict[int, set[str]] = {}
    for bank_id, signal_type in session.execute(query):
        found.setdefault(bank_id, set()).add(signal_type)
    return found


def _some() -> ColumnElement[bool]:
    return CountRow.number > 0


def _told() -> ColumnElement[bool]:
    finished = select(ImportRow.id).where(ImportRow.status == FINISHED)
    return or_(CountRow.import_id == _ALONE, CountRow.import_id.in_(finished))


def changed_at(session: Session, sequence: int) -> datetime | None:
    """Return when that change was made; None when there is none of this number."""
    return session.execute(
        select(ChangeRow.at).where(ChangeRow.sequence == sequence)
    ).scalar_one_or_none()
