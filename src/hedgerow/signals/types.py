"""What a signal type is: the protocol that ours and other people's follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from hedgerow.media import File

if TYPE_CHECKING:  # NumPy is loaded where it is used
    import numpy as np
    import numpy.typing as npt

BITS = 256
"""Bits of a signal that is compared by HAMMING."""


class Comparison(StrEnum):
    """How two signals of a type are compared."""

    EQUAL = "equal"
    """The same or not: a digest of the file."""

    HAMMING = "hamming"
    """By differing bits of 256, found through the index."""

    PARTS = "parts"
    """By many codes of 256 bits, found through the index and then weighed as a whole."""


@dataclass(frozen=True)
class Signal:
    """A hash of some type, in that type's normal spelling.

    `quality` is 0 to 100 where the type knows one: how much there was to hash. `payload`: the
    parts of a type that is compared by them, `value` being their digest; empty otherwise.
    """

    type: str
    value: str
    quality: int | None = None
    payload: bytes = field(default=b"", repr=False, compare=False)


Box = tuple[int, int, int, int]
"""A part of a picture: left, top, width, height in pixels of the picture as a person sees it."""


@dataclass(frozen=True)
class Region:
    """A part of a picture that may be a picture of its own, hashed like one."""

    box: Box
    value: str
    quality: int | None = None
    variants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Computed:
    """What hashing one file gave.

    `variants`: the value that the picture would have had before a simple edit, by the edit's
    name. An upload is looked up under each, and the name says what was done to it. `regions`:
    the pictures that the picture may have inside, to be looked up as well. `payload`: of a type
    compared by PARTS, all of its codes as the type packs them; `value` is then their digest.
    """

    value: str
    quality: int | None = None
    variants: Mapping[str, str] = field(default_factory=dict)
    regions: tuple[Region, ...] = ()
    payload: bytes = b""


@runtime_checkable
class SignalType(Protocol):
    """A kind of hash. Offer one under the entry point group `hedgerow.signal_types`.

    `name`: short, lower case, unique. `needs_picture`: whether `compute` asks for
    `file.picture()`. `max_distance`: the largest distance that means anything, and
    `default_threshold`: the distance up to which two are taken for the same picture where a bank
    says nothing else (both 0 for EQUAL). `minimum_quality`: a value of less quality says little,
    and a match by it is for a person to judge (0: the type knows no quality). A HAMMING type's
    values are 64 hexadecimal digits.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - told above
    @property
    def comparison(self) -> Comparison: ...  # noqa: D102 - told above
    @property
    def needs_picture(self) -> bool: ...  # noqa: D102 - told above
    @property
    def max_distance(self) -> int: ...  # noqa: D102 - told above
    @property
    def default_threshold(self) -> int: ...  # noqa: D102 - told above
    @property
    def minimum_quality(self) -> int: ...  # noqa: D102 - told above

    def parse(self, text: str) -> str:
        """`text` in the type's normal spelling; raises BadSignal where it isn't one."""
        ...

    def compute(self, file: File) -> Computed:
        """Hash `file`; raises hedgerow.media.Refused where it can't be read as this needs."""
        ...


@runtime_checkable
class PartsType(SignalType, Protocol):
    """A type whose signals are many codes: those of a picture's landmarks, of a video's frames.

    `sealed`: whether its payloads are encrypted at rest, and leave an installation in no export.
    """

    @property
    def sealed(self) -> bool: ...  # noqa: D102 - told above

    def banked(self, payload: bytes) -> bytes:
        """The payload as a bank keeps it, of one that `compute` made or of a banked one.

        Raises BadSignal where it is neither.
        """
        ...

    def codes(self, banked: bytes) -> npt.NDArray[np.uint8]:
        """The codes (n, 32) by which a banked payload is found. Raises BadSignal."""
        ...
