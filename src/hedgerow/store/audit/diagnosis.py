"""Saying what happened to an entry that is not what its place asks for.

Only asked at the first broken link, so it may take its time: it reads the log once more, and tries
an entry's hash with the numbers around.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from hedgerow.store.audit.findings import ProblemKind


class Link(Protocol):
    """An entry as the chain sees it, from the database or from an export."""

    @property
    def number(self) -> int:
        """The number it goes by."""

    @property
    def previous(self) -> bytes:
        """What it says the hash of the entry before is."""

    @property
    def hash(self) -> bytes:
        """What it says its own hash is."""

    def computed(self, number: int | None = None) -> bytes | None:
        """Its hash, worked out as if it had this number; None where that can't be."""


@dataclass(frozen=True)
class Diagnosis:
    """What happened, to which entry."""

    kind: ProblemKind
    entry: int
    message: str


Again = Callable[[], Iterator[Link]]
"""Reads the log once more from its beginning."""


FARTHEST = 1_000_000
"""How far from where it stands an entry's own number is looked for; some seconds."""


def unlike_its_hash(link: Link, before: bytes, highest: int, again: Again) -> Diagnosis:
    """An entry whose content is not what its own hash was made of.

    Args:
        link: it, in a place whose number fits.
        before: the hash of the entry before.
        highest: the largest number that may have been given out.
        again: reads the log once more.
    """
    here = link.number
    original = _original_number(link, highest)
    if original is None:
        return _altered(here)
    if original < here:
        if link.hash == before:
            return Diagnosis(
                ProblemKind.ALTERED, here, f"entry {here} is a copy of entry {original}"
            )
        return Diagnosis(
            ProblemKind.INSERTED,
            original,
            f"entry {original} was inserted: the one that had its number stands at {here} now",
        )
    there, follower = _at(again, original), _at(again, here + 1)
    if there is not None and _was(there, here):
        return Diagnosis(
            ProblemKind.REORDERED, here, f"entries {here} and {original} have changed places"
        )
    if follower is not None and _was(follower, original + 1):
        return Diagnosis(
            ProblemKind.MISSING,
            here,
            f"{_entries(here, original - 1)} missing, and what came after was given other numbers",
        )
    return Diagnosis(ProblemKind.REORDERED, here, f"in the place of entry {here} is {original}")


def not_following(link: Link, signed: int, vouched: bool, follower: Link | None) -> Diagnosis:
    """An entry that fits its own hash, and names another one before it than there is.

    Args:
        link: it.
        signed: up to which entry a checkpoint says that all is right.
        vouched: whether one says that this one's hash is.
        follower: the next one.
    """
    here = link.number
    if vouched or (follower is not None and follower.previous == link.hash):
        if here > 1:
            or_before = f" (or one from {signed + 1} on, and all up to there)"
            return Diagnosis(
                ProblemKind.ALTERED,
                here - 1,
                f"entry {here - 1} was altered and hashed anew{or_before * (signed < here - 2)}: "
                f"entry {here} knows it otherwise",
            )
        return Diagnosis(ProblemKind.ALTERED, 1, "entry 1 was altered: it names one before it")
    if follower is not None or here == 1:
        perhaps = f", and perhaps entry {here - 1}," if here > 1 else ""
        return Diagnosis(
            ProblemKind.ALTERED, here, f"entry {here}{perhaps} was altered and hashed anew"
        )
    return Diagnosis(
        ProblemKind.ALTERED,
        here - 1,
        f"entry {here - 1} or entry {here}, the last one, was altered and hashed anew: they "
        "don't fit together",
    )


def not_next(number: int, expected: int) -> Diagnosis:
    """An entry with another number than the one whose turn it is."""
    if number < expected:
        return Diagnosis(
            ProblemKind.INSERTED, number, f"entry {number} was inserted: the log begins with 1"
        )
    return Diagnosis(ProblemKind.MISSING, expected, f"{_entries(expected, number - 1)} missing")


def _altered(number: int) -> Diagnosis:
    return Diagnosis(
        ProblemKind.ALTERED, number, f"entry {number} was altered: its hash was made of another"
    )


def _entries(first: int, last: int) -> str:
    return f"entry {first} is" if first >= last else f"entries {first} to {last} are"


def _original_number(link: Link, highest: int) -> int | None:
    """The number that the entry had when it was hashed, if it is near."""
    if link.computed() is None:
        return None
    number = link.number
    tried = range(max(1, number - FARTHEST), min(number + FARTHEST, max(number, highest)) + 1)
    return next((each for each in tried if _was(link, each)), None)


def _was(link: Link, number: int) -> bool:
    return link.computed(number) == link.hash


def _at(again: Again, number: int) -> Link | None:
    return next((each for each in islice(again(), number + 1) if each.number == number), None)
