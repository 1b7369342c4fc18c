"""Reading files of contents: one hash a line, CSV, and NDJSON.

Each reader gives, row by row, the checked content or the reason why there is none. The three are
described for their users in docs/banks.md.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hedgerow.banks import checks
from hedgerow.banks.checks import Draft
from hedgerow.banks.errors import BadContent, BadImport, BadRow
from hedgerow.banks.limits import Limits
from hedgerow.banks.lines import Lines, LineTooLong
from hedgerow.banks.records import Format
from hedgerow.signals import Signal

_BY_EXTENSION = {
    ".csv": Format.CSV,
    ".jsonl": Format.NDJSON,
    ".lines": Format.LINES,
    ".lst": Format.LINES,
    ".ndjson": Format.NDJSON,
    ".txt": Format.LINES,
}

_KEYS = {"signals", "labels", "note", "source", "reference"}


@dataclass(frozen=True)
class ImportOptions:
    """How to read a file.

    Attributes:
        format: of the file; by its extension when None (.txt, .lst and .lines: lines; .csv;
            .ndjson and .jsonl).
        signal_type: of the hashes that don't say, in a file of lines.
        labels: put on every content, before its own.
        source: of the contents that don't say.
        skip_bad: leave bad rows out instead of refusing the file.
    """

    format: Format | None = None
    signal_type: str = "pdq"
    labels: tuple[str, ...] = ()
    source: str = ""
    skip_bad: bool = False


def format_of(path: Path, options: ImportOptions) -> Format:
    """Return the format asked for, or else the one the extension says.

    Raises:
        BadImport: neither says.
    """
    if options.format is not None:
        return options.format
    found = _BY_EXTENSION.get(path.suffix.lower())
    if found is None:
        known = ", ".join(_BY_EXTENSION)
        msg = f"the extension of {path.name!r} is none of {known}; say which format it is"
        raise BadImport(msg)
    return found


def read_lines(lines: Lines, options: ImportOptions, limits: Limits) -> Iterator[Draft | BadRow]:
    """Read one hash a line, alone or after its signal type; `#` begins a comment line."""
    common = checks.check_labels(options.labels, limits)

    def parse(text: str) -> Draft | None:
        words = text.split()
        if not words or words[0][0] == "#":
            return None
        if len(words) > 2:
            msg = "more than a signal type and a value in one line"
            raise BadContent(msg)
        signal_type = words[0] if len(words) == 2 else options.signal_type
        signal = checks.signal(signal_type, words[-1], None, limits)
        return Draft((signal,), common, "", options.source, "")

    return _each(lines, parse)


def read_ndjson(lines: Lines, options: ImportOptions, limits: Limits) -> Iterator[Draft | BadRow]:
    """Read one JSON object a line, as `export` writes them."""

    def parse(text: str) -> Draft | None:
        if not text or text.isspace():
            return None
        row = _object(text)
        given = row.get("signals")
        if not isinstance(given, dict):
            msg = '"signals" is missing or no object'
            raise BadContent(msg)
        labels = row.get("labels", [])
        if not isinstance(labels, list) or not all(isinstance(one, str) for one in labels):
            msg = '"labels" is no list of strings'
            raise BadContent(msg)
        return checks.assemble(
            [_signal(name, value, limits) for name, value in given.items()],
            [*options.labels, *labels] if options.labels else labels,
            _text(row, "note"),
            _text(row, "source") or options.source,
            _text(row, "reference"),
            limits=limits,
        )

    return _each(lines, parse)


def _each(lines: Lines, parse: Callable[[str], Draft | None]) -> Iterator[Draft | BadRow]:
    while True:
        try:
            draft = parse(next(lines))
        except StopIteration:
            return
        except BadContent as error:
            yield BadRow(lines.line, str(error))
        except LineTooLong:
            yield BadRow(lines.line, "the line is longer than max_line_bytes")
        else:
            if draft is not None:
                yield draft


def _object(text: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        msg = "the line is no JSON"
        raise BadContent(msg) from None
    if not isinstance(row, dict):
        msg = "the line is no JSON object"
        raise BadContent(msg)
    if unknown := row.keys() - _KEYS:
        msg = f"unknown key {min(unknown)[:40]!r}; there are {', '.join(sorted(_KEYS))}"
        raise BadContent(msg)
    return row


def _signal(name: str, given: object, limits: Limits) -> Signal:
    quality, payload = None, b""
    if isinstance(given, dict):
        if given.keys() - {"value", "quality", "payload"}:
            msg = f"the signal {name[:40]!r} has keys other than value, quality and payload"
            raise BadContent(msg)
        quality = given.get("quality")
        payload = _bytes(given.get("payload", ""), name)
        given = given.get("value")
    if not isinstance(given, str):
        msg = f"the signal {name[:40]!r} has no value"
        raise BadContent(msg)
    checks.not_sealed(name)
    return checks.signal(name, given, quality, limits, payload)


def _bytes(given: object, name: str) -> bytes:
    try:
        return b64decode(given if isinstance(given, str) else "no text", validate=True)
    except ValueError:
        msg = f"the payload of {name[:40]!r} is no base64"
        raise BadContent(msg) from None


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key, "")
    if not isinstance(value, str):
        msg = f'"{key}" is no string'
        raise BadContent(msg)
    return value
