"""The hashed frames of a video, as bytes to keep and to look up.

Two forms, little-endian, each a header and then rows. Kept in a bank is one code a frame; sought
for an upload are four (of the frame, of it mirrored, flipped and turned by 180°), from which its
sixteen variants follow, and perhaps the frames of parts of the picture besides.

    bank    "VPB1", seconds float32, partial uint8, 3 zero bytes, rows uint32, rows within the
            bars uint32, then both as rows of frame uint32, seconds float32, until float32,
            quality uint8, code 32 bytes
    sought  "VPS1", seconds float32, partial uint8, 3 zero bytes, width uint32, height uint32,
            looks uint32, then of each look left, top, width, height, rows, all uint32, and
            then the rows of each: as in a bank, with four codes

`until` is when the last frame was shown that the row stands for: near-identical neighbours are
one row. The first look is at the whole picture.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from hedgerow.signals.errors import BadSignal
from hedgerow.signals.transforms import ALL, SIDE, UNDO, Transform
from hedgerow.signals.types import BITS, Box

NEAR = 10
"""Bits up to which neighbours are near-identical, and the first stands for them all."""

MOST_LOOKS = 4

CODE_BYTES = BITS // 8
IMAGES = 4
"""Mirror images that a sought frame is hashed in: as it is, mirrored, flipped, both."""

Codes = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.void]

_PLACE: list[tuple[str, str]] = [
    ("frame", "<u4"),
    ("seconds", "<f4"),
    ("until", "<f4"),
    ("quality", "u1"),
]
BANKED_ROW = np.dtype([*_PLACE, ("code", "u1", (CODE_BYTES,))])
SOUGHT_ROW = np.dtype([*_PLACE, ("codes", "u1", (IMAGES, CODE_BYTES))])

BANKED_MARK, SOUGHT_MARK = b"VPB1", b"VPS1"
_BANKED = struct.Struct("<4sf?3xII")
_SOUGHT = struct.Struct("<4sf?3xIII")
_LOOK = struct.Struct("<5I")

# Where each bit of a code is in the code of the transposed picture.
_TRANSPOSED = np.arange(BITS)[::-1].reshape(SIDE, SIDE).T.ravel()[::-1]


@dataclass(frozen=True, eq=False)
class Banked:
    """A video as a bank keeps it. frames: rows (n,) of BANKED_ROW, in the order they are shown.

    seconds: of the whole video, as far as it was looked at. partial: whether that isn't all.
    within: such rows of the picture inside, where the video has bars or a frame around it: a copy
    may have others.
    """

    frames: Rows
    seconds: float
    partial: bool = False
    within: Rows = field(default_factory=lambda: np.empty(0, BANKED_ROW))

    def pack(self) -> bytes:
        """The video as bytes."""
        counts = len(self.frames), len(self.within)
        header = _BANKED.pack(BANKED_MARK, self.seconds, self.partial, *counts)
        return header + self.frames.tobytes() + self.within.tobytes()

    @classmethod
    def unpack(cls, payload: bytes) -> Banked:
        """What `pack` made; raises BadSignal where it isn't that."""
        if len(payload) < _BANKED.size or not payload.startswith(BANKED_MARK):
            raise BadSignal("these are not the frames of a banked video")
        _mark, seconds, partial, count, inner = _BANKED.unpack_from(payload)
        if len(payload) != _BANKED.size + (count + inner) * BANKED_ROW.itemsize:
            raise BadSignal("the frames of a banked video are cut off, or more than it says")
        rows = np.frombuffer(payload, BANKED_ROW, offset=_BANKED.size)
        frames, within = (_checked(part, seconds) for part in (rows[:count], rows[count:]))
        return cls(frames, seconds, partial, within)


@dataclass(frozen=True, eq=False)
class Look:
    """The frames of a video, or of a part of its picture. frames: rows (n,) of SOUGHT_ROW.

    box: the part, in pixels of the picture as a person sees it.
    """

    box: Box
    frames: Rows


