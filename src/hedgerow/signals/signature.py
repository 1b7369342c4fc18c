"""What is kept of a picture's landmarks, and what is sought for an upload, as bytes and arrays."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hedgerow.signals.errors import BadSignal

AREA = 150_000
"""Pixels that a picture is scaled to before its landmarks are looked for: copies come in all
sizes."""

MOST_ENLARGED = 4.0
"""How much a small picture is enlarged at most, to each side: more shows nothing new."""

VIEWS = 4
"""Descriptions of a landmark: bit 0 of a view's number says mirrored, bit 1 negative."""

MIRRORED, NEGATIVE = 1, 2

CODE_BYTES = 32

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

_HEADER = struct.Struct("<4sIIf")  # which form, width, height, unit
_PLACES = ("x", "y", "size", "angle")
_PLACE: list[tuple[str, Any]] = [(name, "<f4") for name in _PLACES]
BANKED_MARK, SOUGHT_MARK = b"LMB2", b"LMS2"
_PLACE += [("view", "u1"), ("inside", "?")]
_BANKED = BANKED_MARK, np.dtype([*_PLACE, ("code", "u1", (CODE_BYTES,))])
_SOUGHT = (
    SOUGHT_MARK,
    np.dtype(
        [
            *_PLACE,
            ("kept", "?"),
            ("searched", "?"),
            ("common", "?"),
            ("codes", "u1", (VIEWS, CODE_BYTES)),
        ]
    ),
)


def scale_of(width: int, height: int) -> float:
    """How much a picture of that size is scaled before its landmarks are looked for."""
    return min(math.sqrt(AREA / (width * height)), MOST_ENLARGED)


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Where the landmarks of a picture of `width` x `height` pixels are.

    unit: by how much it was scaled to look for them, so that what is near and large means the same
    in every picture.
    x, y: float32 (n,), in pixels of the picture as a person sees it. size: float32 (n,), pixels
    across that the description is of. angle: float32 (n,), radians, clockwise from the right.
    view: int64 (n,), which of the four descriptions is banked.
    inside: bool (n,), which lie in the picture proper, and not in what was drawn around it.
    """

    width: int
    height: int
    unit: float
    x: Floats
    y: Floats
    size: Floats
    angle: Floats
    view: Numbers
    inside: Flags

    def __len__(self) -> int:
        return len(self.x)

    def _packed(self, form: tuple[bytes, np.dtype[np.void]], **more: npt.NDArray[Any]) -> bytes:
        mark, dtype = form
        rows = np.zeros(len(self), dtype)
        for name in _PLACES:
            rows[name] = getattr(self, name)
        rows["view"], rows["inside"] = self.view, self.inside
        for name, values in more.items():
            rows[name] = values
        return _HEADER.pack(mark, self.width, self.height, self.unit) + rows.tobytes()


@dataclass(frozen=True, eq=False)
class Banked(Landmarks):
    """A banked picture's landmarks. code: uint8 (n, 32), of each in its own view."""

    code: Codes

    def pack(self) -> bytes:
        """The landmarks as bytes."""
        return self._packed(_BANKED, code=self.code)

    @classmethod
    def unpack(cls, payload: bytes) -> Banked:
        """What `pack` made; raises BadSignal where it isn't that."""
        fields, rows = _unpacked(payload, _BANKED)
        return cls(**fields, code=np.ascontiguousarray(rows["code"]))


@dataclass(frozen=True, eq=False)
class Sought(Landmarks):
    """An upload's landmarks.

    codes: uint8 (n, 4, 32), in each view. kept: bool (n,), which a bank keeps. searched: bool (n,),
    which of these are searched for, in their own view; the rest only speak for what those found.
    common: bool (n,), which are like so many others that only what is nearer tells anything.
    """

    codes: Codes
    kept: Flags
    searched: Flags
    common: Flags

    def pack(self) -> bytes:
        """The landmarks as bytes."""
        flags = {"kept": self.kept, "searched": self.searched, "common": self.common}
        return self._packed(_SOUGHT, codes=self.codes, **flags)

    @classmethod
    def unpack(cls, payload: bytes) -> Sought:
        """What `pack` made; raises BadSignal where it isn't that."""
        fields, rows = _unpacked(payload, _SOUGHT)
        codes = np.ascontiguousarray(rows["codes"])
        fields |= {name: rows[name].copy() for name in ("kept", "searched", "common")}
        return cls(**fields, codes=codes)

    def banked(self) -> Banked:
        """The same picture as a bank keeps it."""
        rows = np.flatnonzero(self.kept)
        view, inside = self.view[rows], self.inside[rows]
        x, y, size, angle = (getattr(self, name)[rows] for name in _PLACES)
        return Banked(
            self.width, self.height, self.unit, x, y, size, angle, view, inside,
            self.codes[rows, view],
        )  # fmt: skip


def _unpacked(
    payload: bytes, form: tuple[bytes, np.dtype[np.void]]
) -> tuple[dict[str, Any], npt.NDArray[np.void]]:
    """What all `Landmarks` have, by name, and the rows with what more there is."""
    mark, dtype = form
    body = payload[_HEADER.size :]
    if payload[: len(mark)] != mark or len(payload) < _HEADER.size or len(body) % dtype.itemsize:
        raise BadSignal("these are no landmarks that this release wrote; bank the picture again")
    _mark, width, height, unit = _HEADER.unpack_from(payload)
    rows = np.frombuffer(body, dtype)
    if not (rows["view"] < VIEWS).all() or min(width, height) < 1 or not 0 < unit < math.inf:
        raise BadSignal("the landmarks are damaged; bank the picture again")
    fields: dict[str, Any] = {name: rows[name].copy() for name in _PLACES}
    fields |= {"width": width, "height": height, "unit": unit}
    return fields | {"view": rows["view"].astype(np.int64), "inside": rows["inside"]}, rows
