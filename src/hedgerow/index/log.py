"""The log: every change since the last manifest, so that a killed process loses none.

One record a change: a header (what, count, sequence, checksum) and the pairs or key ranges.
Writing is one `write` call; a record that was cut off by a kill is recognised by its checksum
and dropped, for it was never acknowledged.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hedgerow.index.codes import Codes, Keys
from hedgerow.index.errors import IndexDamaged

_HEADER = struct.Struct("<4sIqI")
_ADD, _REMOVE, _REACHED, _END = b"add ", b"del ", b"seq ", b"end "
_PAIR_BYTES = 40
_RANGE = struct.Struct("<qq")


@dataclass(frozen=True)
class Record:
    """One change. `sequence` is the caller's: where its feed stands after this change."""

    sequence: int
    codes: Codes | None = None
    keys: Keys | None = None
    removed: tuple[tuple[int, int], ...] = ()
    finished: bool = False


def _encoded(kind: bytes, count: int, sequence: int, body: bytes) -> bytes:
    unsealed = _HEADER.pack(kind, count, sequence, 0)
    return _HEADER.pack(kind, count, sequence, zlib.crc32(body, zlib.crc32(unsealed))) + body


class LogWriter:
    """Appends records to one log file."""

    def __init__(self, path: Path, *, sync: bool) -> None:
        self.path = path
        self._sync = sync
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.size = os.fstat(self._descriptor).st_size

    def _append(self, record: bytes) -> None:
        written = os.write(self._descriptor, record)
        if written != len(record):
            # A full disk. What got there is dropped at the next start, by its checksum; here it
            # is taken back, so that later records are not hidden behind it.
            os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size - written)
            raise OSError(f"{self.path}: the disk is full; nothing of this change was kept")
        self.size += written
        if self._sync:
            os.fdatasync(self._descriptor)

    def add(self, codes: Codes, keys: Keys, sequence: int) -> None:
        """Record pairs that were added."""
        body = codes.astype("<u8").tobytes() + keys.astype("<i8").tobytes()
        self._append(_encoded(_ADD, len(keys), sequence, body))

    def remove(self, ranges: Sequence[tuple[int, int]], sequence: int) -> None:
        """Record that all keys in each of the ranges [low, high) were removed."""
        body = b"".join(_RANGE.pack(low, high) for low, high in ranges)
        self._append(_encoded(_REMOVE, len(ranges), sequence, body))

    def reached(self, sequence: int) -> None:
        """Record that the feed was followed up to `sequence` without a change to make."""
        self._append(_encoded(_REACHED, 0, sequence, b""))

    def finish(self, sequence: int) -> None:
        """Record that this log is complete, and wait until all of it is on disk.

        What the next log says builds on this one, so this one may not be lost without it.
        """
        self._append(_encoded(_END, 0, sequence, b""))
        os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def _decoded(kind: bytes, count: int, sequence: int, body: bytes) -> Record:
    if kind == _ADD:
        codes = np.frombuffer(body, "<u8", count * 4).astype(np.uint64).reshape(count, 4)
        keys = np.frombuffer(body, "<i8", count, offset=count * 32).astype(np.int64)
        return Record(sequence, codes, keys)
    if kind == _REMOVE:
        return Record(sequence, removed=tuple(_RANGE.iter_unpack(body)))
    return Record(sequence, finished=kind == _END)


def read_log(path: Path, *, newest: bool) -> Iterator[Record]:
    """The whole records of a log, in order.

    The newest log may end in a record that was cut off, and the reading stops there. A log that
    another one follows was finished: raises IndexDamaged where its end is missing, for what the
    next one says would be wrong without it.
    """
    whole, finished = 0, False
    for record, end in _records(path):
        yield record
        whole, finished = end, record.finished
    if not newest and not (finished and whole == path.stat().st_size):
        raise IndexDamaged(
            f"{path} is damaged from byte {whole} on; delete the index folder, it is made again "
            "from the database"
        )


def _records(path: Path) -> Iterator[tuple[Record, int]]:
    sizes = {_ADD: _PAIR_BYTES, _REMOVE: _RANGE.size, _REACHED: 0, _END: 0}
    try:
        data = path.read_bytes()
    except FileNotFoundError as problem:
        raise IndexDamaged(
            f"{path} is missing; delete the index folder, it is made again from the database"
        ) from problem
    position = 0
    while position + _HEADER.size <= len(data):
        kind, count, sequence, checksum = _HEADER.unpack_from(data, position)
        end = position + _HEADER.size + count * sizes.get(kind, 0)
        body = data[position + _HEADER.size : end]
        sealed = zlib.crc32(body, zlib.crc32(_HEADER.pack(kind, count, sequence, 0)))
        if kind not in sizes or end > len(data) or sealed != checksum:
            return
        yield _decoded(kind, count, sequence, body), end
        position = end


def drop_torn_end(path: Path) -> None:
    """Cut off what follows the last whole record, before the log is appended to again."""
    end = 0
    for _record, after in _records(path):
        end = after
    if end < path.stat().st_size:
        os.truncate(path, end)
