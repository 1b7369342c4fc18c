"""PDQ, Meta's perceptual hash, as matrix algebra.

The published algorithm (T. Davis et al., "TMK+PDQF", 2019; reference implementation in
ThreatExchange) blurs the luma twice with a box, takes 64×64 samples, and keeps the signs, against
their median, of 16×16 discrete cosine coefficients. Blur, sampling and cosine transform are
linear and separable, so with L (h, w) the luma

    A = T(h) · L · T(w)ᵀ    (64, 64)        B = D · A · Dᵀ    (16, 16)

where T(n) is "box twice, then the sample positions" and D the cosine rows 1 to 16. T(n) depends
on n alone and is kept; each of its rows reaches over about n/64 values only, so the product is
taken in bands.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from hedgerow.media import File
from hedgerow.signals.boxes import boxes_in
from hedgerow.signals.hexadecimal import parse_hexadecimal
from hedgerow.signals.transforms import ALL, HALF, SIDE, Transform, bits_of, bits_of_variants
from hedgerow.signals.types import Box, Comparison, Computed, Region

SAMPLES = 64
SMALLEST_SIDE = 5
"""Pictures narrower or lower than this hash to zero with quality 0, as in the reference."""

NOTHING = ("0" * 64, 0)
"""The hash and quality of a picture too small to hash."""

LUMA_SPREAD = 0.25
"""How far a coefficient of a JPEG's luma lies from that of its colours: the standard deviation
that is usual of photographs."""

UNDECIDED = 0.95
"""So many bits, that may be wrong from luma alone, are too many: of one photograph in ten."""

MINIMUM_QUALITY = 50
"""Below this a hash says little: few gradients, so that unrelated pictures may come near."""

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8] | npt.NDArray[np.float32]

# Rows of T(n) that are taken together. Fewer rows reach over less of the picture, which spares
# work and, for large pictures, memory traffic; for small ones the calls themselves cost more.
_ROWS_OF_SMALL, _ROWS_OF_LARGE, _LARGE = 8, 2, 1024
# Values that still fit a core's cache as floats.
_SCRATCH_VALUES = 2**18
_LUMA_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)
_REMEMBERED_SIDES = 256


def _dct_rows() -> Floats:
    frequency = np.arange(1, SIDE + 1)[:, np.newaxis]
    sample = 2 * np.arange(SAMPLES)[np.newaxis] + 1
    rows = np.sqrt(2.0 / SAMPLES) * np.cos(np.pi / 2 / SAMPLES * frequency * sample)
    return np.asarray(rows, np.float32)


_DCT = _dct_rows()


@dataclass(frozen=True)
class _Band:
    """Some rows of T(n), in one or both ways, and the stretch of values that they reach over."""

    start: int
    stop: int
    weights: Floats


def _window(centre: int, length: int, width: int) -> tuple[int, int]:
    """The stretch of a box filter of `width` at `centre`, cut at the edges."""
    right = (width + 2) // 2
    return max(0, centre - (width - right)), min(length, centre + right)


def _operator(length: int) -> npt.NDArray[np.float64]:
    """T(length), (64, length): box twice, then the sample positions."""
    width = -(-length // (2 * SAMPLES))
    operator = np.zeros((SAMPLES, length))
    for sample in range(SAMPLES):
        low, high = _window(int((sample + 0.5) * length / SAMPLES), length, width)
        for centre in range(low, high):
            start, stop = _window(centre, length, width)
            operator[sample, start:stop] += 1 / ((high - low) * (stop - start))
    return operator


@lru_cache(maxsize=_REMEMBERED_SIDES)
def _bands(length: int, ways: int) -> tuple[_Band, ...]:
    """T(length) in bands of rows; with two ways, also as it is for the picture mirrored.

    The two are nearly the same, for T reaches a little farther to one side than to the other:
    so they share their stretches of the picture, and the second way costs little.
    """
    operator = _operator(length)
    both = np.stack([operator, operator[::-1, ::-1]])[:ways]
    rows_each = _ROWS_OF_SMALL if length < _LARGE else _ROWS_OF_LARGE
    bands = []
    for rows in np.split(both, SAMPLES // rows_each, axis=1):
        reached = np.flatnonzero(rows.any(axis=(0, 1)))
        start, stop = int(reached[0]), int(reached[-1]) + 1
        weights = rows[:, :, start:stop].reshape(ways * rows_each, stop - start)
        bands.append(_Band(start, stop, np.ascontiguousarray(weights, np.float32)))
    return tuple(bands)


class _Scratch(threading.local):
    """Memory of each thread to convert in: new memory every time costs as much as the product."""

    def __init__(self) -> None:
        self.floats = np.empty(_SCRATCH_VALUES, np.float32)


_SCRATCH = _Scratch()


def _as_floats(rows: npt.NDArray[np.generic]) -> Floats:
    """The same numbers; in this thread's scratch memory where they fit, until the next call."""
    if rows.dtype == np.float32 or rows.size > _SCRATCH_VALUES:
        return rows.astype(np.float32, copy=False)
    floats = _SCRATCH.floats[: rows.size].reshape(rows.shape)
    np.copyto(floats, rows, casting="unsafe")
    return floats


