"""What this room hands out: plain values, never rows of a table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hedgerow.banks.errors import BadRow
from hedgerow.signals import Signal


class Kind(StrEnum):
    """What a match with a bank means."""

    POSITIVE = "positive"
    """A match counts: the bank's action applies."""
    NEGATIVE = "negative"
    """Known false positives: a match here suppresses matches of the positive banks."""


class Action(StrEnum):
    """What a match with a positive bank asks for, the strictest first."""

    BLOCK = "block"
    REVIEW = "review"
    RECORD = "record"


class Format(StrEnum):
    """How a file of signals is written; see docs/banks.md."""

    LINES = "lines"
    CSV = "csv"
    NDJSON = "ndjson"


@dataclass(frozen=True)
class Import:
    """An import into a bank.

    Attributes:
        id: number, never used again.
        name: of the file, without its folder.
        status: "unfinished", "finished" or "abandoned".
        line: lines of the file done.
        added: contents made.
        duplicates: rows left out as their signals are in the bank, or earlier in the file.
        bad: rows left out as they can't be read.
        started_at: UTC.
        ended_at: UTC; None while unfinished.
    """

    id: int
    name: str
    status: str
    line: int
    added: int
    duplicates: int
    bad: int
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class ImportReport:
    """What became of `import_file`.

    Attributes:
        record: the finished import.
        resumed: whether it went on with one that was broken off.
        bad_rows: the first of the rows left out (`Limits.max_bad_rows_kept`).
    """

    record: Import
    resumed: bool
    bad_rows: tuple[BadRow, ...]


@dataclass(frozen=True)
class Bank:
    """A bank.

    Attributes:
        id: number, never used again.
        name: unique; may change.
        kind: what a match means.
        action: of a positive bank; None for a negative one.
        thresholds: the bank's own distances in bits, by signal type; where it has none, the
            type's default counts (`Policy` has both merged).
        description: free text.
        contents: how many it has.
        created_at: UTC.
        test: whether it is the test bank, whose matches are no finds.
        local: whether it keeps local signatures of pictures; see docs/local.md.
    """

    id: int
    name: str
    kind: Kind
    action: Action | None
    thresholds: Mapping[str, int]
    description: str
    contents: int
    created_at: datetime
    test: bool = False
    local: bool = False


@dataclass(frozen=True)
class BankDetails(Bank):
    """A bank with what takes longer to find out.

    Attributes:
        signals: how many signals of each type it has.
        unfinished: imports that were broken off; import the same file again, or abandon them.
    """

    signals: Mapping[str, int] = field(default_factory=dict)
    unfinished: tuple[Import, ...] = ()


@dataclass(frozen=True)
class Content:
    """One thing in a bank.

    Attributes:
        id: number, unique over all banks, never used again.
        bank_id: of its bank.
        bank: name of its bank.
        signals: by type, at most one of each.
        labels: in the order given.
        note: free text.
        source: who it came from, such as the name of an exchange or a file.
        reference: how the source calls it.
        created_at: UTC.
        import_id: of the import that brought it.
    """

    id: int
    bank_id: int
    bank: str
    signals: tuple[Signal, ...]
    labels: tuple[str, ...]
    note: str
    source: str
    reference: str
    created_at: datetime
    import_id: int | None


@dataclass(frozen=True)
class Added:
    """What became of `add_content`.

    Attributes:
        content: the one made, or the one in the bank that has the same signals.
        created: whether it was made.
    """

    content: Content
    created: bool


@dataclass(frozen=True)
class Policy:
    """What a match with a bank means.

    Attributes:
        bank_id: of the bank.
        name: of the bank.
        kind: positive or negative.
        action: of a positive bank.
        thresholds: distance in bits up to which a signal matches, for every known signal type;
            0 for those that only match when equal.
        test: whether it is the test bank, whose matches are no finds.
    """

    bank_id: int
    name: str
    kind: Kind
    action: Action | None
    thresholds: Mapping[str, int]
    test: bool = False


@dataclass(frozen=True)
class ExactMatch:
    """A banked signal that equals one that was asked for."""

    signal_type: str
    value: str
    bank_id: int
    content_id: int
