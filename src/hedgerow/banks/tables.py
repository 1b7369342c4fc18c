"""Reading contents from CSV: a header names the columns."""

import csv
import re
from collections.abc import Iterator, Sequence

from hedgerow import signals
from hedgerow.banks import checks
from hedgerow.banks.checks import Draft
from hedgerow.banks.errors import BadContent, BadImport, BadRow
from hedgerow.banks.formats import ImportOptions
from hedgerow.banks.limits import Limits
from hedgerow.banks.lines import Lines, LineTooLong
from hedgerow.signals import Comparison, Signal

DELIMITERS = ",;\t"
_PLAIN = ("labels", "note", "source", "reference", "quality", "signal_type", "value")
_BETWEEN_LABELS = re.compile(r"[|;]")


class Header:
    """Which column is what.

    A column named after a signal type holds its values, and `pdq_quality` the quality of `pdq`;
    or `signal_type` and `value` hold one signal a row. `quality` is that of the row's one signal
    that can have one. Others: labels (between them `|` or `;`), note, source, reference.

    Args:
        text: the first line of the file.

    Raises:
        BadImport: a column is unknown or there twice, or none holds signals.
    """

    def __init__(self, text: str) -> None:
        types = signals.registry()
        known = {*_PLAIN, *types, *(f"{name}_quality" for name in types)}
        self.delimiter, names = _split_header(text, known)
        for name in names:
            if name not in known:
                msg = f"unknown column {name[:40]!r}; rename it or take it out"
                raise BadImport(msg)
            if names.count(name) > 1:
                msg = f"two columns are named {name!r}"
                raise BadImport(msg)
        self.width = len(names)
        self.place = {name: names.index(name) for name in names}
        self.types = [name for name in names if name in types]
        self.pair = "signal_type" in names and "value" in names
        if not self.types and not self.pair:
            msg = (
                "no column holds signals: the first line names the columns, such as pdq or md5, "
                "or signal_type and value"
            )
            raise BadImport(msg)

    def draft(self, fields: Sequence[str], options: ImportOptions, limits: Limits) -> Draft:
        """Return the content of one row.

        Raises:
            BadContent: it isn't one.
        """
        if len(fields) != self.width:
            msg = f"{len(fields)} fields where the header has {self.width}"
            raise BadContent(msg)
        labels = [label.strip() for label in _BETWEEN_LABELS.split(self._get(fields, "labels"))]
        return checks.assemble(
            self._signals(fields, limits),
            [*options.labels, *filter(None, labels)],
            self._get(fields, "note"),
            self._get(fields, "source") or options.source,
            self._get(fields, "reference"),
            limits=limits,
        )

    def _signals(self, fields: Sequence[str], limits: Limits) -> list[Signal]:
        given = [(name, fields[self.place[name]]) for name in self.types]
        if self.pair:
            name = self._get(fields, "signal_type").strip()
            given.append((name, self._get(fields, "value")))
        given = [(name, value) for name, value in given if value.strip()]
        shared = self._quality(fields, "quality")
        types = signals.registry()
        takers = [
            name
            for name, _ in given
            if name in types and types[name].comparison is not Comparison.EQUAL
        ]
        if shared is not None and len(takers) != 1:
            msg = "which signal the quality belongs to isn't clear; use columns like pdq_quality"
            raise BadContent(msg)
        found = []
        for name, value in given:
            quality = self._quality(fields, f"{name}_quality")
            if quality is None and name in takers:
                quality = shared
            found.append(checks.signal(name, value, quality, limits))
        return found

    def _quality(self, fields: Sequence[str], name: str) -> int | None:
        text = self._get(fields, name).strip()
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 3:
            msg = f"the {name} is no whole number from 0 to 100"
            raise BadContent(msg)
        return int(text)

    def _get(self, fields: Sequence[str], name: str) -> str:
        place = self.place.get(name)
        return "" if place is None else fields[place]


def read_csv(lines: Lines, options: ImportOptions, limits: Limits) -> Iterator[Draft | BadRow]:
    """Read rows of CSV; `lines` is at its beginning or at a place reached before.

    Raises:
        BadImport: the header isn't understood.
    """
    try:
        header = Header(lines.first())
    except LineTooLong:
        msg = "the first line is longer than max_line_bytes; it should name the columns"
        raise BadImport(msg) from None
    reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
    while True:
        try:
            fields = next(reader)
            if fields:
                yield header.draft(fields, options, limits)
        except StopIteration:
            return
        except BadContent as error:
            yield BadRow(lines.line, str(error))
        except csv.Error as error:
            # An open quote swallows the rows after it: good ones are not to be lost with it.
            if options.skip_bad:
                msg = f"line {lines.line} or one before it is no CSV ({error}): correct it first"
                raise BadImport(msg) from None
            yield BadRow(lines.line, f"no CSV: {error}")
        except LineTooLong:
            yield BadRow(lines.line, "the line is longer than max_line_bytes")


def _split_header(text: str, known: set[str]) -> tuple[str, list[str]]:
    """Return the delimiter under which most of the names are known, and the names."""
    splits = []
    for delimiter in DELIMITERS:
        try:
            fields = next(csv.reader([text], delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        names = [field.strip().lower() for field in fields]
        splits.append((sum(name in known for name in names), delimiter, names))
    if not splits:
        msg = "the first line is no header of a CSV file"
        raise BadImport(msg)
    _, delimiter, names = max(splits, key=lambda split: split[0])
    return delimiter, names
