"""What a decoded picture is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # NumPy is loaded by the first decode, not by the import of this room
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture as a person sees it: upright, first frame, alpha shown on white.

    pixels: uint8, C-contiguous, read-only or not; (height, width) luma or (height, width, 3) RGB.
    format: one of `FORMATS`.
    truncated: the file is damaged and was decoded as far as it goes.
    more_frames: the file has more frames or pages than the first, which is the one that is here.
    """

    pixels: NDArray[np.uint8]
    format: str
    truncated: bool = False
    more_frames: bool = False

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.pixels.shape[0])
