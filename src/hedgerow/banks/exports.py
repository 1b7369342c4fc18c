"""Writing a bank as text that can be imported again.

Read page by page in short transactions: a content that is withdrawn while a long export runs
isn't in what comes after.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from hedgerow.banks import contents, counting
from hedgerow.banks.errors import ExportBroken
from hedgerow.banks.records import Content, Format
from hedgerow.store import Database

PAGE = 2_000
"""Contents read at a time."""


def export(database: Database, bank_id: int, wanted: Format) -> Iterator[str]:
    """Give a bank's contents as text; see `Banks.export`."""
    if wanted is Format.CSV:
        with database.read() as session:
            types = sorted(counting.signal_types_in_use(session))
        yield _header(types)
        write: Callable[[Sequence[Content]], str] = partial(_csv, types)
    else:
        write = _ndjson if wanted is Format.NDJSON else _lines
    after = 0
    while True:
        with database.read() as session:
            page = contents.page_of(session, bank_id, after, PAGE)
        if not page:
            return
        yield write(page)
        after = page[-1].id


def _lines(page: Sequence[Content]) -> str:
    return "".join(f"{one.type} {one.value}\n" for content in page for one in content.signals)


def _ndjson(page: Sequence[Content]) -> str:
    return "".join(json.dumps(_plain(content)) + "\n" for content in page)


def _plain(content: Content) -> dict[str, object]:
    row: dict[str, object] = {
        "signals": {
            one.type: {"value": one.value}
            | ({} if one.quality is None else {"quality": one.quality})
            for one in content.signals
        }
    }
    rest = {
        "labels": list(content.labels),
        "note": content.note,
        "source": content.source,
        "reference": content.reference,
    }
    return row | {key: value for key, value in rest.items() if value}


def _header(types: Sequence[str]) -> str:
    columns = [column for name in types for column in (name, f"{name}_quality")]
    return ",".join([*columns, "labels", "note", "source", "reference"]) + "\r\n"


def _csv(types: Sequence[str], page: Sequence[Content]) -> str:
    text = io.StringIO()
    # With this line terminator a field with a bare carriage return is quoted as well.
    writer = csv.writer(text, lineterminator="\r\n")
    for content in page:
        signals = {one.type: one for one in content.signals}
        if signals.keys() - set(types):
            msg = "contents with another signal type came in meanwhile; export again"
            raise ExportBroken(msg)
        row: list[object] = []
        for name in types:
            signal = signals.get(name)
            row += ["", ""] if signal is None else [signal.value, signal.quality]
        row += ["|".join(content.labels), content.note, content.source, content.reference]
        writer.writerow(row)
    return text.getvalue()
