"""Whether landmarks of one picture lie in another as one similarity transform would put them.

A few landmarks that look alike may be chance; a dozen that also lie, turn and scale together are
the same picture. Pairs that look alike propose a transform; the proposal with the most support is
then tried on all landmarks: each is looked for where the transform says, and there a less exact
likeness will do, since the place speaks for it too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hedgerow.signals.evidence import evenness, unmistakable
from hedgerow.signals.signature import MIRRORED, NEGATIVE, Banked, Landmarks, Sought
from hedgerow.signals.types import Box

LIKE = 72
"""Bits that two descriptions may differ by where the place fits."""

SEED_SHARE = 0.5
"""How far from its place a seed may lie: a share of the size it is described from."""

SCALES = 0.4
ANGLES = 0.5
"""How far a pair's own scale (natural logarithm) and angle (radians) may be from the others'."""

PASSES = ((0.4, 20.0), (0.25, 10.0), (0.25, 6.0))
"""Each pass looks closer: share of the size, and units, that a landmark may be off."""

APART = 5.0
"""Units within which two landmarks are one: a corner is often found in several sizes."""

MOST_SEEDS = 100
MOST_PROPOSALS = 4
FEWEST = 3
"""Pairs that look alike and are weighed, proposals that are tried, and pairs to go on with."""

MOST_COMPARED = 60
"""Landmarks that agree which are compared with all banked ones."""

LARGEST_SCALE = 20.0
CERTAIN = 30
"""Landmarks after which no other proposal is tried."""

Places = npt.NDArray[np.complex128]
Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sighting:
    """A banked picture as it was seen in another.

    landmarks: how many lie as one transform says, without those that lie in what was drawn around
    both pictures. evenness: how evenly they lie in what both show, 0 to 1. unmistakable: the share
    of them that are like no other. distance: bits that half of them differ by at most. scale:
    pixels of the upload for one of the banked picture. angle: degrees that the banked picture was
    turned clockwise. box: where in the upload; banked_box: which part of the banked picture; both
    in pixels.
    """

    landmarks: int
    evenness: float
    unmistakable: float
    distance: int
    mirrored: bool
    negative: bool
    scale: float
    angle: float
    box: Box
    banked_box: Box


@dataclass(frozen=True, eq=False)
class _Side:
    """Landmarks in units that are about the same for both pictures."""

    place: Places
    size: Floats
    angle: Floats

    def at(self, rows: Numbers) -> _Side:
        """The landmarks in these rows."""
        return _Side(self.place[rows], self.size[rows], self.angle[rows])


@dataclass(frozen=True)
class _Similarity:
    """w = turn · z + shift, from the upload's places to the banked ones."""

    turn: complex
    shift: complex


@dataclass(frozen=True, eq=False)
class _Fit:
    """A proposal with the landmarks that fit it: rows of the upload, and banked ones."""

    similarity: _Similarity
    rows: Numbers
    banked_rows: Numbers
    distances: Numbers

    def of(self, chosen: npt.NDArray[np.bool_]) -> _Fit:
        """The same with some of the landmarks."""
        rest = (each[chosen] for each in (self.rows, self.banked_rows, self.distances))
        return _Fit(self.similarity, *rest)


def sighting(
    sought: Sought, banked: Banked, seeds: tuple[Numbers, Numbers], least: int = FEWEST
) -> Sighting | None:
    """The banked picture as it is seen in the one sought for; None where it isn't.

    seeds: pairs that look alike, each in its own view: rows in `sought`, rows in `banked`.
    least: landmarks that must agree.
    """
    rows, banked_rows = seeds
    relations = sought.view[rows] ^ banked.view[banked_rows]
    best: Sighting | None = None
    for relation in np.unique(relations).tolist():
        chosen = relations == relation
        if int(chosen.sum()) < 2:
            continue
        pair = rows[chosen][:MOST_SEEDS], banked_rows[chosen][:MOST_SEEDS]
        found = _seen(sought, banked, relation, *pair, least=max(least, FEWEST))
        if found is not None and (best is None or found.landmarks > best.landmarks):
            best = found
    return best


def _seen(
    sought: Sought, banked: Banked, relation: int, rows: Numbers, banked_rows: Numbers, least: int
) -> Sighting | None:
    one, other = _upload_side(sought, relation), _banked_side(banked)
    best: _Fit | None = None
    for proposal in _proposals(one, other, rows, banked_rows):
        fit = _grown(sought, banked, relation, one, other, proposal)
        if fit is None:
            continue
        fit = fit.of(sought.inside[fit.rows] | banked.inside[fit.banked_rows])
        fit = fit.of(_apart(one.place[fit.rows], other.place[fit.banked_rows]))
        if len(fit.rows) >= (least if best is None else len(best.rows) + 1):
            best = fit
        if len(fit.rows) >= CERTAIN:
            break
    return None if best is None else _told(sought, banked, relation, one, other, best)


