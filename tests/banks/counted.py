"""Whether the numbers that are kept are those that counting finds."""

from collections import Counter

from sqlalchemy import select

from hedgerow.banks.models import ContentRow, CountRow, SignalRow
from hedgerow.store import Database

Key = tuple[int, int, str]


def wrong_counts(database: Database) -> dict[Key, tuple[int, int]]:
    """By bank, import and signal type: the number that is kept and the true one, if they differ."""
    with database.read() as session:
        contents = {
            number: (bank, origin or 0)
            for number, bank, origin in session.execute(
                select(ContentRow.id, ContentRow.bank_id, ContentRow.import_id)
            )
        }
        signals = session.execute(select(SignalRow.content_id, SignalRow.signal_type)).all()
        columns = CountRow.bank_id, CountRow.import_id, CountRow.signal_type, CountRow.number
        kept = {(*row[:3],): row[3] for row in session.execute(select(*columns))}
    found: Counter[Key] = Counter((*place, "") for place in contents.values())
    found.update((*contents[number], name) for number, name in signals)
    return {
        key: (kept.get(key, 0), found[key])
        for key in kept.keys() | found.keys()
        if kept.get(key, 0) != found[key]
    }
