"""The index: a set of (code, key) pairs, searched exactly, kept on disk.

One process writes (it holds a lock on the folder), any number map and search. A writer's change
is in its log before the call returns and in the next search's answer. A reader's changes stay in
its own memory: it follows the same feed as the writer (see `catalogue`).
"""

from __future__ import annotations

import operator
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal, Self

import numpy as np
import numpy.typing as npt

from hedgerow.index.codes import BITS, MAX_KEY, MIN_KEY, Codes, Keys, as_codes, as_keys
from hedgerow.index.errors import IndexDamaged, IndexReadOnly
from hedgerow.index.hits import EVERY_KEY, Grouping, Hits
from hedgerow.index.limits import SEAL_AT
from hedgerow.index.lock import NAME as LOCK
from hedgerow.index.lock import remove_files, take_lock
from hedgerow.index.log import LogWriter, Record, drop_torn_end, read_log
from hedgerow.index.maintenance import Maintenance
from hedgerow.index.manifest import Manifest, log_number, unused_number
from hedgerow.index.processor import readonly
from hedgerow.index.segment import Segment
from hedgerow.index.tail import Tail

QUERIES_A_THREAD = 16
"""Queries below which a thread of their own takes longer to start than they to search."""

BULK_AT = 16_384
"""Pairs added in one call from which they become a segment at once, without the log."""


@dataclass(frozen=True)
class View:
    """What one search looks at. Replaced whole, never changed, so that a search needs no lock."""

    segments: tuple[Segment, ...]
    tails: tuple[Tail, ...]

    @property
    def parts(self) -> tuple[Segment | Tail, ...]:
        """Segments and tails alike."""
        return (*self.segments, *self.tails)


