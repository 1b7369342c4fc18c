"""Building a segment's files from pairs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hedgerow.index import tables
from hedgerow.index.codes import Codes, Keys
from hedgerow.index.plan import cut_for, row_bytes
from hedgerow.index.processor import LANES, readonly

MAX_PAIRS = 2**32 - 1
"""Pairs in one segment: places in its files are 32-bit numbers."""


def _sorted_pairs(codes: Codes, keys: Keys) -> tuple[Codes, Keys]:
    """The pairs in order of code, then key.

    One sort by the first word, which random codes hardly ever share, and a full sort of only
    those that do: three times as quick as sorting by all words.
    """
    order = np.argsort(codes[:, 0])
    first = codes[order, 0]
    same = first[1:] == first[:-1]
    tied = np.zeros(len(order), np.bool_)
    tied[1:] |= same
    tied[:-1] |= same
    if tied.any():
        rows = order[tied]
        words = codes[rows]
        order[tied] = rows[
            np.lexsort((keys[rows], words[:, 3], words[:, 2], words[:, 1], words[:, 0]))
        ]
    return codes[order], keys[order]


def _starts(codes: Codes) -> npt.NDArray[np.int64]:
    """Where each distinct code starts in the sorted `codes`."""
    changed = np.ones(len(codes), np.bool_)
    changed[1:] = (codes[1:] != codes[:-1]).any(axis=1)
    return np.flatnonzero(changed)


def _create(folder: Path, name: str, dtype: type, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """A new array on disk, mapped for writing (an empty one can't be mapped)."""
    path = folder / f"{name}.npy"
    if 0 in shape:
        array: npt.NDArray[Any] = np.empty(shape, dtype)
        np.save(path, array)
        return array
    array = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
    # The room is taken now: on a full disk this is an error, a write to a mapped hole a SIGBUS.
    with path.open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return array


def _save(folder: Path, name: str, array: npt.NDArray[Any]) -> None:
    np.save(folder / f"{name}.npy", array)


def build_segment(folder: Path, codes: Codes, keys: Keys) -> None:
    """Write the files of a segment with these pairs, each once, to the new folder `folder`.

    codes: uint64 (n, 4) and keys: int64 (n,), n > 0, in any order. The files are on disk
    (fsync) when this returns; the folder counts only once a manifest names it. Raises ValueError
    where there are more than MAX_PAIRS.
    """
    if len(keys) > MAX_PAIRS:
        raise ValueError(f"a segment holds at most {MAX_PAIRS:,} pairs, not {len(keys):,}")
    folder.mkdir(mode=0o700, parents=True)
    codes, keys = _sorted_pairs(codes, keys)
    again = np.zeros(len(keys), np.bool_)
    again[1:] = (keys[1:] == keys[:-1]) & (codes[1:] == codes[:-1]).all(axis=1)
    if again.any():
        codes, keys = codes[~again], keys[~again]
    starts = _starts(codes)
    if len(starts) < len(codes):
        codes = codes[starts]
        _save(folder, "owner_starts", np.append(starts, len(keys)).astype(np.uint32))
    _save(folder, "codes", codes)
    _save(folder, "keys", keys)
    _save(folder, "by_key", np.argsort(keys, kind="stable").astype(np.uint32))
    cut = cut_for(len(codes))
    offsets = _create(folder, "offsets", np.uint32, (cut.parts, 2**cut.bits + 1))
    ids = _create(
        folder, "ids", np.uint8, (max(cut.parts - 1, 0), len(codes), row_bytes(len(codes)))
    )
    following = _create(folder, "following", np.uint16, (cut.parts, len(codes) + LANES))
    columns = [np.asarray(array) for array in (offsets, ids, following)]
    for part in range(cut.parts):
        tables.fill_table(readonly(codes), part, cut.bits, *columns)
    for array in (offsets, ids, following):
        if isinstance(array, np.memmap):
            array.flush()
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make every file in `folder`, and the folder itself, survive a loss of power.

    All of it is its owner's alone: NumPy makes files that others can read.
    """
    for path in [*folder.iterdir(), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fchmod(descriptor, 0o700 if path == folder else 0o600)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
