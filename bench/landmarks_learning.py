"""Learn what is common to the landmarks of ordinary photographs: `signals/learned.npz`.

    python -m bench.landmarks_learning FOLDER --skip 50 --write

The file in the package was made from 450 of the 500 photographs of the test data: sorted by name,
those of number 50 to 499, counted from 0 (`100007.jpg` is number 0, `117025.jpg` number 50). Recall
in docs/thresholds.md is measured on all 500. The first 50 are held out of what was learned, and
`bench.thresholds` tells apart what is found of them.

What is learned makes no match by itself: landmarks still have to lie as one transform says. But
it decides recall: which 30 % of the corners are left out as too common, and which view of a
landmark is banked and searched. It decides too what is compared first, and so how quick a search
is. So more may be found of the photographs that it was learned from than of others.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from rich.progress import track

from bench.landmarks_order import order_of
from hedgerow.signals import distinctive, landmarks

COMMON_PATTERNS = 3
LEFT_OUT = 0.3
"""Share of corners that are too common to be landmarks."""

Floats = npt.NDArray[np.float32]


def _axes(differences: Floats, count: int) -> Floats:
    """The directions (256, count) in which most of the differences (n, 256) lie."""
    _values, vectors = np.linalg.eigh(differences.T @ differences / len(differences))
    return np.asarray(vectors[:, -count:], np.float32)


def learn(pictures: list[Path]) -> dict[str, npt.NDArray[np.generic]]:
    """Everything that `distinctive.Learned` holds."""
    every_view = []
    for path in track(pictures, "Looking at photographs"):
        luma = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        scaled = landmarks.scaled_for_landmarks(np.asarray(luma, np.uint8))
        corners, _codes = landmarks.candidates_in(scaled)
        codes, whole = landmarks.described_in(scaled, corners[::4])
        every_view.append(codes[whole])
    codes = np.concatenate(every_view)
    views = distinctive.bits(codes)
    mean = views[:, 0].mean(axis=0)
    common = _axes(views[:, 0] - mean, COMMON_PATTERNS)
    tones = views[:, 0] + views[:, 1] - views[:, 2] - views[:, 3]
    hands = np.concatenate([views[:, 0] - views[:, 1], views[:, 2] - views[:, 3]])
    toned, handed = _axes(tones, 1)[:, 0], _axes(hands, 1)[:, 0]
    known = distinctive.Learned(
        mean, common, handed, toned, np.arange(256),
        least_own=0,
    )  # fmt: skip
    own = distinctive.own_of(codes[:, 0], known)
    least_own = float(np.quantile(own, LEFT_OUT))
    kept = codes[own > least_own]
    banked = kept[np.arange(len(kept)), distinctive.views_of(kept, known)]
    found = replace(known, least_own=least_own, order=order_of(banked))
    return {name: np.asarray(value) for name, value in vars(found).items()}


def main() -> None:
    """Learn from a folder of photographs, and write it where the package reads it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--skip", type=int, default=0, help="photographs, the first by name, to hold out (0)"
    )
    parser.add_argument("--write", action="store_true", help="replace the package's file")
    options = parser.parse_args()
    pictures = sorted(options.folder.glob("*.jpg"))[options.skip :]
    print(f"{len(pictures):,} photographs, {pictures[0].name} to {pictures[-1].name}")
    found = learn(pictures)
    for name, value in found.items():
        print(name, np.shape(value) or float(value))
    if options.write:
        target = Path(distinctive.__file__).with_name(distinctive.LEARNED)
        np.savez(target, **found)
        print(f"{target.stat().st_size:,} bytes written")


if __name__ == "__main__":
    main()
