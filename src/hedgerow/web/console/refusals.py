"""The refusals that are the console's own."""

from __future__ import annotations

from hedgerow.web.html.refusals import Refusal


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