class Index:
    """Exact range search over 256-bit codes. Make one with `Index.open`."""

    def __init__(
        self, folder: Path, *, writable: bool, sync: bool, seal_at: int, purge: bool = False
    ) -> None:
        self.folder = folder
        self.writable = writable
        self.seal_at = seal_at
        self.purge = purge
        self.sync = sync
        self._lock_file: int | None = None
        self._changing = threading.RLock()
        self._log: LogWriter | None = None
        self.manifest = Manifest()
        self.view = View((), (Tail(),))
        self.sequence = 0
        self._maintenance = Maintenance(self)

    @classmethod
    def open(
        cls,
        folder: str | os.PathLike[str],
        mode: Literal["write", "read"] = "write",
        *,
        sync: bool = False,
        seal_at: int = SEAL_AT,
        anew: bool = False,
        purge: bool = False,
    ) -> Index:
        """Open the index in `folder`; a writer makes a new one where there is none.

        A change survives the end of the process however it ends; with `sync` also a loss of
        power, at the price of waiting for the disk at each change. `anew` empties the index,
        whatever state its files are in. With `purge` the codes of removed pairs leave the files at
        once: a removal begins to rewrite, in the background, whatever file holds any, and `close`
        waits for that.

        Raises IndexLocked where another process writes (open it for reading, or wait),
        IndexDamaged where the files don't fit together.
        """
        index = cls(Path(folder), writable=mode == "write", sync=sync, seal_at=seal_at, purge=purge)
        try:
            index._load(anew=anew)
        except BaseException:
            index._release()
            raise
        return index

    # Opening and closing

    def _load(self, *, anew: bool) -> None:
        if self.writable:
            # The codes of a list are nobody else's business: the folder is its owner's alone.
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock_file = take_lock(self.folder)
            if anew:
                self._first_manifest(unused_number(self.folder))
        while True:
            manifest = Manifest.load(self.folder)
            try:
                self._load_files(manifest or self._first_manifest())
                return
            except IndexDamaged:
                # The writer may have deleted what a manifest named while this reader opened it.
                if self.writable or Manifest.load(self.folder) == manifest:
                    raise

    def _first_manifest(self, counter: int = 0) -> Manifest:
        """The manifest of an index with nothing in it, put in place by a writer."""
        if not self.writable:
            return Manifest()
        manifest = Manifest(logs=(f"log-{counter}",), counter=counter + 1)
        (self.folder / manifest.logs[0]).touch(mode=0o600)
        manifest.save(self.folder)
        return manifest

    def _load_files(self, manifest: Manifest) -> None:
        if self.writable:
            manifest.sweep(self.folder)
            drop_torn_end(self.folder / manifest.logs[-1])
        self.manifest = manifest
        self.sequence = manifest.sequence
        segments = tuple(
            Segment.open(self.folder / entry.name, entry.born, entry.dead)
            for entry in manifest.segments
        )
        self.view = View(segments, (Tail(),))
        for name in manifest.logs:
            for record in read_log(self.folder / name, newest=name == manifest.logs[-1]):
                self._replay(record, log_number(name))
        if self.writable:
            self._log = LogWriter(self.folder / manifest.logs[-1], sync=self.sync)
            self._maintenance.consider()

    def _replay(self, record: Record, log: int) -> None:
        if record.codes is not None and record.keys is not None:
            self.view.tails[-1].add(record.codes, record.keys)
        for low, high in record.removed:
            self.view.tails[-1].remove_range(low, high)
            for segment in self.view.segments:
                if segment.born <= log:
                    segment.remove_range(low, high)
        self.sequence = max(self.sequence, record.sequence)

    def _release(self) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    def close(self) -> None:
        """Wait for work in the background and let go of the folder."""
        try:
            self._maintenance.close()
        finally:
            self._release()

    def delete(self) -> None:
        """Close this writer's index and delete its folder."""
        try:
            self._maintenance.close()
        finally:
            try:
                with self._changing:
                    self.check_folder()
                    self.stop_writing()
                    remove_files(self.folder)
            finally:
                self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Changing

    @property
    def changing(self) -> AbstractContextManager[bool]:
        """Held by whoever changes the view, the log or the manifest."""
        return self._changing

    @property
    def log(self) -> LogWriter:
        """The log of this writer; raises IndexReadOnly for a reader."""
        if self._log is None:
            why = (
                "was closed, or stopped at an error"
                if self.writable
                else "is open for reading only"
            )
            raise IndexReadOnly(f"the index in {self.folder} {why}; open it again to change it")
        return self._log

    @property
    def stopped(self) -> bool:
        """Whether this writer takes no more changes, until it is opened again."""
        return self.writable and self._log is None

    def check_folder(self) -> None:
        """Stop, and raise IndexDamaged, where the folder is not the one that this writer locked.

        Somebody deleted it; another process may have made, and be writing, a new one.
        """
        assert self._lock_file is not None
        try:
            same = os.path.samestat(os.fstat(self._lock_file), (self.folder / LOCK).stat())
        except FileNotFoundError:
            same = False
        if not same:
            self.stop_writing()
            raise IndexDamaged(
                f"the index folder {self.folder} was deleted while in use; open it again"
            )

    def show(self, segments: tuple[Segment, ...], tails: tuple[Tail, ...]) -> None:
        """Let searches that start from now on look at these."""
        self.view = View(segments, tails)

    def start_log(self, name: str) -> None:
        """Write to the new log `name` from now on."""
        self.log.finish(self.sequence)
        log = LogWriter(self.folder / name, sync=self.sync)
        self.log.close()
        self._log = log

    def stop_writing(self) -> None:
        """Refuse every further change (IndexReadOnly) until the index is opened again."""
        if self._log is not None:
            self._log.close()
            self._log = None

    def add(self, codes: npt.ArrayLike, keys: npt.ArrayLike, sequence: int | None = None) -> int:
        """Add the pairs (codes[i], keys[i]); returns how many were not there before.

        codes: uint64 (n, 4) or (4,); keys: whole numbers (n,) or one. `sequence`, if given, is
        where the caller's feed stands afterwards. The next search finds them.
        """
        rows = as_codes(codes)
        names = as_keys(keys, len(rows))
        with self._changing:
            self._check_writing()
            known = np.zeros(len(rows), np.bool_)
            for part in self.view.parts:
                known |= part.holds(rows, names)
            rows, names = rows[~known], names[~known]
            before = len(self)
            reached = self.sequence if sequence is None else sequence
            if len(names) >= BULK_AT and self.writable:
                self._maintenance.install_bulk(rows, names, reached)
            else:
                if self.writable and (len(names) or sequence is not None):
                    self.log.add(rows, names, reached)
                self.view.tails[-1].add(rows, names)
            self.sequence = reached
            added = len(self) - before
            self._maintenance.consider()
        self._maintenance.hold_back()
        return added

    def _check_writing(self) -> None:
        if self.writable:
            self._maintenance.raise_failure()
            _ = self.log

    def remove(self, keys: int | Iterable[int] | Keys, sequence: int | None = None) -> int:
        """Remove every pair of each of the keys; returns how many there were.

        keys: whole numbers. All of them are removed, or none where the process is killed.
        """
        array = np.asarray(keys if isinstance(keys, int | np.generic | np.ndarray) else list(keys))
        wanted = np.unique(as_keys(array, array.size))
        breaks = np.flatnonzero(np.diff(wanted) != 1) + 1
        runs = [run for run in np.split(wanted, breaks) if len(run)]
        return self._remove([(int(run[0]), int(run[-1]) + 1) for run in runs], sequence)

    def remove_range(self, low: int, high: int, sequence: int | None = None) -> int:
        """Remove every pair with low ≤ key < high; returns how many there were.

        No search that starts after this returns finds them.
        """
        first, last = (min(max(operator.index(key), MIN_KEY), MAX_KEY) for key in (low, high))
        return self._remove([(first, last)] if first < last else [], sequence)

    def _remove(self, ranges: list[tuple[int, int]], sequence: int | None) -> int:
        with self._changing:
            reached = self.sequence if sequence is None else sequence
            if self.writable and (ranges or sequence is not None):
                self.log.remove(ranges, reached)
            removed = 0
            for low, high in ranges:
                removed += sum(part.remove_range(low, high) for part in self.view.parts)
                self._maintenance.note_removal(low, high)
            self.sequence = reached
            self._maintenance.consider()
            return removed

    def reached(self, sequence: int) -> None:
        """Note that the caller's feed was followed up to `sequence`."""
        with self._changing:
            if self.writable and sequence != self.sequence:
                self.log.reached(sequence)
            self.sequence = sequence
            self._maintenance.consider()

    def clear(self) -> None:
        """Remove everything and stand at sequence 0 again."""
        self._maintenance.close()
        with self._changing:
            _ = self.log
            self.check_folder()
            self.stop_writing()
            self._maintenance = Maintenance(self)
            # In one step, like every change: what this manifest doesn't name is swept away.
            self._load_files(self._first_manifest(self.manifest.counter))

    @property
    def unsealed(self) -> int:
        """Rows that are in memory only, or in the log, removed ones too."""
        return sum(tail.rows for tail in self.view.tails)

    def maintain(self) -> None:
        """Seal the tail and merge segments now, and wait for it."""
        self._maintenance.run_now()

    def compact(self) -> None:
        """Start to merge all segments into one, in the background: a search then asks only one.

        Rewrites the whole index, about 2 s a million codes: for quiet hours.
        """
        self._maintenance.compact()

    def is_compacted(self) -> bool:
        """Whether the folder's writer has fewer segments by now than this reader maps."""
        newest = Manifest.load(self.folder)
        return newest is not None and len(newest.segments) < len(self.view.segments)

    def maps_what_is_gone(self) -> bool:
        """Whether this reader maps a segment that the folder's writer has dropped since."""
        newest = Manifest.load(self.folder)
        there = set() if newest is None else {entry.name for entry in newest.segments}
        return newest is not None and not there.issuperset(
            segment.name for segment in self.view.segments
        )

    # Searching

    def warm(self, ending: Callable[[], bool] = lambda: False) -> None:
        """Read what searching touches from the disk: after a start the first searches would.

        Takes as long as the disk does, for about 120 bytes a code; `ending` is asked now and then,
        and a yes is the end of it.
        """
        for segment in self.view.segments:
            segment.warm(ending)

    def search(
        self,
        codes: npt.ArrayLike,
        radius: int,
        *,
        grouping: Grouping = EVERY_KEY,
        threads: int = 1,
    ) -> Hits:
        """Every pair whose code is within `radius` bits of a query: exact, none left out.

        codes: uint64 (n, 4) or (4,), the queries; radius: 0 to 256. `threads` share the queries
        and run without the GIL. Raises ValueError for a radius out of range.
        """
        queries = readonly(as_codes(codes))
        radius = operator.index(radius)
        if not 0 <= radius <= BITS:
            raise ValueError(f"a radius is 0 to {BITS} bits, not {radius}")
        view = self.view
        chunks = _chunks(len(queries), threads)
        if len(chunks) <= 1:
            return _search(view, queries, radius, grouping, 0)
        with ThreadPoolExecutor(len(chunks)) as pool:
            parts = pool.map(
                lambda chunk: _search(view, queries[chunk], radius, grouping, chunk.start), chunks
            )
            return Hits.joined(list(parts))

    def __len__(self) -> int:
        view = self.view
        return sum(segment.live for segment in view.segments) + sum(map(len, view.tails))

    @property
    def stored_bytes(self) -> int:
        """Bytes that searching this index touches at most: mapped files and memory."""
        view = self.view
        return sum(part.stored_bytes for part in view.parts)


def _chunks(count: int, threads: int) -> Sequence[slice]:
    shares = min(threads, count // QUERIES_A_THREAD)
    if shares <= 1:
        return [slice(0, count)]
    edges = np.linspace(0, count, shares + 1).astype(int)
    return [slice(int(a), int(b)) for a, b in pairwise(edges)]


def _search(view: View, queries: Codes, radius: int, grouping: Grouping, offset: int) -> Hits:
    found = [part.search(queries, radius, grouping) for part in view.parts]
    some = [hits for hits in found if len(hits)]
    if not some:
        return Hits.none()
    joined = Hits.joined(some)
    if len(some) > 1:
        joined = joined.limited(grouping)  # Each part kept to the limit, not all of them together.
    return Hits(joined.query + offset, joined.key, joined.distance, joined.code)


__all__ = ["BULK_AT", "Codes", "Index", "Keys", "View"]
