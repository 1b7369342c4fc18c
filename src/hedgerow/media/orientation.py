"""The orientation a camera wrote into a file's EXIF block, and how to undo it.

Read by hand, and only this one value: it is asked for every file, and the block is as hostile as
the rest of it. XMP's orientation is left alone, as browsers do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TAG = 0x0112
_SHORT = 3
_MAX_ENTRIES = 1000


def exif_orientation(exif: bytes) -> int:
    """The orientation 1..8 in an EXIF block; 1, upright, where it has none or is damaged."""
    if exif.startswith(b"Exif\x00\x00"):
        exif = exif[6:]
    if exif[:4] == b"II*\x00":
        little = True
    elif exif[:4] == b"MM\x00*":
        little = False
    else:
        return 1
    order: Literal["little", "big"] = "little" if little else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(exif[at : at + size], order)

    directory = number(4, 4)
    for entry in range(min(number(directory, 2), _MAX_ENTRIES)):
        at = directory + 2 + 12 * entry
        if number(at, 2) == _TAG and number(at + 2, 2) == _SHORT:
            value = number(at + 8, 2)
            return value if 1 <= value <= 8 else 1
    return 1


def upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """A view of `pixels` (h, w[, 3]) turned and mirrored as `orientation` (1..8) asks for."""
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    # What is left, after the transposition that 5 to 8 begin with, are plain mirrors.
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels
