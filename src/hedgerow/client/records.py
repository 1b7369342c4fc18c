"""What the service answers, as values that don't change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from hedgerow.client.case_records import CaseRef

Action = Literal["block", "review", "record"]
Kind = Literal["positive", "negative"]
Scope = Literal["match", "read", "write", "cases", "admin"]
ListFormat = Literal["lines", "csv", "ndjson"]


class Verdict(StrEnum):
    """What to do with an upload, the strictest first."""

    BLOCK = "block"
    REVIEW = "review"
    RECORD = "record"
    CLEAR = "clear"
    """Everything that could be compared was, and nothing matched."""
    UNCHECKED = "unchecked"
    """It could not be compared; never to be taken for clear."""


@dataclass(frozen=True)
class Signal:
    """A hash. quality: 0 to 100, where the type knows one."""

    value: str
    quality: int | None = None


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Where a banked picture or video was seen in the upload; None where it isn't told.

    docs/matching.md tells each field. Boxes are left, top, width, height in pixels.
    """

    box: tuple[int, ...] | None = None
    banked_box: tuple[int, ...] | None = None
    landmarks: int | None = None
    scale: float | None = None
    angle: float | None = None
    seconds: tuple[float, ...] | None = None
    banked_seconds: tuple[float, ...] | None = None
    frames: int | None = None
    share: float | None = None
    banked_share: float | None = None


@dataclass(frozen=True, kw_only=True)
class Match:
    """A banked signal within its threshold of the upload's; docs/matching.md tells each field.

    distance, threshold: bits of 256. test: it is of the test picture, and no find.
    """

    bank: str
    content_id: int
    action: str | None
    signal_type: str
    distance: int
    threshold: int
    transform: str
    value: str
    banked_value: str
    labels: tuple[str, ...] = ()
    source: str = ""
    reference: str = ""
    test: bool = False
    seen: Seen | None = None


@dataclass(frozen=True, kw_only=True)
class Suppressed(Match):
    """A match that doesn't count, and the known false positive that the upload is nearer to."""

    suppressed_by: Match


@dataclass(frozen=True)
class Reason:
    """Why an upload is unchecked: `code` for programs, `message` for people."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The verdict on one upload and what it rests on.

    sequence: the state of the banks, as the number of their last change; None where no answer
    came. error: why it is unchecked. case: where it was put before people. test: all matches are
    of the test picture. bytes: the size of the file; media, width, height, bytes are None where no
    file was sent.
    """

    verdict: Verdict
    sequence: int | None
    matches: tuple[Match, ...]
    signals: Mapping[str, Signal]
    suppressed: tuple[Suppressed, ...] = ()
    notes: tuple[str, ...] = ()
    more_matches: bool = False
    error: Reason | None = None
    case: CaseRef | None = None
    test: bool = False
    media: str | None = None
    width: int | None = None
    height: int | None = None
    bytes: int | None = None

    @property
    def is_clear(self) -> bool:
        """Whether it was compared and nothing matched. False for what is unchecked."""
        return self.verdict is Verdict.CLEAR


@dataclass(frozen=True, kw_only=True)
class Batch:
    """An answer for each hash, in their order; `sequence` is the oldest state among them."""

    sequence: int
    results: tuple[Answer, ...]


@dataclass(frozen=True, kw_only=True)
class Bank:
    """A bank. thresholds: bits by signal type. test: it holds the test picture.

    local: it keeps local signatures.
    """

    name: str
    kind: str
    action: str | None
    thresholds: Mapping[str, int]
    description: str
    contents: int
    created_at: datetime
    test: bool = False
    local: bool = False


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    """An import that was broken off: import the same list again, or abandon it."""

    id: int
    line: int
    added: int
    duplicates: int
    bad: int
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class BankDetails(Bank):
    """A bank with how many signals of each type it has, and its unfinished imports."""

    signals: Mapping[str, int]
    unfinished: tuple[Unfinished, ...]


@dataclass(frozen=True, kw_only=True)
class Content:
    """One thing in a bank, with its signals by type. It never changes."""

    id: int
    bank: str
    signals: Mapping[str, Signal]
    labels: tuple[str, ...]
    note: str
    source: str
    reference: str
    created_at: datetime
    import_id: int | None = None


@dataclass(frozen=True)
class Added:
    """What became of a content: `created` is False where its signals were in the bank already."""

    content: Content
    created: bool


@dataclass(frozen=True, kw_only=True)
class BadRow:
    """A row of a list that was left out; lines count from 1."""

    line: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of an import. resumed: it went on with one that was broken off."""

    import_id: int
    added: int
    duplicates: int
    bad: int
    bad_rows: tuple[BadRow, ...]
    resumed: bool


@dataclass(frozen=True, kw_only=True)
class SignalType:
    """A kind of hash that the service knows; distances in bits, quality 0 to 100."""

    name: str
    comparison: str
    needs_picture: bool
    max_distance: int
    default_threshold: int
    minimum_quality: int


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """An API key, without the key itself."""

    id: int
    name: str
    scopes: tuple[str, ...]
    hint: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class NewApiKey(ApiKey):
    """An API key that was made; `key` is shown this once."""

    key: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Index:
    """The index of one signal type: how many hashes are searched."""

    codes: int


@dataclass(frozen=True, kw_only=True)
class Status:
    """How the process that answered is doing. problem: why uploads can't be called clear."""

    version: str
    sequence: int
    age_seconds: float | None
    indexes: Mapping[str, Index]
    queued: int
    uploads: int
    ready: bool
    problem: str | None = None
