"""Numbers of reviewing as this room hands them out: plain values, never rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hedgerow.cases.records import Status


@dataclass(frozen=True)
class BankPrecision:
    """How often a bank's matches were right.

    Attributes:
        bank_id, bank: the bank.
        confirmed, disputed: decided cases, without tests.
        low, high: bounds of the share that is right, at 95 % (Wilson 1927); 0 to 1.
    """

    bank_id: int
    bank: str
    confirmed: int
    disputed: int
    low: float
    high: float

    @property
    def precision(self) -> float | None:
        """The share of decided matches that were right; None where none was decided."""
        decided = self.confirmed + self.disputed
        return self.confirmed / decided if decided else None


@dataclass(frozen=True)
class Day:
    """What happened in one day (UTC). verdicts: uploads by verdict, those that occurred."""

    day: date
    opened: int
    decided: int
    verdicts: Mapping[str, int]

    @property
    def unchecked(self) -> int:
        """Uploads that could not be checked."""
        return self.verdicts.get("unchecked", 0)


@dataclass(frozen=True)
class Overview:
    """How reviewing goes, in numbers alone.

    Attributes:
        at: UTC; when this was counted.
        by_status: cases that aren't tests, by status; decided ones too.
        oldest: since when the longest waits, by status; UTC.
        days: the last ones, oldest first; as many as were asked for.
        unchecked: uploads of those days that could not be checked, by the code of why.
        verdicts: uploads of those days by verdict.
        precision: bank by bank, by name.
        median_minutes: from a case's opening to its decision, of the latest thousand decided.
        reviewers: people who have a case in hand.
    """

    at: datetime
    by_status: Mapping[Status, int]
    oldest: Mapping[Status, datetime]
    days: tuple[Day, ...]
    unchecked: Mapping[str, int]
    verdicts: Mapping[str, int]
    precision: tuple[BankPrecision, ...]
    median_minutes: float | None
    reviewers: int


@dataclass(frozen=True)
class Consequence:
    """Decided matches of a bank at one distance: what a threshold below it would lose and spare."""

    distance: int
    confirmed: int
    disputed: int


@dataclass(frozen=True)
class Found:
    """What was found of one banked content, to be told to the person in the picture.

    An upload counts by what became of its case; one of a withdrawn case as an upload alone. What
    was nearer to a content of another bank is a case of that one, and is not here.

    Attributes:
        uploads: all copies, without tests.
        confirmed, disputed, waiting: of those, the ones whose case was decided so, or isn't yet.
        confirmations, disputes: cases that were decided so.
        first_on, last_on: days (UTC) of the first and the latest of them whose context is kept.
        places: hosts of where uploads were or would have been shown, as far as platforms said it,
            with how many; the most frequent first, at most `found.MOST_PLACES`.
    """

    uploads: int
    confirmed: int
    disputed: int
    waiting: int
    confirmations: int
    disputes: int
    first_on: date
    last_on: date
    places: tuple[tuple[str, int], ...]
