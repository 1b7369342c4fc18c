"""What a verification found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from hedgerow.store.audit.checkpoints import Checkpoint

MOST_PROBLEMS = 100
"""Problems that are told of one verification; what comes after them is only counted."""


class ProblemKind(StrEnum):
    """What is wrong."""

    ALTERED = "altered"
    MISSING = "missing"
    INSERTED = "inserted"
    REORDERED = "reordered"
    CUT_OFF = "cut off"
    REWRITTEN = "rewritten"
    CHECKPOINT = "checkpoint"
    FILE = "file"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        kind: what it is. "rewritten": from some entry on all was hashed anew, which a checkpoint
            contradicts. "checkpoint": one is forged, missing or not the one that was signed.
            "file": a line of an export or of a file of checkpoints can't be read.
        message: a sentence for people.
        entry: the number of the first entry that is not as it was.
        checkpoint: the number of the checkpoint that is wrong, or that shows it.
    """

    kind: ProblemKind
    message: str
    entry: int | None = None
    checkpoint: int | None = None


@dataclass(frozen=True)
class Verification:
    """What a verification looked at, and what it found.

    Attributes:
        entries: how many were read; those after a broken link were not.
        checkpoints: how many of the log's own fit.
        elsewhere: how many checkpoints that are kept outside the log fit, in its file or in those
            that were given.
        latest: the last checkpoint that fits; entries after it are vouched for by the chain
            alone. None where there is none.
        public_key: which the signatures were checked with.
        problems: what is wrong, the first of the chain first.
        untold: how many more problems there were.
    """

    entries: int
    checkpoints: int
    elsewhere: int
    latest: Checkpoint | None
    public_key: bytes | None
    problems: tuple[Problem, ...]
    untold: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def signed(self) -> int:
        """Up to which entry a signature vouches; 0 where none does."""
        return 0 if self.latest is None else self.latest.sequence


@dataclass
class Findings:
    """Problems as they are found, the most important kind first: the chain, then checkpoints."""

    chain: list[Problem] = field(default_factory=list)
    others: list[Problem] = field(default_factory=list)
    untold: int = 0

    def broken(self, kind: ProblemKind, entry: int, message: str, checkpoint: int | None) -> None:
        """Note what is wrong with the entries."""
        self.chain.append(Problem(kind, message, entry, checkpoint))

    def note(self, kind: ProblemKind, message: str, checkpoint: int | None = None) -> None:
        """Note what is wrong with checkpoints or files."""
        if len(self.others) < MOST_PROBLEMS:
            self.others.append(Problem(kind, message, None, checkpoint))
        else:
            self.untold += 1
