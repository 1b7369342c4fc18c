"""What is compared: each way to recognise a copy, its scores, and its threshold."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

PICTURES, VIDEOS = KINDS = "pictures", "videos"
"""What is measured, each by itself; the banks that hold the originals have these names too."""

MOST = 256
"""The highest score; what is beyond counts as this."""

Scores = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Method:
    """A way to recognise a copy; it gives each pair of copy and original a score of 0 to MOST.

    own: the threshold it is used with. thresholds: those that it is told at. at_least: whether a
    pair matches from the threshold on (landmarks, seconds); else up to it (distances). unit: what
    the score counts. ours: whether it is a tier of Hedgerow, else a peer. version: of the peer.
    """

    key: str
    title: str
    unit: str
    own: int
    thresholds: tuple[int, ...]
    at_least: bool = False
    ours: bool = True
    version: str = ""

    @property
    def nothing(self) -> int:
        """The score of two that have nothing in common."""
        return 0 if self.at_least else MOST

    def counted(self, histogram: Scores, threshold: int) -> int:
        """How many of a histogram of scores (MOST + 1,) match at this threshold."""
        part = histogram[threshold:] if self.at_least else histogram[: threshold + 1]
        return int(part.sum())


_DISTANCES = tuple(range(65))
_LANDMARKS = tuple(range(6, 31))
_SHARES = tuple(range(5, 101, 5))


def picture_tiers(pdq: int, landmarks: int, *, local: bool = True) -> tuple[Method, ...]:
    """Hedgerow's tiers for pictures, at these thresholds: bits, and landmarks.

    local: whether the bank keeps landmarks; without them `cheap` is all there is.
    """
    always = (
        Method("plain", "PDQ of the whole, as it is", "bits", pdq, _DISTANCES),
        Method("cheap", "PDQ, turned, negative, of parts", "bits", pdq, _DISTANCES),
    )
    if not local:
        return always
    return (
        *always,
        Method("local", "landmarks", "landmarks", landmarks, _LANDMARKS, at_least=True),
        Method("together", "all of them", "bits", pdq, _DISTANCES),
    )


def video_tiers(share: int) -> tuple[Method, ...]:
    """The one tier for videos, at this share in per cent of the frames of either."""
    return (Method("video", "frames in common", "% of frames", share, _SHARES, at_least=True),)


def _empty() -> Scores:
    return np.zeros(MOST + 1, np.int64)


@dataclass
class Histogram:
    """Scores of one edit by one method: of copies with their own original, and with all others.

    found, mistaken: copies that the matcher gave their original for at the bank's threshold, and
    how many others it gave; of these `unsure` by a hash of low quality, which is for a person to
    judge. All 0 where the method isn't the matcher's.
    """

    genuine: Scores = field(default_factory=_empty)
    impostors: Scores = field(default_factory=_empty)
    found: int = 0
    mistaken: int = 0
    unsure: int = 0

    def add(self, genuine: int, impostors: Scores) -> None:
        """Take in the scores of one copy."""
        self.genuine[min(genuine, MOST)] += 1
        self.impostors += np.bincount(np.minimum(impostors, MOST), minlength=MOST + 1)
