"""Writing a bank as text that can be imported again.

Read page by page in short transactions: a content that is withdrawn while a long export runs
isn't in what comes after.
"""

import csv
import io
import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy.orm import Session

from hedgerow.banks import contents, counting
from hedgerow.banks.errors import ExportBroken
from hedgerow.banks.parts import Payloads
from hedgerow.banks.records import Content, Format
from hedgerow.signals import Signal, is_sealed, parts_type, single_types
from hedgerow.store import Database

PAGE = 2_000
"""Contents read at a time."""


def export(database: Database, bank_id: int, wanted: Format, payloads: Payloads) -> Iterator[str]:
    """Give a bank's contents as text; see `Banks.export`."""
    if wanted is Format.CSV:
        with database.read() as session:
            types = sorted(counting.signal_types_in_use(session) & set(single_types()))
        yield _header(types)
        write: Callable[[Sequence[Content]], str] = partial(_csv, types)
    else:
        write = _ndjson if wanted is Format.NDJSON else _lines
    after = 0
    while True:
        with database.read() as session:
            page = contents.page_of(session, bank_id, after, PAGE)
            last = page[-1].id if page else 0
            if wanted is Format.NDJSON:
                page = _with_parts(session, page, payloads)
        if not page:
            return
        yield write([_to_share(content) for content in page])
        after = last


def _with_parts(session: Session, page: Sequence[Content], payloads: Payloads) -> list[Content]:
    """Put the parts of signals that may be shared beside their values."""
    found: list[Content] = []
    names = {one.type for content in page for one in content.signals}
    shared = [name for name in names if parts_type(name) is not None and not is_sealed(name)]
    read = {name: payloads.of(session, name, [one.id for one in page]) for name in shared}
    for content in page:
        signals = [
            replace(one, payload=read.get(one.type, {}).get(content.id, b""))
            for one in content.signals
        ]
        found.append(replace(content, signals=tuple(signals)))
    return found


def _to_share(content: Content) -> Content:
    """Leave out what is made here and for here alone."""
    shared = tuple(one for one in content.signals if not is_sealed(one.type))
    return replace(content, signals=shared)


def _lines(page: Sequence[Content]) -> str:
    single = set(single_types())
    return "".join(
        f"{one.type} {one.value}\n"
        for content in page
        for one in content.signals
        if one.type in single
    )


def _ndjson(page: Sequence[Content]) -> str:
    return "".join(json.dumps(_plain(content)) + "\n" for content in page if content.signals)


def _plain(content: Content) -> dict[str, object]:
    row: dict[str, object] = {"signals": {one.type: _signal(one) for one in content.signals}}
    rest = {
        "labels": list(content.labels),
        "note": content.note,
        "source": content.source,
        "reference": content.reference,
    }
    return row | {key: value for key, value in rest.items() if value}


def _signal(one: Signal) -> dict[str, object]:
    told: dict[str, object] = {"value": one.value}
    if one.quality is not None:
        told["quality"] = one.quality
    if one.payload:
        told["payload"] = b64encode(one.payload).decode()
    return told


def _header(types: Sequence[str]) -> str:
    columns = [column for name in types for column in (name, f"{name}_quality")]
    return ",".join([*columns, "labels", "note", "source", "reference"]) + "\r\n"


def _csv(types: Sequence[str], page: Sequence[Content]) -> str:
    text = io.StringIO()
    # With this line terminator a field with a bare carriage return is quoted as well.
    writer = csv.writer(text, lineterminator="\r\n")
    for content in page:
        signals = {one.type: one for one in content.signals}
        if signals.keys() - set(single_types()):
            msg = "a bank with videos has frames that CSV can't hold; export it as ndjson"
            raise ExportBroken(msg)
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
