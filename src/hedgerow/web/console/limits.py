"""Every limit of the console, by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What the console takes and shows.

    max_form_bytes: bytes of a form without a file.
    max_fields: fields of a form; ticking cases in the queue takes one each.
    page_rows: rows on one page of a list.
    matches_shown: matches of one case, or of one search, that are drawn.
    notice_seconds: that a message to be shown on the next page is kept.
    form_days: for which a browser keeps the cookie that its forms need before it has signed in.
    notice_fetches: addresses of one removal notice that are fetched at once.
    notice_fetch_seconds: for all its addresses together; what has not come by then is listed.
    https_days: for which a browser that came by https comes by nothing else; 0 leaves it free.
    """

    max_form_bytes: int = 262_144
    max_fields: int = 1_000
    page_rows: int = 50
    matches_shown: int = 12
    notice_seconds: int = 60
    form_days: int = 1
    notice_fetches: int = 4
    notice_fetch_seconds: int = 60
    https_days: int = 365

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 0 or (value == 0 and name != "https_days"):
                raise ValueError(f"{name} must be above 0, not {value!r}")
