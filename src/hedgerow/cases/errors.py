"""What cases can refuse.

CasesProblem
├── NoSuchCase
├── NoSuchProposal
├── BadDecision    a value isn't possible
├── NotYours       the case is with somebody else, or this person can't decide it
├── NotNow         the case's state doesn't allow it
└── Resting        this person has a break, or has used what a day allows
"""

from datetime import datetime


class CasesProblem(Exception):
    """Anything that cases refuse."""


class NoSuchCase(CasesProblem):
    """No case has this number."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"there is no case {case_id}")


class NoSuchProposal(CasesProblem):
    """No open proposal has this number."""

    def __init__(self, proposal_id: int) -> None:
        super().__init__(f"there is no open proposal {proposal_id}; somebody may have settled it")


class BadDecision(CasesProblem):
    """A choice, a note or another value isn't possible."""


class NotYours(CasesProblem):
    """Somebody else has the case, or this person may not be the one who decides it."""


class NotNow(CasesProblem):
    """What was asked can't be done in the state that the case is in."""


class Resting(CasesProblem):
    """A break, or the end of what a day allows.

    Attributes:
        until: UTC; when it goes on.
    """

    def __init__(self, message: str, until: datetime) -> None:
        super().__init__(message)
        self.until = until
