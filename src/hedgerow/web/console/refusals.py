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


class SignInFirst(Exception):
    """There is no session that is good for this."""


def nothing_here() -> Refusal:
    """The refusal of a path, or of a number in one, that leads nowhere."""
    return Refusal(
        404,
        "There is nothing here",
        "The address may be mistyped, or what was here has been deleted. The menu leads to "
        "everything that you can open.",
    )


def not_yours(*, sees_people: bool) -> Refusal:
    """The refusal of a page that the person's roles don't open; it tells nothing of the page."""
    words = "People shows who has which role." if sees_people else "Ask an administrator for it."
    return Refusal(403, "This page is not open to your role", words)


def sign_in_once_more(words: str) -> Refusal:
    """The refusal of what `words` say, which is done shortly after signing in alone."""
    return Refusal(
        403,
        "Sign in once more first",
        f"Nothing was changed. {words} shortly after signing in: your account page has a button "
        "for it.",
    )


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
        "Nothing was changed. Forms of the console are taken from the console's own pages alone. "
        "If a proxy stands in front of Hedgerow, let it pass on the headers Host, Origin and "
        "Sec-Fetch-Site as they are.",
    )
