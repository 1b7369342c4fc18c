"""vPDQ: a video as the PDQ of its frames, one a second.

The reference is ThreatExchange's `vpdq`. Ours are the same frames' same hashes; near-identical
neighbours are stored once, as a video that stands still says the same thing again and again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedgerow.media import File
from hedgerow.media import Frame as Shown
from hedgerow.signals.frames import (
    CODE_BYTES,
    IMAGES,
    SOUGHT_MARK,
    SOUGHT_ROW,
    Banked,
    Codes,
    Look,
    Rows,
    Sought,
    is_nearly,
)
from hedgerow.signals.hexadecimal import parse_hexadecimal
from hedgerow.signals.inside import Inside
from hedgerow.signals.pdq import (
    MINIMUM_QUALITY,
    SMALLEST_SIDE,
    coefficients_of,
    quality_of,
    samples_of,
)
from hedgerow.signals.transforms import bits_of
from hedgerow.signals.types import Comparison, Computed, Signal

Luma = npt.NDArray[np.uint8]


def codes_of(pixels: Luma) -> tuple[Codes, int]:
    """PDQ (4, 32) of a frame, of it mirrored, flipped and turned by 180°; and its quality."""
    if min(pixels.shape[:2]) < SMALLEST_SIDE:
        return np.zeros((IMAGES, CODE_BYTES), np.uint8), 0
    samples = samples_of(pixels, ways=2)
    coefficients = coefficients_of(samples).reshape(IMAGES, -1)
    bits = np.stack([bits_of(image) for image in coefficients])
    return np.packbits(bits[:, ::-1], axis=1), quality_of(samples[0, 0])


def telling_frames(*parts: Rows) -> list[Rows]:
    """Of each part of a video the rows whose quality says that there is enough to hash.

    Of too little gradient many frames are alike. But where none in any part says enough, all rows
    are looked up all the same; what they match is for a person to judge, as with a picture.
    """
    good = [rows[rows["quality"] >= MINIMUM_QUALITY] for rows in parts]
    return good if any(map(len, good)) else list(parts)


class _Hashing:
    """Frames in, rows of SOUGHT_ROW out."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, float, float, int, Codes]] = []
        self.count = 0
        self.good = 0
        self.inside = Inside()

    def add(self, frame: Shown) -> None:
        """Hash one frame; where it is near-identical to the last that was kept, that stands."""
        codes, quality = codes_of(frame.pixels)
        # As written in vPDQ's text: what is read back from it is the same.
        seconds = round(frame.seconds, 3)
        self.count += 1
        self.good += quality >= MINIMUM_QUALITY
        stands = bool(self.rows) and is_nearly(self.rows[-1][4][0], codes[0])
        self.inside.add(frame.pixels, keep=not stands)
        if stands:
            number, since, _, first_quality, first = self.rows[-1]
            self.rows[-1] = (number, since, seconds, first_quality, first)
        else:
            self.rows.append((frame.number, seconds, seconds, quality, codes))

    def whole(self) -> Rows:
        """The rows of the whole picture."""
        frames = np.empty(len(self.rows), SOUGHT_ROW)
        for at, name in enumerate(SOUGHT_ROW.names or ()):
            frames[name] = [row[at] for row in self.rows]
        return frames

    def within(self) -> list[Look]:
        """The rows of the parts that look like the video proper, with bars around."""
        whole, looks = self.whole(), []
        for box, pictures in self.inside.found():
            frames = whole[:: self.inside.stride].copy()
            for row, picture in zip(frames, pictures, strict=True):
                row["codes"], row["quality"] = codes_of(picture)
            looks.append(Look(box, frames))
        return looks


@dataclass(frozen=True)
class Vpdq:
    """The signal type `vpdq`. Its value is a digest of the frames as a bank keeps them.

    quality: how many of the frames are of a quality of 50 or more, in per cent.
    """

    name: str = "vpdq"
    comparison: Comparison = Comparison.PARTS
    needs_picture: bool = False
    needs_frames: bool = True
    max_distance: int = 256
    default_threshold: int = 31
    minimum_quality: int = 1
    sealed: bool = False

    def parse(self, text: str) -> str:
        """`text` in lower case; raises BadSignal unless it is such a digest."""
        return parse_hexadecimal(text, 64, self.name)

    def banked(self, payload: bytes) -> bytes:
        """The frames with one code each; see `PartsType`."""
        if payload.startswith(SOUGHT_MARK):
            return Sought.unpack(payload).banked().pack()
        return Banked.unpack(payload).pack()

    def codes(self, banked: bytes) -> Codes:
        """The code of each frame that says something; see `PartsType`."""
        video = Banked.unpack(banked)
        frames = np.concatenate(telling_frames(video.frames, video.within))
        return np.ascontiguousarray(frames["code"])

    def compute(self, file: File) -> Computed:
        """The frames of a video or an animated picture, in the form for looking them up.

        What is known of the video as a whole is in `file.facts` afterwards.
        """
        hashing = _Hashing()
        for frame in file.frames():
            hashing.add(frame)
        facts = file.facts
        assert facts is not None
        size = facts.width, facts.height
        looks = [Look((0, 0, *size), hashing.whole()), *hashing.within()]
        sought = Sought(tuple(looks), round(facts.seconds, 3), facts.partial is not None, *size)
        digest = hashlib.sha256(sought.banked().pack()).hexdigest()
        return Computed(digest, 100 * hashing.good // hashing.count, payload=sought.pack())


VPDQ = Vpdq()


def video_signal(video: Banked) -> Signal:
    """The signal of frames that were hashed elsewhere, to be banked."""
    payload = video.pack()
    quality = video.frames["quality"]
    good = int((quality >= MINIMUM_QUALITY).sum())
    return Signal(
        VPDQ.name, hashlib.sha256(payload).hexdigest(), 100 * good // max(1, len(quality)), payload
    )
