"""What a signal type is: the protocol that ours and other people's follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from hedgerow.media import File

BITS = 256
"""Bits of a signal that is compared by HAMMING."""


class Comparison(StrEnum):
    """How two signals of a type are compared."""

    EQUAL = "equal"
    """The same or not: a digest of the file."""

    HAMMING = "hamming"
    """By differing bits of 256, found through the index."""


@dataclass(frozen=True)
class Signal:
    """A hash of some type, in that type's normal spelling.

    `quality` is 0 to 100 where the type knows one: how much there was to hash.
    """

    type: str
    value: str
    quality: int | None = None


@dataclass(frozen=True)
class Computed:
    """What hashing one file gave.

    `variants`: the value that the picture would have had before a simple edit, by the edit's
    name. An upload is looked up under each, and the name says what was done to it.
    """

    value: str
    quality: int | None = None
    variants: Mapping[str, str] = field(default_factory=dict)


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
