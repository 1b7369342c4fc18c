"""An index that follows a change feed.

The feed (a database) is the truth; the index is derived from it and may be deleted. Every process
has a catalogue of its own: the first that opens the folder writes it, the others map the same
segments and keep what came since in their own memory.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, Self

import numpy as np
import numpy.typing as npt

from hedgerow.index.codes import Codes, Keys
from hedgerow.index.errors import IndexDamaged, IndexLocked, IndexProblem
from hedgerow.index.hits import EVERY_KEY, Grouping, Hits
from hedgerow.index.index import Index
from hedgerow.index.limits import SEAL_AT
from hedgerow.index.lock import delete_index
from hedgerow.index.origin import is_made_from, note_origin

_log = logging.getLogger(__name__)

GATHER_CODES = 1_000_000
"""Codes that are gathered before they are added, when the catalogue is far behind its feed."""


@dataclass(frozen=True)
class Step:
    """A piece of the feed: pairs added, then key ranges [low, high) removed.

    `sequence`: where the feed stands after this step. A change that is too large for one step
    comes in several; all but the last carry the sequence before it, so that a catalogue that is
    killed in between asks for all of it again.
    """

    sequence: int
    added: tuple[Codes, Keys] | None = None
    removed: Sequence[tuple[int, int]] = ()


class Feed(Protocol):
    """Where a catalogue learns of changes."""

    def latest(self) -> int:
        """The sequence of the last change; 0 where there was none."""
        ...

    def mark(self, sequence: int) -> str:
        """What tells this change from any other that might carry its number; "" for no change."""
        ...

    def since(self, sequence: int) -> Iterator[Step]:
        """Every change after `sequence`, in order, in steps of any size."""
        ...


class Catalogue:
    """Searches the index in `folder`, as fresh as its feed. Safe for several threads."""

    def __init__(
        self,
        folder: str | os.PathLike[str],
        feed: Feed,
        *,
        seal_at: int = SEAL_AT,
        purge: bool = False,
    ) -> None:
        """`purge`: as in `Index.open`, what was removed leaves the folder's files at once."""
        self._folder = Path(folder)
        self._feed = feed
        self._seal_at = seal_at
        self._purge = purge
        self._reopen_at = seal_at
        self._following = threading.Lock()
        self._index = self._open()
        self._point = self._point_of(self._index)

    def _point_of(self, index: Index) -> tuple[int, str]:
        return index.sequence, self._feed.mark(index.sequence)

    def _open(self) -> Index:
        try:
            index = self._opened("write")
        except IndexLocked:
            index = self._open_beside_the_writer()
        except IndexDamaged as damage:
            _log.warning("The index is made again from its feed: %s", damage)
            index = self._opened("write", anew=True)
        try:
            if not is_made_from(self._folder, index.sequence, self._feed.mark):
                self._begin_again(index)
        except BaseException:
            index.close()
            raise
        return index

    def _opened(self, mode: Literal["write", "read"], *, anew: bool = False) -> Index:
        return Index.open(self._folder, mode, seal_at=self._seal_at, anew=anew, purge=self._purge)

    def _open_beside_the_writer(self) -> Index:
        try:
            return self._opened("read")
        except IndexDamaged as damage:
            raise IndexLocked(
                f"another process uses the index in {self._folder}, and this one can't read it: it "
                "is of another release, or damaged; stop that process and start again, which "
                "makes the index again"
            ) from damage

    def _begin_again(self, index: Index) -> None:
        """Empty an index of another feed: the database was restored or replaced."""
        if not index.writable:
            raise IndexLocked(
                f"the index in {self._folder} is of another database, and another process uses "
                "it; stop that process and start again"
            )
        _log.warning("The index in %s is of another database: made again", self._folder)
        index.clear()

    @property
    def sequence(self) -> int:
        """Where in its feed the catalogue stands."""
        return self._index.sequence

    @property
    def writes(self) -> bool:
        """Whether this process keeps the folder up to date."""
        return self._index.writable

    def __len__(self) -> int:
        return len(self._index)

    def follow(self, progress: Callable[[int], None] | None = None) -> int:
        """Take in every change of the feed so far; returns the sequence reached.

        `progress` is told how many codes were added each time some were.
        """
        if self._feed.latest() == self._index.sequence and not self._is_replaced():
            return self._index.sequence
        with self._following:
            self._open_anew_where_better(progress)
            self._catch_up(self._index, progress)
            self._point = self._point_of(self._index)
            return self._index.sequence

    def _is_replaced(self) -> bool:
        """Whether the feed is no longer the one that was followed so far."""
        sequence, mark = self._point
        return self._feed.mark(sequence) != mark

    def _catch_up(self, index: Index, progress: Callable[[int], None] | None) -> None:
        gathered: list[Step] = []
        waiting = 0
        for step in self._feed.since(index.sequence):
            gathered.append(step)
            waiting += 0 if step.added is None else len(step.added[1])
            if waiting >= GATHER_CODES:
                self._apply(index, gathered, progress)
                gathered, waiting = [], 0
        self._apply(index, gathered, progress)

    def _open_anew_where_better(self, progress: Callable[[int], None] | None) -> None:
        """Open the folder anew where the index at hand leads no further.

        It doesn't where the feed was replaced by another, where this process writes but had to
        stop (a full disk, a folder that was deleted), and where it reads and has much in its own
        memory that the writer has sealed since.
        """
        old = self._index
        full = not old.writable and old.unsealed >= self._reopen_at
        if full or old.stopped or self._is_replaced():
            self._open_anew(progress)

    def _open_anew(self, progress: Callable[[int], None] | None) -> None:
        old = self._index
        if old.writable:
            # Why it stopped is past: opening it anew gets over that, or raises what is wrong now.
            with suppress(IndexProblem, OSError):
                old.close()
        newer = self._open()
        try:
            # The writer may be behind us: nothing that was found is to be missed meanwhile.
            self._catch_up(newer, progress)
        except BaseException:
            newer.close()
            raise
        self._index = newer
        self._reopen_at = max(self._seal_at, 2 * newer.unsealed)
        if not old.writable:
            old.close()

    def _apply(
        self, index: Index, steps: list[Step], progress: Callable[[int], None] | None
    ) -> None:
        """Add and remove in the order of the steps, neighbours of one kind together."""
        codes: list[Codes] = []
        keys: list[Keys] = []
        if steps and index.writable:
            index.check_folder()
            # Not the last step's: a change told in several steps is one, and is gone to as one.
            end = self._feed.latest()
            note_origin(self._folder, end, self._feed.mark(end))

        def add(sequence: int) -> None:
            if codes:
                index.add(np.concatenate(codes), np.concatenate(keys), sequence)
                if progress is not None:
                    progress(sum(map(len, keys)))
                codes.clear()
                keys.clear()

        for step in steps:
            if step.added is not None:
                codes.append(step.added[0])
                keys.append(step.added[1])
            if step.removed:
                # The removals of a step are not done yet while its sequence isn't noted.
                add(index.sequence)
                for low, high in step.removed:
                    index.remove_range(low, high)
                index.reached(step.sequence)
        if steps:
            add(steps[-1].sequence)
            index.reached(steps[-1].sequence)

    def search(
        self, codes: npt.ArrayLike, radius: int, *, grouping: Grouping = EVERY_KEY, threads: int = 1
    ) -> Hits:
        """`Index.search`, of what the catalogue has followed so far."""
        return self._index.search(codes, radius, grouping=grouping, threads=threads)

    def warm(self, ending: Callable[[], bool] = lambda: False) -> None:
        """`Index.warm`: read what searching touches from the disk."""
        self._index.warm(ending)

    def maintain(self) -> None:
        """Seal and merge now, and wait for it (a writer; a reader has nothing to do)."""
        if self._index.writable:
            self._index.maintain()

    def compact(self) -> None:
        """Make searching quicker, in a quiet hour.

        A writer begins to merge its segments into one; a reader opens the folder anew where its
        writer has done so.
        """
        if self._index.writable:
            self._index.compact()
            return
        with self._following:
            if self._index.is_compacted():
                self._open_anew(None)

    def is_behind(self) -> bool:
        """Whether this is a reader that purges, and maps files that the writer has replaced."""
        return self._purge and not self._index.writable and self._index.maps_what_is_gone()

    def let_go(self) -> None:
        """Let go of the files that the writer has replaced, where there are any.

        A file that is deleted stays in memory for as long as a process maps it.
        """
        if self.is_behind():
            with self._following:
                self._open_anew(None)

    def delete(self) -> bool:
        """Close, and delete the folder; whether it is gone: it is unless another writes it."""
        with self._following, suppress(IndexProblem, OSError):
            # What failed in the background is past, and whether the folder is gone is asked below.
            if self._index.writable:
                self._index.delete()
            else:
                self._index.close()
        return delete_index(self._folder)

    def close(self) -> None:
        """Let go of the folder."""
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
