"""Refusals that a page tells as a page: a status, a heading, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """What a page raises to refuse.

    status: of HTTP. title: the heading. words: what it means and what to do next.
    """

    def __init__(
        self, status: int, title: str, words: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(words)
        self.status = status
        self.title = title
        self.words = words
        self.headers = dict(headers or {})


def stale_form() -> Refusal:
    """The refusal of a form that wasn't made for this session."""
    return Refusal(
        403,
        "This form is out of date",
        "Nothing was changed. It was opened before you signed in, or in another session: go back, "
        "load the page again, and send it once more.",
    )


def from_elsewhere() -> Refusal:
    """The refusal of a form that another site sent."""
    return Refusal(
        403,
        "This was sent from another site",
        "Nothing was changed. Forms are taken from the service's own pages alone. "
        "If a proxy stands in front of Hedgerow, let it pass on the headers Host, Origin and "
        "Sec-Fetch-Site as they are.",
    )