def _upload_side(sought: Sought, relation: int) -> _Side:
    """The upload's landmarks as they lie in its mirror image or negative."""
    x, angle = sought.x.astype(np.float64), sought.angle.astype(np.float64)
    if relation & MIRRORED:
        x, angle = sought.width - x, math.pi - angle
    if relation & NEGATIVE:
        angle = angle + math.pi
    return _Side(_places(x, sought.y, sought.unit), _lengths(sought.size, sought.unit), angle)


def _banked_side(banked: Banked) -> _Side:
    place = _places(banked.x, banked.y, banked.unit)
    return _Side(place, _lengths(banked.size, banked.unit), banked.angle.astype(np.float64))


def _places(x: npt.NDArray[Any], y: npt.NDArray[Any], unit: float) -> Places:
    return np.asarray((x + 1j * y) * unit, np.complex128)


def _lengths(pixels: npt.NDArray[Any], unit: float) -> Floats:
    return pixels.astype(np.float64) * unit


def _agree(
    turn: complex | Places,
    shift: complex | Places,
    one: _Side,
    other: _Side,
    share: float,
    most: float,
) -> npt.NDArray[np.bool_]:
    """Which landmarks of one lie where, as large as and turned as, those of the other.

    Whatever broadcasts: all pairs, or rows of pairs.
    """
    scale = np.abs(turn)
    reach = np.minimum(share * np.maximum(other.size, one.size * scale), most)
    fits = np.abs(turn * one.place + shift - other.place) < reach
    fits &= np.abs(np.log(other.size / one.size / scale)) < SCALES
    turned = other.angle - one.angle - np.angle(turn)
    return np.asarray(fits & (np.abs((turned + math.pi) % (2 * math.pi) - math.pi) < ANGLES))


def _proposals(
    one: _Side, other: _Side, rows: Numbers, banked_rows: Numbers
) -> Iterator[_Similarity]:
    """The transforms that several seeds agree on, the most supported first."""
    z, w = one.at(rows), other.at(banked_rows)
    turn = (w.size / z.size) * np.exp(1j * (w.angle - z.angle))
    shift = w.place - turn * z.place
    support = _agree(turn[:, np.newaxis], shift[:, np.newaxis], z, w, SEED_SHARE, math.inf)
    order = np.argsort(-support.sum(axis=1), kind="stable")
    spoken = np.zeros(len(rows), np.bool_)
    given = 0
    for row in order.tolist():
        backers = support[row]
        if backers.sum() < 2 or given == MOST_PROPOSALS:
            return
        if spoken[row]:
            continue  # an earlier proposal had this seed already
        spoken |= backers
        similarity = _fitted(z.place[backers], w.place[backers])
        if similarity is not None:
            given += 1
            yield similarity


def _fitted(z: Places, w: Places) -> _Similarity | None:
    """The similarity that puts z nearest to w (least squares); None where they say too little."""
    middle, banked_middle = z.mean(), w.mean()
    spread = float((np.abs(z - middle) ** 2).sum())
    if spread < 1:
        return None
    turn = complex((np.conj(z - middle) * (w - banked_middle)).sum() / spread)
    if not 1 / LARGEST_SCALE < abs(turn) < LARGEST_SCALE:
        return None
    return _Similarity(turn, complex(banked_middle - turn * middle))


def _grown(
    sought: Sought,
    banked: Banked,
    relation: int,
    one: _Side,
    other: _Side,
    similarity: _Similarity,
) -> _Fit | None:
    """All landmarks that fit a proposal, which each pass makes more exact; None for too few."""
    found: tuple[Numbers, Numbers, Numbers] | None = None
    for share, most in PASSES:
        if found is not None:
            fitted = _fitted(one.place[found[0]], other.place[found[1]])
            if fitted is None:
                return None
            similarity = fitted
        rows, banked_rows = _close(one, other, similarity, most)
        fits = _agree(
            similarity.turn, similarity.shift, one.at(rows), other.at(banked_rows), share, most
        )
        found = _alike(sought, banked, relation, rows[fits], banked_rows[fits])
        if len(found[0]) < FEWEST:
            return None
    assert found is not None
    return _Fit(similarity, *found)


def _close(
    one: _Side, other: _Side, similarity: _Similarity, most: float
) -> tuple[Numbers, Numbers]:
    """Pairs within a square of `most` units each way: most of all pairs are nowhere near."""
    place = similarity.turn * one.place + similarity.shift
    across = np.argsort(other.place.real, kind="stable")
    in_order = other.place.real[across]
    first = np.searchsorted(in_order, place.real - most)
    count = np.searchsorted(in_order, place.real + most) - first
    rows = np.repeat(np.arange(len(place)), count)
    start = np.cumsum(count) - count
    banked_rows = across[np.arange(len(rows)) + np.repeat(first - start, count)]
    close = np.abs(place.imag[rows] - other.place.imag[banked_rows]) < most
    return rows[close], banked_rows[close]


