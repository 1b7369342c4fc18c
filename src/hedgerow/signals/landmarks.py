"""Landmarks of a picture: where it has corners, and what each looks like from close by.

ORB (E. Rublee et al., "ORB: an efficient alternative to SIFT or SURF", ICCV 2011), as OpenCV has
it: a corner with a size and an angle of its own, and 256 comparisons of brightness around it, so
that the same corner is described alike in a copy that was scaled, turned or cut. Ours is which
corners are taken: as many large ones as small ones, spread over the picture, and none whose
description fits half of all corners in the world.

Each landmark is described four times: as it is, as it would be in the mirrored picture, in the
negative, and in the mirrored negative.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from hedgerow.signals.distinctive import (
    is_distinctive,
    is_rather_common,
    ordered,
    views_of,
)
from hedgerow.signals.focus import focus_of
from hedgerow.signals.signature import (
    CODE_BYTES,
    MIRRORED,
    NEGATIVE,
    VIEWS,
    Sought,
    scale_of,
)
from hedgerow.signals.spread import chosen
from hedgerow.signals.surroundings import picture_inside
from hedgerow.signals.types import Box

COUNT = 250
"""Landmarks of a picture that are banked, at most. They are searched for as well, but for those of
the finest sizes."""

SEARCHED_FROM = 2
"""Sizes, from the finest, that aren't searched for: whatever was cut out and enlarged, made small
or compressed has hardly any of these in common with what is banked."""

FURTHER = 350
"""Landmarks of an upload that aren't searched for, at most: they only speak for what was found by
those. A copy that was cut or made small has the same corners, but others of them are taken."""

INSIDE_SHARE = 0.8
"""Of the landmarks that are taken, those that the picture inside its surroundings gets before what
is drawn around it: some are left to the rest, for what looks like a frame may be a window."""

LEVELS = 10
STEP = 1.2
"""Sizes that corners are looked for in, and how much each is larger than the one before."""

CANDIDATES = 2000
"""Corners that are looked at, of which `COUNT` are taken."""

EDGE = 12
"""Pixels from the edge of the scaled picture within which nothing is looked for."""

CONTRAST = 7
"""Least difference in brightness that makes a corner: faint ones come back too, as blur is one
of the edits."""

PATCH = 31
"""Pixels across that the smallest landmarks are described from."""

SMALLEST_SIDE = 32
"""Pixels of the scaled picture below which there is no room for a landmark."""

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@cache
def _orb() -> cv2.ORB:
    return cv2.ORB.create(
        nfeatures=CANDIDATES,
        scaleFactor=STEP,
        nlevels=LEVELS,
        edgeThreshold=EDGE,
        patchSize=PATCH,
        fastThreshold=CONTRAST,
    )


def landmarks_of(luma: Pixels) -> Sought:
    """Find the landmarks of luma (h, w), at most COUNT and FURTHER.

    None where it is too narrow or plain.
    """
    height, width = luma.shape
    left, top, wide, high = focus_of(luma) or (0, 0, width, height)
    part = luma[top : top + high, left : left + wide]
    inner = picture_inside(luma)
    scaled = scaled_for_landmarks(part)
    corners: list[cv2.KeyPoint] = []
    kept = 0
    if min(scaled.shape) >= SMALLEST_SIDE:
        corners, kept = _taken(scaled, _moved(inner, left, top, scale_of(wide, high)))
    codes, whole = described_in(scaled, corners)
    described = [corner for corner, good in zip(corners, whole, strict=True) if good]
    kept = int(whole[:kept].sum())
    return _sought((width, height), (left, top, wide, high), inner, described, codes[whole], kept)


def _moved(box: Box | None, left: int, top: int, factor: float) -> Box | None:
    """A box in pixels of the part that begins at (left, top), so much larger."""
    if box is None:
        return None
    x, y = round((box[0] - left) * factor), round((box[1] - top) * factor)
    return x, y, round(box[2] * factor), round(box[3] * factor)


def scaled_for_landmarks(luma: Pixels) -> Pixels:
    """Luma (h, w) at the size at which landmarks are looked for."""
    height, width = luma.shape
    factor = scale_of(width, height)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(np.ascontiguousarray(luma), size, interpolation=way), np.uint8)


def candidates_in(scaled: Pixels) -> tuple[list[cv2.KeyPoint], Pixels]:
    """All corners, and the description of each (n, 32)."""
    corners = _orb().detect(scaled, None)
    # Those too near to the edge are left out when they are described.
    corners, codes = _orb().compute(scaled, corners)
    # OpenCV says None where there is no corner, which its types don't tell.
    return list(corners), np.array(codes if corners else [], np.uint8).reshape(-1, CODE_BYTES)


def _taken(scaled: Pixels, inner: Box | None) -> tuple[list[cv2.KeyPoint], int]:
    """The corners that are taken, and how many of them, the first, a bank keeps.

    inner: the box of the picture proper, in scaled pixels; None where that is all.
    """
    corners, codes = candidates_in(scaled)
    corners = [corners[row] for row in np.flatnonzero(is_distinctive(codes))]
    box = inner or (0, 0, scaled.shape[1], scaled.shape[0])
    sizes = np.array([corner.size for corner in corners], np.float32)
    x, y = _places(corners).T
    inside = _is_inside(inner, x, y, sizes)
    kept = _chosen(corners, inside, box, COUNT)
    further = np.setdiff1d(_chosen(corners, inside, box, COUNT + FURTHER), kept)[:FURTHER]
    return [corners[row] for row in (*kept, *further)], len(kept)


def _chosen(
    corners: list[cv2.KeyPoint], inside: npt.NDArray[np.bool_], box: Box, count: int
) -> npt.NDArray[np.int64]:
    """The rows of at most `count` corners: first of those inside the box, then of the others."""
    places = np.array([corner.pt for corner in corners], np.float32).reshape(-1, 2) - box[:2]
    levels = np.array([corner.octave for corner in corners], np.int64)
    strengths = np.array([corner.response for corner in corners], np.float32)

    def spread(rows: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
        shape = box[3], box[2]
        return rows[chosen(places[rows], levels[rows], strengths[rows], shape, count)]

    first = np.flatnonzero(inside)
    if len(first) == len(corners):
        return spread(first, count)
    first = spread(first, round(INSIDE_SHARE * count))
    others = np.setdiff1d(np.arange(len(corners)), first)
    return np.concatenate([first, spread(others, count - len(first))])


def described_in(
    scaled: Pixels, corners: list[cv2.KeyPoint]
) -> tuple[Pixels, npt.NDArray[np.bool_]]:
    """The codes (n, 4, 32) of corners in every view, and which of them could be had in all."""
    codes = np.zeros((len(corners), VIEWS, CODE_BYTES), np.uint8)
    described = np.zeros((len(corners), VIEWS), np.bool_)
    images = scaled, np.ascontiguousarray(scaled[:, ::-1])
    for mirrored, image in enumerate(images if corners else ()):
        views = (mirrored, mirrored | NEGATIVE)
        asked = [
            _seen_in(view, corner, image.shape[1] - 1, number)
            for number, corner in enumerate(corners)
            for view in views
        ]
        seen, found = _orb().compute(image, asked)
        numbers, view_of = np.divmod(np.array([each.class_id for each in seen], np.int64), VIEWS)
        found = np.asarray(found, np.uint8).reshape(-1, CODE_BYTES)
        # In the negative every comparison comes out the other way.
        found[view_of >= NEGATIVE] ^= 0xFF
        codes[numbers, view_of] = found
        described[numbers, view_of] = True
    return codes, np.asarray(described.all(axis=1))


def _seen_in(view: int, corner: cv2.KeyPoint, right: int, number: int) -> cv2.KeyPoint:
    """The same corner as it lies in another view of the picture, with its number and the view."""
    x, angle = corner.pt[0], corner.angle
    if view & MIRRORED:
        x, angle = right - x, 180 - angle
    if view & NEGATIVE:  # the angle is that of the brighter side
        angle += 180
    return cv2.KeyPoint(
        x, corner.pt[1], corner.size, angle % 360, corner.response, corner.octave,
        number * VIEWS + view,
    )  # fmt: skip


def _places(corners: list[cv2.KeyPoint]) -> Floats:
    """Where corners are in the scaled picture (n, 2), from its edge.

    OpenCV counts from the middle of the first pixel of the size in which a corner was found.
    """
    middles = [0.5 * STEP**corner.octave for corner in corners]
    places = np.array([corner.pt for corner in corners], np.float32).reshape(-1, 2)
    return places + np.array(middles, np.float32)[:, np.newaxis]


def _is_inside(box: Box | None, x: Floats, y: Floats, size: Floats) -> npt.NDArray[np.bool_]:
    """Which landmarks lie in a box, and are described by it more than by what is around it."""
    if box is None:
        return np.ones(len(x), np.bool_)
    left, top, width, height = box
    margin = size / 4
    across = (x - margin >= left) & (x + margin <= left + width)
    return np.asarray(across & (y - margin >= top) & (y + margin <= top + height))


def _sought(
    size: tuple[int, int],
    part: Box,
    inner: Box | None,
    corners: list[cv2.KeyPoint],
    codes: Pixels,
    kept: int,
) -> Sought:
    """The landmarks, in pixels of the picture, whose `part` was scaled to look for them."""
    left, top, wide, high = part
    factor = scale_of(wide, high)
    places = _places(corners) / factor
    x, y = left + np.minimum(places[:, 0], wide), top + np.minimum(places[:, 1], high)
    across = np.array([corner.size / factor for corner in corners], np.float32)
    inside = _is_inside(inner, x, y, across)
    is_kept = np.arange(len(corners)) < kept
    coarse = np.array([corner.octave >= SEARCHED_FROM for corner in corners], np.bool_)
    views = views_of(codes)
    return Sought(
        *size,
        float(np.float32(factor)),
        x,
        y,
        across,
        np.radians(np.array([corner.angle for corner in corners], np.float32)),
        views,
        inside,
        ordered(codes),
        is_kept,
        is_kept & coarse & inside,
        is_rather_common(codes[np.arange(len(codes)), views]),
    )