@dataclass(frozen=True, eq=False)
class Sought:
    """A video as it is looked up. looks: the first at the whole picture."""

    looks: tuple[Look, ...]
    seconds: float
    partial: bool
    width: int
    height: int

    def banked(self) -> Banked:
        """What a bank keeps of it."""
        whole, *inner = (_as_banked(look.frames) for look in self.looks[:2])
        return Banked(whole, self.seconds, self.partial, *inner)

    def pack(self) -> bytes:
        """The video as bytes."""
        size = self.width, self.height
        header = _SOUGHT.pack(SOUGHT_MARK, self.seconds, self.partial, *size, len(self.looks))
        heads = [_LOOK.pack(*look.box, len(look.frames)) for look in self.looks]
        return b"".join([header, *heads, *(look.frames.tobytes() for look in self.looks)])

    @classmethod
    def unpack(cls, payload: bytes) -> Sought:
        """What `pack` made; raises BadSignal where it isn't that."""
        if len(payload) < _SOUGHT.size or not payload.startswith(SOUGHT_MARK):
            raise BadSignal("these are not the frames of a video to look up")
        _mark, seconds, partial, width, height, count = _SOUGHT.unpack_from(payload)
        at = _SOUGHT.size + count * _LOOK.size
        if not 1 <= count <= MOST_LOOKS or len(payload) < at:
            raise BadSignal("the frames of a video to look up are cut off")
        heads = [_LOOK.unpack_from(payload, _SOUGHT.size + n * _LOOK.size) for n in range(count)]
        if len(payload) != at + sum(head[4] for head in heads) * SOUGHT_ROW.itemsize:
            raise BadSignal("the frames of a video to look up are cut off, or more than it says")
        looks = []
        for left, top, wide, high, rows in heads:
            frames = np.frombuffer(payload, SOUGHT_ROW, count=rows, offset=at)
            looks.append(Look((left, top, wide, high), _checked(frames, seconds)))
            at += rows * SOUGHT_ROW.itemsize
        return cls(tuple(looks), seconds, partial, width, height)


def _as_banked(sought: Rows) -> Rows:
    frames = np.empty(len(sought), BANKED_ROW)
    for name, _ in _PLACE:
        frames[name] = sought[name]
    frames["code"] = sought["codes"][:, 0]
    return frames


def _checked(frames: Rows, seconds: float) -> Rows:
    """The rows; raises BadSignal where no video has such."""
    times = np.concatenate([frames["seconds"], frames["until"], [seconds]])
    if not (np.isfinite(times).all() and (times >= 0).all()):
        raise BadSignal("the seconds of a video's frames are not all numbers of 0 or more")
    in_order = np.diff(frames["frame"].astype(np.int64)) > 0
    if not (in_order.all() and (frames["until"] >= frames["seconds"]).all()):
        raise BadSignal("a video's frames are not in order")
    if (frames["quality"] > 100).any():
        raise BadSignal("the quality of a video's frames is 0 to 100")
    return frames


def variant_codes(frames: Rows) -> dict[Transform, Codes]:
    """Codes (n, 32) of rows of SOUGHT_ROW under each transform, as `pdq_variants` has them.

    Exact, but for coefficients that are exactly at the median.
    """
    images = frames["codes"]
    found = []
    for vertical, horizontal, swap in UNDO:
        codes = np.ascontiguousarray(images[:, 2 * vertical + horizontal])
        if swap:
            codes = np.packbits(np.unpackbits(codes, axis=1)[:, _TRANSPOSED], axis=1)
        found.append(codes)
    return dict(zip(ALL, [*found, *(~codes for codes in found)], strict=True))


def is_nearly(one: Codes, other: Codes) -> bool:
    """Whether two codes (32,) are near-identical."""
    return int(np.bitwise_count(one ^ other).sum()) <= NEAR


def merged(frames: Rows) -> Rows:
    """Rows of BANKED_ROW with near-identical neighbours as one, the first of them."""
    return frames[list(_merge(frames))] if len(frames) else frames


def _merge(frames: Rows) -> Iterator[int]:
    # `until` of the rows that stay is put right on the way: what is given is changed.
    first = 0
    for number in range(1, len(frames)):
        if is_nearly(frames["code"][first], frames["code"][number]):
            frames["until"][first] = frames["until"][number]
        else:
            yield first
            first = number
    yield first
