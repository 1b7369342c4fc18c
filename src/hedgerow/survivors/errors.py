"""What this room can refuse.

SurvivorsProblem
├── NoSuchOwnCase      by its number in the log, for who works here
├── CodeRefused        number and code don't belong together; it is not told which is wrong
├── UnreadableCode     it can't be a code: tells which word, and costs no try
├── TooManyTries       of a number or from an address
├── BadSubmission      what was sent isn't hashes, or is more than a case takes
├── UnfitBank          a bank of that name is there, and it stops nothing or anybody reviews it
├── NoticeIncomplete   parts of a removal notice are missing; tells which
└── NotPossibleNow     the state that a picture or a notice is in doesn't allow it
"""

from __future__ import annotations


class SurvivorsProblem(Exception):
    """Anything that this room refuses."""


class NoSuchOwnCase(SurvivorsProblem):
    """There is no such case, or no longer."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"there is no case {case_id} of somebody's own; it may have been deleted")


class CodeRefused(SurvivorsProblem):
    """Number and code don't belong together."""

    def __init__(self) -> None:
        super().__init__("this number and this code don't belong together")


class UnreadableCode(SurvivorsProblem):
    """It can't be a code. place: the first word that is none of ours, from 1; 0 where it is the
    number of words or digits that is wrong."""

    def __init__(self, place: int) -> None:
        super().__init__(f"word {place} is no word of a code" if place else "a code has six words")
        self.place = place


class TooManyTries(SurvivorsProblem):
    """Too often, of this number or from this address. minutes: after which to try again."""

    def __init__(self, minutes: int) -> None:
        super().__init__(f"too many tries; try again in {minutes} minutes")
        self.minutes = minutes


class BadSubmission(SurvivorsProblem):
    """What was sent isn't hashes of pictures, or more than a case takes."""


class UnfitBank(SurvivorsProblem):
    """A bank that people's own pictures were to go into stops nothing, or anybody reviews it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the bank {name} can't hold people's own pictures: its action has to be review or "
            "block, and its review policy for trained people alone; change it in the console, or "
            "name another bank in the settings of the group survivors"
        )


class NoticeIncomplete(SurvivorsProblem):
    """Parts of a removal notice are missing. parts: which."""

    def __init__(self, parts: tuple[str, ...]) -> None:
        super().__init__(f"missing in the notice: {', '.join(parts)}")
        self.parts = parts


class NotPossibleNow(SurvivorsProblem):
    """The state that something is in doesn't allow it."""
