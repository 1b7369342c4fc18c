"""Every limit of the console, by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What the console takes and shows.

    max_form_bytes: bytes of a form without a file.
    max_fields: fields of a form; ticking cases in the queue takes one each.
    page_rows: rows on one page of a list.
    search_rows: matches shown for one search of the banks.
    overview_days: days that the drawings of the overview cover.
    notice_seconds: that a message to be shown on the next page is kept.
    stale_days: days for which the name of this browser's form cookie stays good.
    """

    max_form_bytes: int = 262_144
    max_fields: int = 1_000
    page_rows: int = 50
    search_rows: int = 50
    overview_days: int = 30
    notice_seconds: int = 60
    stale_days: int = 1

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value <= 0:
                raise ValueError(f"{name} must be above 0, not {value!r}")
