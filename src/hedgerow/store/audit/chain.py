"""Going through a log: entry by entry, with the checkpoints as they come up.

The same for the database and for an exported file. Nothing of the entries is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain as joined
from itertools import pairwise

from hedgerow.store.audit.canonical import FIRST
from hedgerow.store.audit.checkpoints import Checkpoint
from hedgerow.store.audit.diagnosis import (
    Again,
    Diagnosis,
    Link,
    not_following,
    not_next,
    unlike_its_hash,
)
from hedgerow.store.audit.findings import Findings, ProblemKind
from hedgerow.store.audit.known import Known, Witness
from hedgerow.store.audit.signed import Checkpoints

Told = Callable[[int], None]
"""Called with the number of the entry that was reached, now and then."""

TOLD_EVERY = 1000


class Chain:
    """One way through a log.

    Args:
        again: reads the entries from the beginning, by number; it is asked once, and again where
            a link is broken.
        checkpoints, known, found: what to compare with, and where to note what is wrong.
        highest: the largest number that may have been given out.
    """

    def __init__(
        self,
        again: Again,
        checkpoints: Checkpoints,
        known: Known,
        found: Findings,
        highest: int,
    ) -> None:
        self.read = 0
        self.elsewhere = 0
        self.last = 0
        self.head = FIRST
        self._again = again
        self._checkpoints = checkpoints
        self._known = known
        self._found = found
        self._highest = highest
        self.signed = 0  # up to which entry all is vouched for

    def walk(self, told: Told | None = None) -> bool:
        """Go through; returns whether it came to the end without a broken link."""
        links: Iterator[Link | None] = joined(self._again(), [None])
        for link, follower in pairwise(links):
            assert link is not None
            diagnosis = self._wrong(link, follower)
            if diagnosis is not None:
                self._found.broken(diagnosis.kind, diagnosis.entry, diagnosis.message, None)
                return False
            self.last, self.head = link.number, link.hash
            self.read += 1
            if not self._agree(link, follower):
                return False
            if told is not None and self.read % TOLD_EVERY == 0:
                told(self.read)
        return True

    def _wrong(self, link: Link, follower: Link | None) -> Diagnosis | None:
        if link.number != self.last + 1:
            return not_next(link.number, self.last + 1)
        if link.computed() != link.hash:
            highest = max(self._highest, self._checkpoints.highest)
            return unlike_its_hash(link, self.head, highest, self._again)
        if link.previous != self.head:
            return not_following(link, self.signed, self._vouched(link), follower)
        return None

    def _vouched(self, link: Link) -> bool:
        own, elsewhere = self._due(link.number)
        return link.hash in [each.head for each in own + [each.checkpoint for each in elsewhere]]

    def _due(self, number: int) -> tuple[list[Checkpoint], list[Witness]]:
        """The checkpoints that speak of this entry: the log's own, and those kept elsewhere."""
        return [*self._checkpoints.due(number)], [*self._known.due(number)]

    def _agree(self, link: Link, follower: Link | None) -> bool:
        """Compare with the checkpoints that speak of this entry."""
        own, elsewhere = self._due(link.number)
        for each in own:
            if each.sequence != link.number or each.entries != self.read:
                self._found.note(
                    ProblemKind.CHECKPOINT,
                    f"checkpoint {each.number} doesn't count as the log does",
                    each.number,
                )
            elif each.head != link.hash:
                return self._contradicted(each, follower)
            else:
                self._checkpoints.fitting += 1
                self._checkpoints.latest = each
                self.signed = link.number
        for witness in elsewhere:
            if witness.checkpoint.head != link.hash:
                return self._contradicted(witness.checkpoint, follower)
            self._meet(witness, own)
            self.signed = link.number
        return True

    def _meet(self, witness: Witness, own: list[Checkpoint]) -> None:
        """See that the log has a checkpoint that is kept elsewhere."""
        number = witness.checkpoint.number
        same = [each for each in own if each.number == number]
        if any(each.mark() == witness.checkpoint.mark() for each in same):
            self.elsewhere += 1
            return
        what = "is another one there" if same else "is not in the log as it was signed"
        self._found.note(
            ProblemKind.CHECKPOINT,
            f"checkpoint {number}, in {witness.where}, {what}: it was taken out or altered, or the "
            "log was put back to an older state",
            number,
        )

    def beyond(self) -> None:
        """Note what is kept elsewhere and speaks of entries that aren't there."""
        for witness in self._known.rest():
            self._meet(witness, [])

    def _contradicted(self, by: Checkpoint, follower: Link | None) -> bool:
        """Note that a checkpoint names another hash for this place."""
        checkpoint, first, last = by.number, self.signed + 1, self.last
        if follower is not None and follower.hash == by.head:
            kind, entry = ProblemKind.INSERTED, last
            message = f"entry {last} was inserted: checkpoint {checkpoint} was signed over the next"
        else:
            kind, entry = ProblemKind.REWRITTEN, first
            which = f"entry {last}" if first == last else f"one of the entries {first} to {last}"
            message = (
                f"{which} was altered, and all was hashed anew from there on: checkpoint "
                f"{checkpoint} was signed over another"
            )
        self._found.broken(kind, entry, message, checkpoint)
        return False


def check_end(
    chain: Chain,
    checkpoints: Checkpoints,
    known: Known,
    counted: tuple[int, str],
    found: Findings,
) -> None:
    """See that a log that is whole so far ends where it should.

    Args:
        chain: gone through.
        checkpoints, known: what speaks of entries.
        counted: how many entries there are to be, and what says so.
        found: where to note what is wrong.
    """
    last, (given, by) = chain.last, counted
    chain.beyond()
    signed = max(checkpoints.highest, known.highest)
    if signed > last:
        kind, entry = ProblemKind.CUT_OFF, last + 1
        message = (
            f"entries are missing after entry {chain.signed}, most likely the end: a "
            f"checkpoint speaks of {signed}, and {last} are left"
        )
    elif given > last:
        kind, entry = ProblemKind.CUT_OFF, last + 1
        message = f"the end was cut off: {by} says {given} entries, and {last} are left"
    elif given < last:
        kind, entry = ProblemKind.INSERTED, given + 1
        message = (
            f"entry {given + 1} was inserted, or the count was altered: {by} says {given} "
            f"entries, and the last one is {last}"
        )
    else:
        return
    found.broken(kind, entry, message, None)
