"""Local signatures: some hundred landmarks of a picture, each a code of 256 bits with a place.

They find what a hash of the whole picture can't: cut, turned and pasted copies. With their places
they say enough of a picture that part of it can be drawn again (P. Weinzaepfel et al.,
"Reconstructing an image from its local descriptors", CVPR 2011). So they are made only where a
bank was told to keep them, are encrypted at rest, and never leave an installation.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedgerow.media import File
from hedgerow.signals.hexadecimal import parse_hexadecimal
from hedgerow.signals.signature import SOUGHT_MARK, Banked, Sought
from hedgerow.signals.types import Comparison, Computed

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Local:
    """The signal type `local`. Its value is a digest of the landmarks as a bank keeps them.

    quality: landmarks found, in per cent of those wanted; a picture with few can't be found by
    them, whatever is done to it.
    """

    name: str = "local"
    comparison: Comparison = Comparison.PARTS
    needs_picture: bool = True
    max_distance: int = 31
    default_threshold: int = 26
    minimum_quality: int = 0
    sealed: bool = True

    def parse(self, text: str) -> str:
        """`text` in lower case; raises BadSignal unless it is such a digest."""
        return parse_hexadecimal(text, 64, self.name)

    def banked(self, payload: bytes) -> bytes:
        """The landmarks in one view each; see `PartsType`."""
        if payload.startswith(SOUGHT_MARK):
            return Sought.unpack(payload).banked().pack()
        return Banked.unpack(payload).pack()

    def codes(self, banked: bytes) -> npt.NDArray[np.uint8]:
        """The code of each landmark; see `PartsType`."""
        return Banked.unpack(banked).code

    def compute(self, file: File) -> Computed:
        """The landmarks of the picture as a person sees it, in the form for looking them up."""
        # OpenCV takes a tenth of a second to load: only where landmarks are wanted.
        from hedgerow.signals.landmarks import COUNT, landmarks_of

        sought = landmarks_of(luma_of(file.picture().pixels))
        banked = sought.banked()
        digest = hashlib.sha256(banked.pack()).hexdigest()
        return Computed(digest, 100 * len(banked) // COUNT, payload=sought.pack())


def luma_of(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Luma (h, w) of luma or RGB (h, w, 3)."""
    if pixels.ndim == 2:
        return pixels
    return np.asarray(np.rint(pixels @ _LUMA), np.uint8)


LOCAL = Local()
