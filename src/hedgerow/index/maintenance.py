"""Sealing and merging, in the background, so that no change or search waits for them.

A seal freezes the tail (it is still searched), begins a new log, writes the frozen pairs as a
segment and names it in a new manifest; a merge writes the living pairs of several segments as
one. Whatever is killed halfway was not named yet, and the logs still hold it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hedgerow.index.build import build_segment, sync_folder
from hedgerow.index.codes import Codes, Keys
from hedgerow.index.manifest import SegmentEntry, log_number
from hedgerow.index.segment import Segment
from hedgerow.index.tail import Tail

if TYPE_CHECKING:
    from hedgerow.index.index import Index

SIZE_RATIO = 4
"""Each segment stays at least this many times as large as all smaller ones together: a search
asks few segments, and a code is rewritten few times."""

DEAD_SHARE = 0.25
"""Share of removed pairs from which a segment is rewritten without them."""

LOG_BYTES_A_PAIR = 64
"""Times the sealing size: bytes of a log from which a new one is begun, whatever is in it. (A pair
added alone takes 60.)"""

TAILS_IN_MEMORY = 4
"""Times the sealing size that the tail may reach before additions wait for the seal."""


def segments_to_merge(segments: Sequence[Segment], *, purge: bool = False) -> list[Segment]:
    """The segments that should become one, none where all is well.

    `purge`: no removed pair is to stay in any.
    """
    if purge and (with_removed := [segment for segment in segments if segment.removed]):
        return with_removed
    by_size = sorted(segments, key=lambda segment: len(segment.keys), reverse=True)
    smaller = sum(len(segment.keys) for segment in by_size)
    for position, segment in enumerate(by_size[:-1]):
        smaller -= len(segment.keys)
        if len(segment.keys) < SIZE_RATIO * smaller:
            return by_size[position:]
    return [s for s in by_size if s.removed > DEAD_SHARE * len(s.keys)][:1]


class Maintenance:
    """Keeps one index in shape. Every change of view or manifest is made under its lock."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._pool: ThreadPoolExecutor | None = None
        self._running: Future[None] | None = None
        self._leaving = False  # what is running has looked for work for the last time
        self._compacting = False
        self._frozen: list[tuple[Tail, list[str], int]] = []
        self._tail_logs: list[str] | None = None
        self._noted: list[list[tuple[int, int]]] = []

    # Called by the index, under its lock

    def consider(self) -> None:
        """Start work in the background where there is some."""
        index = self._index
        if not index.writable or index.stopped:
            return
        # Removed pairs and records of removals count, too: they cost a search and a start as much.
        tail = index.view.tails[-1]
        if (
            tail.rows >= index.seal_at
            or index.log.size >= LOG_BYTES_A_PAIR * index.seal_at
            # The log has what was removed of the tail.
            or (index.purge and tail.rows > len(tail))
        ):
            self._freeze()
        working = self._running is not None and not self._running.done() and not self._leaving
        if working or not self._has_work():
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="hedgerow-index")
        self._leaving = False
        self._running = self._pool.submit(self._work)

    def note_removal(self, low: int, high: int) -> None:
        """Tell the work under way of a removal that its copy may have missed."""
        for removals in self._noted:
            removals.append((low, high))

    def install_bulk(self, codes: Codes, keys: Keys, sequence: int) -> None:
        """Make a segment of many new pairs at once."""
        index = self._index
        name = self._built(codes, keys)
        logs = self._tail_log_names()  # Asked before the new log is one of the manifest's.
        log = self._begin_log()
        logs.append(log)
        segment = Segment.open(index.folder / name, born=log_number(log))
        self._install((*index.view.segments, segment), index.view.tails, sequence, dropped=())

    def raise_failure(self) -> None:
        """Raise what went wrong in the background, if anything did."""
        if self._running is not None and self._running.done():
            running, self._running = self._running, None
            running.result()

    # Called by anyone, without the lock

    def compact(self) -> None:
        """Start to merge all segments into one, in the background."""
        with self._index.changing:
            self._compacting = len(self._index.view.segments) > 1
            self.consider()

    def hold_back(self) -> None:
        """Wait for the seal under way where memory would fill faster than it empties."""
        running = self._running
        if running is not None and self._index.unsealed > TAILS_IN_MEMORY * self._index.seal_at:
            running.result()

    def run_now(self) -> None:
        """Seal and merge what there is, and wait for it."""
        with self._index.changing:
            if self._index.log.size or self._index.view.tails[-1].rows:
                self._freeze()
            self.consider()
            running = self._running
        if running is not None:
            running.result()

    def close(self) -> None:
        """Wait for the work under way; raises what went wrong in it."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
        self.raise_failure()

    # The work

    def _has_work(self) -> bool:
        return bool(self._frozen) or bool(self._to_merge())

    def _to_merge(self) -> list[Segment]:
        segments = self._index.view.segments
        if self._compacting:
            return list(segments)
        return segments_to_merge(segments, purge=self._index.purge)

    def _work(self) -> None:
        while not self._index.stopped:
            with self._index.changing:
                merging = self._to_merge()
                frozen = list(self._frozen)
                self._leaving = not merging and not frozen
                if self._leaving:
                    return
            if frozen:
                self._seal(*frozen[0])
            else:
                self._merge(merging)

    def _freeze(self) -> None:
        index = self._index
        logs = self._tail_log_names()
        sealed = (index.view.tails[-1], list(logs), index.sequence)
        log = self._begin_log()
        self._frozen.append(sealed)
        self._tail_logs = [log]
        self._install(index.view.segments, (*index.view.tails, Tail()), None, dropped=())

    def _seal(self, tail: Tail, logs: list[str], sequence: int) -> None:
        index = self._index
        with self._noting() as removals:
            with index.changing:
                codes, keys = tail.living_pairs()
            name = self._built(codes, keys) if len(keys) else None
            with index.changing:
                segments = index.view.segments
                if name is not None:
                    born = log_number(logs[-1]) + 1
                    segments = (*segments, self._opened(name, born, removals))
                self._frozen.pop(0)
                tails = tuple(other for other in index.view.tails if other is not tail)
                self._install(segments, tails, sequence, dropped=logs)

    def _merge(self, merging: list[Segment]) -> None:
        index = self._index
        with self._noting() as removals:
            with index.changing:
                self._compacting = False
            # Not under the lock: what is removed from now on is noted, whether the copy has it.
            pairs = [segment.living_pairs() for segment in merging]
            codes = np.concatenate([codes for codes, _keys in pairs])
            keys = np.concatenate([keys for _codes, keys in pairs])
            del pairs
            name = self._built(codes, keys) if len(keys) else None
            with index.changing:
                kept = tuple(s for s in index.view.segments if s not in merging)
                if name is not None:
                    born = max(segment.born for segment in merging)
                    kept = (*kept, self._opened(name, born, removals))
                self._install(kept, index.view.tails, None, dropped=())
        for segment in merging:
            # Readers that still map its files keep them until they let go.
            shutil.rmtree(index.folder / segment.name)

    @contextmanager
    def _noting(self) -> Iterator[list[tuple[int, int]]]:
        """A list of the removals from now on, kept while the work under way may miss them."""
        removals: list[tuple[int, int]] = []
        with self._index.changing:
            self._noted.append(removals)
        try:
            yield removals
        finally:
            with self._index.changing:
                self._noted = [other for other in self._noted if other is not removals]

    def _opened(self, name: str, born: int, removals: list[tuple[int, int]]) -> Segment:
        segment = Segment.open(self._index.folder / name, born)
        for low, high in removals:
            segment.remove_range(low, high)
        return segment

    def _built(self, codes: Codes, keys: Keys) -> str:
        with self._index.changing:
            name = f"segment-{self._next_number()}"
        try:
            build_segment(self._index.folder / name, codes, keys)
        except BaseException:
            # A full disk, perhaps: what will never be named is not to fill it.
            shutil.rmtree(self._index.folder / name, ignore_errors=True)
            raise
        return name

    # Names, logs and the manifest, under the lock

    def _next_number(self) -> int:
        self._index.check_folder()
        manifest = self._index.manifest
        self._index.manifest = replace(manifest, counter=manifest.counter + 1)
        return manifest.counter

    def _tail_log_names(self) -> list[str]:
        if self._tail_logs is None:
            self._tail_logs = list(self._index.manifest.logs)
        return self._tail_logs

    def _begin_log(self) -> str:
        """Start the next log file; it counts once `_install` has named it."""
        index = self._index
        name = f"log-{self._next_number()}"
        index.start_log(name)
        index.manifest = replace(index.manifest, logs=(*index.manifest.logs, name))
        return name

    def _install(
        self,
        segments: tuple[Segment, ...],
        tails: tuple[Tail, ...],
        sequence: int | None,
        dropped: Sequence[str],
    ) -> None:
        """Name these segments in a new manifest, then show them to searches."""
        index = self._index
        _ = index.log
        try:
            entries = [self._entry(index.folder, segment) for segment in segments]
            old = index.manifest
            manifest = replace(
                old,
                sequence=old.sequence if sequence is None else max(old.sequence, sequence),
                segments=tuple(entries),
                logs=tuple(log for log in old.logs if log not in dropped),
            )
            manifest.save(index.folder)
        except BaseException:
            # The log that is being written to may not be named: take no change that could be lost.
            index.stop_writing()
            raise
        index.manifest = manifest
        index.show(segments, tails)
        for log in dropped:
            (index.folder / log).unlink()
        for entry in entries:
            for dead in (index.folder / entry.name).glob("dead-*.npy"):
                if dead.name != entry.dead:
                    dead.unlink()

    def _entry(self, folder: Path, segment: Segment) -> SegmentEntry:
        if segment.unsaved_removals:
            segment.dead_file = f"dead-{self._next_number()}.npy"
            np.save(folder / segment.name / segment.dead_file, segment.dead)
            sync_folder(folder / segment.name)
            segment.unsaved_removals = False
        return SegmentEntry(segment.name, segment.born, segment.dead_file)
