"""Every limit of this room, by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What cases take, and for how long.

    lease_seconds: that a case stays with whoever took it, unless it is renewed.
    skip_minutes: until a case that somebody skipped is offered to them again.
    copies_within: bits of 256 by which an upload may differ from a case's first one to be a copy.
    max_copies_kept: copies of one case whose context is kept; further ones are only counted.
    max_told_bytes: of what the platform said of a case's uploads, that the news of its decision
        carries; the latest uploads come first.
    max_text: characters of a note, a complaint, or one value of a context.
    max_page: cases of one page.
    max_bulk: cases that are decided at once.
    hold_days: that a case may rest at most.
    urgent_labels: labels of banked content whose cases come before all others.
    """

    lease_seconds: int = 300
    skip_minutes: int = 60
    copies_within: int = 8
    max_copies_kept: int = 10_000
    max_told_bytes: int = 200_000
    max_text: int = 4_000
    max_page: int = 200
    max_bulk: int = 200
    hold_days: int = 30
    urgent_labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, int) and (value < 0 or (value == 0 and name != "copies_within")):
                raise ValueError(f"{name} must be above 0, not {value!r}")
        if self.copies_within > 31:
            raise ValueError(f"copies_within must be at most 31, not {self.copies_within!r}")


MOST_CARE = 100_000
"""Of any of the numbers of `Care`: far more than there is in a day."""


@dataclass(frozen=True)
class Care:
    """How much a person may look at, and when they rest; a lead can set other numbers for one.

    reveals_a_day: parts of pictures that somebody may look at in a day; 0 for none at all.
    reveal_minutes_a_day: that they may look at them in all.
    reveal_seconds: that one part is shown at most, however long the key is held.
    work_minutes: of reviewing, after which a break is due.
    break_minutes: that it lasts.
    """

    reveals_a_day: int = 200
    reveal_minutes_a_day: int = 30
    reveal_seconds: int = 10
    work_minutes: int = 50
    break_minutes: int = 10

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value > MOST_CARE:
                raise ValueError(f"{name} must be at most {MOST_CARE}, not {value!r}")
            if value < 0 or (value == 0 and name not in ("reveals_a_day", "reveal_minutes_a_day")):
                raise ValueError(f"{name} must be above 0, not {value!r}")


@dataclass(frozen=True)
class Intake:
    """Which uploads become cases.

    enabled: whether matches of uploads are put before people at all.
    record: whether those with banks of the action `record` are, too.
    tests: whether those with the test bank are, marked as tests.
    """

    enabled: bool = True
    record: bool = False
    tests: bool = True
