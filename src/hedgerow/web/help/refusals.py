"""Refusals in words for visitors: marked for the catalogues, translated where they are shown."""

from __future__ import annotations

from hedgerow.web.help.words import marked
from hedgerow.web.html.refusals import Refusal


class CaseClosed(Exception):
    """The page is for an open case, and none is open in this browser."""


def nothing_here() -> Refusal:
    """The refusal of a path that leads nowhere."""
    return Refusal(
        404,
        marked("This page is not here"),
        marked("The address may be wrong, or the page was taken away. Please begin again."),
    )


def busy() -> Refusal:
    """The refusal where too much is to be done at once, or the database is away."""
    return Refusal(
        503,
        marked("We are busy right now"),
        marked("Nothing is lost. Please wait a minute and try again."),
    )


def faulty() -> Refusal:
    """The refusal where the fault is ours."""
    return Refusal(
        500,
        marked("Something went wrong"),
        marked("It is our fault, not yours. Please try again. If it happens again, tell us."),
    )


def unreadable() -> Refusal:
    """The refusal of what is no form of ours, or one that is too large."""
    return Refusal(
        400,
        marked("We could not read this"),
        marked("Please go back, load the page again, and send it once more."),
    )


def out_of_date() -> Refusal:
    """The refusal of a form of another session, or from another site."""
    return Refusal(
        403,
        marked("This page is too old"),
        marked("Nothing was changed. Please open your case again and try once more."),
    )


class Wait(Refusal):
    """Of what was tried too often. minutes: after which it can be tried again, which the words may
    name."""

    def __init__(self, title: str, words: str, minutes: int) -> None:
        super().__init__(429, title, words, headers={"Retry-After": str(minutes * 60)})
        self.values = {"minutes": minutes}


def too_often(minutes: int) -> Refusal:
    """The refusal of codes that were tried too often, of one number or from one place."""
    return Wait(
        marked("Too many tries"),
        marked(
            "To keep your case safe, please wait before you try again. "
            "Minutes to wait: %(minutes)s."
        ),
        minutes,
    )


def many_here(minutes: int) -> Refusal:
    """The refusal of more new cases or notices than may come from one place: often a network that
    many share, so nobody is told that they did too much."""
    return Wait(
        marked("Not right now"),
        marked(
            "Many people use your network right now. "
            "Please try again later, or from another network."
        ),
        minutes,
    )
