"""The log's own checkpoints, checked as the entries reach them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from hedgerow.store.audit.canonical import FIRST
from hedgerow.store.audit.checkpoints import Checkpoint, other_key
from hedgerow.store.audit.findings import Findings, ProblemKind
from hedgerow.store.audit.known import Known


class Checkpoints:
    """The log's own checkpoints, checked one by one as the entries reach them."""

    def __init__(
        self,
        source: Iterable[Checkpoint],
        keys: Collection[bytes],
        known: Known,
        found: Findings,
    ) -> None:
        self.fitting = 0
        self.latest: Checkpoint | None = None
        """The last one that the entries have come up to and agree with."""
        self.highest = 0
        """The last entry that one of them speaks of."""
        self._keys = keys
        self._known = known
        self._found = found
        self._last = 0
        self._sound = self._checked(source)
        self._next = next(self._sound, None)

    def due(self, number: int) -> Iterator[Checkpoint]:
        """Those that speak of the log up to this entry, and weren't given before."""
        while self._next is not None and self._next.sequence <= number:
            yield self._next
            self._next = next(self._sound, None)

    def rest(self, given: int, counted_by: str) -> None:
        """Check those that no entry came up to.

        Args:
            given: how many there are to be, and `counted_by` what says so.
        """
        while self._next is not None:
            self._next = next(self._sound, None)
        if given != self._last:
            self._found.note(
                ProblemKind.CHECKPOINT,
                f"{counted_by} says {given} checkpoints, and the last one is {self._last}: the "
                "last were taken out, or the count was altered",
                min(given, self._last) + 1,
            )

    def _checked(self, source: Iterable[Checkpoint]) -> Iterator[Checkpoint]:
        before: Checkpoint | None = None
        expected = 1
        for each in source:
            wrong = self._wrong(each, before, expected)
            self._known.see(each)
            if wrong is None:
                self.highest = max(self.highest, each.sequence)
                yield each
            else:
                self._found.note(ProblemKind.CHECKPOINT, wrong, each.number)
            self._last = each.number
            expected = each.number + 1
            # What the next one names is its signature, whether that is right or not.
            before = each

    def _wrong(self, this: Checkpoint, before: Checkpoint | None, expected: int) -> str | None:
        number = this.number
        if number > expected:
            which = f"checkpoint {expected}"
            if number > expected + 1:
                which = f"checkpoints {expected} to {number - 1}"
            self._found.note(ProblemKind.CHECKPOINT, f"{which}: missing", expected)
        elif number < expected:
            return f"checkpoint {number} was inserted: they are counted from 1"
        if this.public_key not in self._keys:
            return f"checkpoint {number} {other_key(this)}"
        if not this.is_signed_by(self._keys):
            return f"checkpoint {number} was altered or forged: its signature doesn't fit"
        follows = FIRST if number == 1 else None
        if before is not None and before.number == number - 1:
            follows = before.mark()
        if follows is not None and this.previous != follows:
            return f"checkpoint {number} doesn't follow the one before: that was altered"
        if before is not None and this.sequence < before.sequence:
            return (
                f"checkpoint {number} speaks of {this.sequence} entries, the one before of "
                f"{before.sequence}: the log's end had been cut off when it was made"
            )
        return None