def _alike(
    sought: Sought, banked: Banked, relation: int, rows: Numbers, banked_rows: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """Of pairs that fit by place, the one most alike for each landmark of either picture."""
    views = banked.view[banked_rows] ^ relation
    differing = sought.codes[rows, views] ^ banked.code[banked_rows]
    distances = np.bitwise_count(differing.view(np.uint64)).sum(axis=1, dtype=np.int64)
    kept = np.flatnonzero(distances <= LIKE)
    for each in (rows, banked_rows):
        kept = kept[np.lexsort((distances[kept], each[kept]))]
        first = np.ones(len(kept), np.bool_)
        first[1:] = each[kept][1:] != each[kept][:-1]
        kept = kept[first]
    return rows[kept], banked_rows[kept], distances[kept]


def _apart(places: Places, banked_places: Places) -> npt.NDArray[np.bool_]:
    """Which pairs count: of those that lie on one another in either picture, the first."""
    near = (np.abs(places[:, np.newaxis] - places) < APART) | (
        np.abs(banked_places[:, np.newaxis] - banked_places) < APART
    )
    counted = np.asarray(near.sum(axis=1) == 1)  # those that lie on none but themselves
    for row in np.flatnonzero(~counted):
        counted[row] = not (near[row] & counted).any()
    return counted


def _told(
    sought: Sought, banked: Banked, relation: int, one: _Side, other: _Side, fit: _Fit
) -> Sighting:
    similarity, count = fit.similarity, len(fit.rows)
    mirrored, negative = bool(relation & MIRRORED), bool(relation & NEGATIVE)
    there = _corners(sought.width, sought.height) * sought.unit
    seen_of_banked = (similarity.turn * there + similarity.shift) / banked.unit
    home = _corners(banked.width, banked.height) * banked.unit
    seen = (home - similarity.shift) / similarity.turn / sought.unit
    if mirrored:
        seen = sought.width - np.conj(seen)
    angle = -math.degrees(np.angle(similarity.turn))
    scale = banked.unit / sought.unit / abs(similarity.turn)
    return Sighting(
        landmarks=count,
        evenness=_evenness(sought, banked, one, other, fit),
        unmistakable=_unmistakable(sought, banked, relation, other, fit),
        distance=int(np.sort(fit.distances)[count // 2]),
        mirrored=mirrored,
        negative=negative,
        scale=round(scale, 3),
        # In a mirrored upload it is seen turned the other way.
        angle=round(-angle if mirrored else angle, 1) % 360,
        box=_bounds(seen, sought.width, sought.height),
        banked_box=_bounds(seen_of_banked, banked.width, banked.height),
    )


def _evenness(sought: Sought, banked: Banked, one: _Side, other: _Side, fit: _Fit) -> float:
    """How evenly landmarks agree in what both pictures show, whatever was drawn around either."""
    turn, shift = fit.similarity.turn, fit.similarity.shift
    there = turn * one.place + shift
    back = (other.place - shift) / turn
    shown = sought.inside & _within(there, banked, other)
    banked_shown = banked.inside & _within(back, sought, one)
    shown[fit.rows] = banked_shown[fit.banked_rows] = True
    return evenness(other.place[fit.banked_rows], there[shown], other.place[banked_shown])


def _within(places: Places, picture: Landmarks, side: _Side) -> npt.NDArray[np.bool_]:
    """Which places are in a picture, or in that part of it that something was drawn around."""
    low, high = 0j, complex(picture.width, picture.height) * picture.unit
    if not picture.inside.all() and picture.inside.any():
        inner = side.place[picture.inside]
        low, high = (complex(each(inner.real), each(inner.imag)) for each in (np.min, np.max))
    across = (low.real <= places.real) & (places.real <= high.real)
    return np.asarray(across & (low.imag <= places.imag) & (places.imag <= high.imag))


def _unmistakable(sought: Sought, banked: Banked, relation: int, other: _Side, fit: _Fit) -> float:
    """Of some of the landmarks that agree: comparing all with all would cost more than it tells."""
    rows, banked_rows = fit.rows[:MOST_COMPARED], fit.banked_rows[:MOST_COMPARED]
    asked = sought.codes[rows[:, np.newaxis], banked.view ^ relation]
    differing = (asked ^ banked.code).view(np.uint64)
    apart = np.bitwise_count(differing).sum(axis=2, dtype=np.int64)
    return unmistakable(apart, other.place, banked_rows)


def _corners(width: int, height: int) -> Places:
    return np.array([0, width, 1j * height, width + 1j * height])


def _bounds(corners: Places, width: int, height: int) -> Box:
    """The upright box around some corners, as far as it is in the picture."""
    left, right = np.clip([corners.real.min(), corners.real.max()], 0, width)
    top, bottom = np.clip([corners.imag.min(), corners.imag.max()], 0, height)
    return round(left), round(top), round(right - left), round(bottom - top)