def _sampled(rows: npt.NDArray[np.generic], ways: int) -> Floats:
    """T(n) · rows, for rows (n, m) of any number type: (ways, 64, m).

    The second way is T of the rows in reverse order, as it would be of the picture mirrored.
    """
    length, width = rows.shape
    bands = _bands(length, ways)
    if rows.size <= _SCRATCH_VALUES:
        rows = _as_floats(rows)
    products = np.empty((len(bands), ways * SAMPLES // len(bands), width), np.float32)
    for band, product in zip(bands, products, strict=True):
        np.matmul(band.weights, _as_floats(rows[band.start : band.stop]), out=product)
    by_band = products.reshape(len(bands), ways, -1, width)
    result = by_band.swapaxes(0, 1).reshape(ways, SAMPLES, width)
    result[1:] = result[1:, ::-1]
    return result


def samples_of(pixels: Pixels, ways: int = 1) -> Floats:
    """The 64×64 blurred samples A of luma (h, w) or RGB (h, w, 3), 0 to 255: (1, 1, 64, 64).

    With two `ways`, those of the four mirror images: (2, 2, 64, 64), the first index telling
    whether it is mirrored top to bottom, the second left to right.
    """
    height, width = pixels.shape[:2]
    if pixels.ndim == 3:
        # Luma is linear in the colours: weighed after the first, larger reduction.
        reduced = _sampled(pixels.reshape(height, width * 3), ways)
        columns = reduced.reshape(ways, SAMPLES, width, 3) @ _LUMA_WEIGHTS
    else:
        columns = _sampled(pixels, ways)
    lying = np.ascontiguousarray(columns.reshape(ways * SAMPLES, width).T)
    samples = _sampled(lying, ways).reshape(ways, SAMPLES, ways, SAMPLES)
    return np.ascontiguousarray(samples.transpose(2, 0, 3, 1))


def quality_of(samples: Floats) -> int:
    """0 to 100: how much gradient there is in the samples A (64, 64)."""
    total = 0
    for gradients in (samples[1:] - samples[:-1], samples[:, 1:] - samples[:, :-1]):
        steps = np.trunc(gradients * np.float32(100) / np.float32(255))
        # Whole numbers, so few and small that their sum is exact.
        total += int(np.abs(steps).sum())
    return min(100, total // 90)


def coefficients_of(samples: Floats) -> Floats:
    """The 16×16 cosine coefficients B of samples A: (…, 64, 64) to (…, 16, 16)."""
    return np.asarray(_DCT @ samples @ _DCT.T, np.float32)


def to_hex(bits: npt.NDArray[np.bool_]) -> list[str]:
    """64 hexadecimal digits for each row of bits (n, 256); the last bit comes first."""
    digits = np.packbits(bits[:, ::-1], axis=1).tobytes().hex()
    return [digits[start : start + 64] for start in range(0, len(digits), 64)]


def is_undecided(coefficients: Floats) -> bool:
    """Whether a rounding could change a bit: coefficients (…, 16, 16) close about the median."""
    flat = coefficients.reshape(-1, SIDE * SIDE)[0]
    distance = np.abs(flat - np.partition(flat, HALF - 1)[HALF - 1])
    # The chance to fall on the other side: the normal distribution's, by its logistic likeness.
    odds = np.exp(distance * np.float32(-1.702 / LUMA_SPREAD))
    chances = odds / (1 + odds)
    return float(chances.sum()) - 0.5 > UNDECIDED  # without the median itself


def _coefficients_of_file(file: File, ways: int) -> tuple[Floats, int]:
    """Coefficients (ways, ways, 16, 16) and quality of a file's picture, not too small to hash.

    A JPEG comes as luma, which is rounded otherwise than by way of its colours. Where that could
    decide a bit, and there alone, the colours are looked at as the reference does.
    """
    picture = file.picture()
    samples = samples_of(picture.pixels, ways)
    coefficients = coefficients_of(samples)
    if picture.format == "jpeg" and is_undecided(coefficients):
        samples = samples_of(file.in_colour().pixels, ways)
        coefficients = coefficients_of(samples)
    return coefficients, quality_of(samples[0, 0])


def _is_too_small(pixels: Pixels) -> bool:
    height, width = pixels.shape[:2]
    return min(int(height), int(width)) < SMALLEST_SIDE


def pdq_of_file(file: File) -> tuple[str, int]:
    """PDQ and quality of a file's picture as a person sees it. Raises hedgerow.media.Refused."""
    if _is_too_small(file.picture().pixels):
        return NOTHING
    coefficients, quality = _coefficients_of_file(file, ways=1)
    return to_hex(bits_of(coefficients)[np.newaxis])[0], quality


def pdq(pixels: Pixels) -> tuple[str, int]:
    """PDQ and its quality of luma (h, w) or RGB (h, w, 3), 0 to 255."""
    if _is_too_small(pixels):
        return NOTHING
    samples = samples_of(pixels)[0, 0]
    bits = bits_of(coefficients_of(samples))
    return to_hex(bits[np.newaxis])[0], quality_of(samples)


def pdq_variants(pixels: Pixels) -> tuple[dict[Transform, str], int]:
    """PDQ before each of the sixteen transforms, and the quality; `Transform.NONE` is PDQ."""
    if _is_too_small(pixels):
        return {Transform.NONE: NOTHING[0]}, NOTHING[1]
    samples = samples_of(pixels, ways=2)
    values = to_hex(bits_of_variants(coefficients_of(samples)))
    return dict(zip(ALL, values, strict=True)), quality_of(samples[0, 0])


def _edits(variants: dict[Transform, str]) -> dict[str, str]:
    """The variants by name, but for the one that is the value itself."""
    return {str(edit): value for edit, value in variants.items() if edit != Transform.NONE}


def _region(pixels: Pixels, box: Box) -> Region:
    """A box of the pixels, hashed as if it were all.

    Of a JPEG from luma alone: bits that the colours would decide otherwise are not looked at
    again, for an edge that is one pixel off moves more of them.
    """
    left, top, width, height = box
    variants, quality = pdq_variants(pixels[top : top + height, left : left + width])
    return Region(box, variants[Transform.NONE], quality, _edits(variants))


@dataclass(frozen=True)
class Pdq:
    """The signal type `pdq`."""

    name: str = "pdq"
    comparison: Comparison = Comparison.HAMMING
    needs_picture: bool = True
    max_distance: int = 256
    default_threshold: int = 31
    minimum_quality: int = MINIMUM_QUALITY

    def parse(self, text: str) -> str:
        """`text` in lower case; raises BadSignal unless it has 64 hexadecimal digits."""
        return parse_hexadecimal(text, 64, self.name)

    def compute(self, file: File) -> Computed:
        """PDQ of the picture as a person sees it, its sixteen variants, and pictures inside it."""
        pixels = file.picture().pixels
        if _is_too_small(pixels):
            return Computed(*NOTHING)
        coefficients, quality = _coefficients_of_file(file, ways=2)
        variants = dict(zip(ALL, to_hex(bits_of_variants(coefficients)), strict=True))
        regions = tuple(_region(pixels, box) for box in boxes_in(pixels))
        return Computed(variants[Transform.NONE], quality, _edits(variants), regions)


PDQ = Pdq()
