"""Importing files: validate, stage, publish.

1. The whole file is read and checked; nothing is written if a row is bad.
2. Its contents are staged in batches, each a transaction that also moves the place reached.
   Staged contents belong to an import that isn't finished and so are invisible.
3. One transaction publishes: it finishes the import and writes one `add` change for it.

Killed anywhere, the same import goes on at the place reached. Which import is the same is told
by the SHA-256 of the file and the options. The numbers of the contents interleave with those of
other writers, so the change carries the import's number, and readers of the feed take from its
range only the contents of that import.

Repeated rows are found by asking the database for the fingerprints of each batch, among the
bank's visible contents and those staged already. So memory doesn't grow with the file.
"""

import gc
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from hedgerow.banks import checks, curation, staging
from hedgerow.banks.checks import Draft
from hedgerow.banks.errors import BadContent, BadImport, BadRow, ImportBroken, ImportRefused
from hedgerow.banks.formats import ImportOptions, format_of, read_lines, read_ndjson
from hedgerow.banks.limits import Limits
from hedgerow.banks.lines import Lines
from hedgerow.banks.parts import Payloads
from hedgerow.banks.records import Format, ImportReport
from hedgerow.banks.tables import read_csv
from hedgerow.store import Database

Progress = Callable[[int, int | None], object]
"""Called with rows done and rows in all; the second is None while the file is being checked."""

_READERS = {Format.LINES: read_lines, Format.CSV: read_csv, Format.NDJSON: read_ndjson}
_CHECKED_A_CALL = 10_000  # rows between two calls of the progress callback while checking


def import_file(
    database: Database,
    bank: str,
    path: Path,
    options: ImportOptions,
    limits: Limits,
    progress: Progress | None,
    name: str,
    payloads: Payloads,
) -> ImportReport:
    """Import a file; see `Banks.import_file`."""
    tell = progress or (lambda _done, _total: None)
    options = _checked(replace(options, format=format_of(path, options)), limits)
    with database.read() as session:
        curation.require_changeable(session, bank)
    with _open(path) as stream:
        digest = _digest(stream)
        total, bad = _validate(stream, options, limits, tell)
        if bad.total and not options.skip_bad:
            raise ImportRefused(bad.total, bad.rows)
        import_id, resumed = staging.begin(database, bank, name, _identity(digest, options))
        _stage(
            database, stream, import_id, options, limits, payloads, lambda done: tell(done, total)
        )
        if _digest(stream) != digest:
            msg = "the file changed while it was imported, so nothing was; import it again"
            staging.abandon(database, import_id)
            raise ImportBroken(msg)
        record = staging.publish(database, import_id)
    tell(total, total)
    return ImportReport(record, resumed, tuple(bad.rows))


class _BadRows:
    """All bad rows counted, the first of them kept."""

    def __init__(self, most: int) -> None:
        self.total = 0
        self.rows: list[BadRow] = []
        self._most = most

    def add(self, row: BadRow) -> None:
        self.total += 1
        if len(self.rows) < self._most:
            self.rows.append(row)


def _checked(options: ImportOptions, limits: Limits) -> ImportOptions:
    try:
        labels = checks.check_labels(options.labels, limits)
        checks.check_text("source", options.source, limits.max_source)
        if options.format is Format.LINES:
            checks.known_type(options.signal_type)
    except BadContent as error:
        raise BadImport(str(error)) from None
    return replace(options, labels=labels)


def _open(path: Path) -> BufferedReader:
    try:
        stream = path.open("rb")
        if not stream.seekable():
            stream.close()
            msg = f"{path.name!r} can't be read twice, as an import does; save it to a file first"
            raise BadImport(msg)
        return stream
    except OSError as error:
        msg = f"the file {path.name!r} can't be opened: {error.strerror}"
        raise BadImport(msg) from error


def _digest(stream: BufferedReader) -> str:
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256").hexdigest()


def _identity(digest: str, options: ImportOptions) -> str:
    text = json.dumps({"file": digest, **asdict(options)}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _rows(lines: Lines, options: ImportOptions, limits: Limits) -> Iterator[Draft | BadRow]:
    assert options.format is not None
    return _READERS[options.format](lines, options, limits)


def _validate(
    stream: BinaryIO, options: ImportOptions, limits: Limits, tell: Progress
) -> tuple[int, _BadRows]:
    """Read all rows; return how many there are, and the bad ones."""
    bad = _BadRows(limits.max_bad_rows_kept)
    total = 0
    for row in _rows(Lines(stream, limits.max_line_bytes), options, limits):
        total += 1
        if isinstance(row, BadRow):
            bad.add(row)
        if total % _CHECKED_A_CALL == 0:
            tell(total, None)
    return total, bad


def _stage(
    database: Database,
    stream: BinaryIO,
    import_id: int,
    options: ImportOptions,
    limits: Limits,
    payloads: Payloads,
    tell: Callable[[int], object],
) -> None:
    """Stage what isn't staged yet, batch by batch."""
    place = staging.place(database, import_id)
    tell(place.done)
    lines = Lines(stream, limits.max_line_bytes, place.offset, place.line)
    rows = _rows(lines, options, limits)
    while True:
        with _collection_paused():
            batch = list(islice(rows, limits.batch_rows))
            if not batch:
                return
            drafts = [row for row in batch if isinstance(row, Draft)]
            bad = len(batch) - len(drafts)
            if bad and not options.skip_bad:
                msg = "the file changed while it was imported; import it again"
                raise ImportBroken(msg)
            place = staging.store(
                database, import_id, place, drafts, payloads, bad, lines.offset, lines.line
            )
        tell(place.done)


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Keep the garbage collector from looking through a batch again and again while it is made.

    There are no cycles in it, and a third of the time went there.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
