"""Numbers as drawings: where things lie, worked out here; templates/parts/drawings.html draws them.

Lengths are in the units of each drawing's own viewBox. Nothing here knows a colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hedgerow.cases import BankPrecision, Consequence, Day

UNRELATED = 128
"""Bits of 256 by which two pictures that have nothing in common differ on average."""

LABELS = 15
"""Days that are named below a drawing, at most."""


@dataclass(frozen=True)
class Scale:
    """A distance against its threshold, on a line from 0 bits to `end`.

    Positions are shares of the line, in percent.
    """

    distance: int
    threshold: int
    end: int
    at: float
    limit: float


def scale_of(distance: int, threshold: int) -> Scale:
    """The drawing of one match."""
    end = max(UNRELATED, distance, threshold)
    return Scale(
        distance, threshold, end, round(100 * distance / end, 2), round(100 * threshold / end, 2)
    )


@dataclass(frozen=True)
class Stretch:
    """A stretch of a video, in percent of its length; `label` says it in words."""

    start: float
    width: float
    label: str


def stretch_of(seconds: Sequence[float], length: float | None, label: str) -> Stretch:
    """The drawing of a stretch; of a video whose length isn't known, up to the stretch's end."""
    start, end = float(seconds[0]), float(seconds[1])
    whole = max(length or 0.0, end, 0.001)
    left = 100 * start / whole
    width = max(1.0, 100 * (end - start) / whole)
    return Stretch(round(min(left, 99.0), 2), round(min(width, 100 - min(left, 99.0)), 2), label)


@dataclass(frozen=True)
class Bar:
    """A day's two columns; heights in a drawing that is 100 high. label: below it, or nothing."""

    label: str
    opened: int
    decided: int
    opened_height: float
    decided_height: float


@dataclass(frozen=True)
class Bars:
    """Days side by side; `top` is what the full height stands for, an even number."""

    bars: tuple[Bar, ...]
    top: int

    @property
    def middle(self) -> int:
        """What half of the height stands for."""
        return self.top // 2


def bars_of(days: Sequence[Day]) -> Bars:
    """The drawing of what was opened and decided, day by day."""
    top = max([1, *(max(day.opened, day.decided) for day in days)])
    top += top % 2
    labels = _labels([day.day for day in days])
    return Bars(
        tuple(
            Bar(
                label,
                day.opened,
                day.decided,
                round(100 * day.opened / top, 2),
                round(100 * day.decided / top, 2),
            )
            for day, label in zip(days, labels, strict=True)
        ),
        top,
    )


def _labels(days: Sequence[date]) -> list[str]:
    """As many as have room: the day, with its month where that is another than before."""
    every = -(-len(days) // LABELS)
    found, month = [], 0
    for number, day in enumerate(days):
        if number % every:
            found.append("")
            continue
        found.append(f"{day:%-d %b}" if day.month != month else f"{day:%-d}")
        month = day.month
    return found


@dataclass(frozen=True)
class Range:
    """A bank's precision and the interval around it, in percent of the line."""

    bank: BankPrecision
    low: float
    high: float
    at: float | None


def range_of(bank: BankPrecision) -> Range:
    """The drawing of one bank."""
    precision = bank.precision
    return Range(
        bank,
        round(100 * bank.low, 1),
        round(100 * bank.high, 1),
        None if precision is None else round(100 * precision, 1),
    )


@dataclass(frozen=True)
class Elapsed:
    """How much of a time is over, in percent of the line, which begins with it."""

    high: float
    at: float
    low: float = 0.0


def elapsed_of(begun: datetime, due: datetime, at: datetime) -> Elapsed:
    """The drawing of a clock; what is late is at its end."""
    over = (at - begun) / (due - begun) if due > begun else 1.0
    share = round(100 * min(1.0, max(0.0, over)), 1)
    return Elapsed(share, share)


@dataclass(frozen=True)
class Column:
    """Decided matches at one distance: two bars on top of each other, in percent of the height."""

    distance: int
    confirmed: int
    disputed: int
    x: float
    width: float
    confirmed_height: float
    disputed_height: float


@dataclass(frozen=True)
class Histogram:
    """A bank's decided matches by distance, and what thresholds would do to them.

    threshold, other: the present one and one that is asked about (None: nothing is asked), with
    where they are drawn in percent of the width: to the right of the last column that they keep.
    keeps, loses, spares: what the other would do, in confirmed, confirmed and disputed matches.
    """

    columns: tuple[Column, ...]
    end: int
    top: int
    threshold: int
    limit: float
    other: int | None
    other_limit: float | None
    keeps: int
    loses: int
    spares: int

    @property
    def is_wider(self) -> bool:
        """Whether the other threshold would find more, of which nothing can be known from here."""
        return self.other is not None and self.other > self.threshold


def histogram_of(
    known: Sequence[Consequence], threshold: int, other: int | None = None
) -> Histogram:
    """The drawing of a bank's decided matches with one signal type."""
    end = max([threshold, other or 0, *(each.distance for each in known)]) + 1
    top = max([1, *(each.confirmed + each.disputed for each in known)])
    width = 100 / end
    columns = tuple(
        Column(
            each.distance,
            each.confirmed,
            each.disputed,
            round(each.distance * width, 3),
            round(0.86 * width, 3),
            round(100 * each.confirmed / top, 2),
            round(100 * each.disputed / top, 2),
        )
        for each in known
    )
    effect = tighter_of(known, threshold if other is None else other)
    return Histogram(
        columns,
        end,
        top,
        threshold,
        round((threshold + 1) * width, 3),
        other,
        None if other is None else round((other + 1) * width, 3),
        keeps=effect.keeps,
        loses=effect.loses,
        spares=effect.spares,
    )


@dataclass(frozen=True)
class Tighter:
    """What a threshold would do: confirmed matches that it keeps and loses, disputed it spares.

    `decided` is what that is counted from: distance, confirmed and disputed.
    """

    bits: int
    keeps: int
    loses: int
    spares: int
    decided: tuple[tuple[int, int, int], ...]


def tighter_of(known: Sequence[Consequence], bits: int) -> Tighter:
    """What a threshold of so many bits would do."""
    return Tighter(
        bits,
        keeps=sum(each.confirmed for each in known if each.distance <= bits),
        loses=sum(each.confirmed for each in known if each.distance > bits),
        spares=sum(each.disputed for each in known if each.distance > bits),
        decided=tuple((each.distance, each.confirmed, each.disputed) for each in known),
    )
