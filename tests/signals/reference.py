"""PDQ written out step by step as the paper tells it, in double precision: slow and separate."""

import numpy as np


def luma(pixels):
    pixels = np.asarray(pixels, np.float64)
    return pixels if pixels.ndim == 2 else pixels @ np.array([0.299, 0.587, 0.114])


def box(line, width):
    """Means over a window of `width`, cut at the ends; the odd one lies before the centre."""
    half = (width + 2) // 2
    sums = np.concatenate([[0.0], np.cumsum(line)])
    low = np.maximum(np.arange(len(line)) - (width - half), 0)
    high = np.minimum(np.arange(len(line)) + half, len(line))
    return (sums[high] - sums[low]) / (high - low)


def samples(pixels):
    """64 by 64: blurred along rows and columns, twice, then every sixty-fourth's centre."""
    image = luma(pixels)
    for _ in range(2):
        for axis in (1, 0):
            width = -(-image.shape[axis] // 128)
            image = np.apply_along_axis(box, axis, image, width)
    rows, columns = (((np.arange(64) + 0.5) * side / 64).astype(int) for side in image.shape)
    return image[np.ix_(rows, columns)]


def coefficients(sampled):
    rows = [
        [np.sqrt(2 / 64) * np.cos(np.pi / 128 * i * (2 * j + 1)) for j in range(64)]
        for i in range(1, 17)
    ]
    matrix = np.array(rows)
    return matrix @ sampled @ matrix.T


def median(values):
    """The lower one of the two in the middle."""
    return np.sort(np.ravel(values))[values.size // 2 - 1]


def bits(values):
    """bool (256,) in raster order."""
    return np.ravel(values) > median(values)


def hexadecimal(flat_bits):
    number = sum(1 << position for position, bit in enumerate(flat_bits) if bit)
    return f"{number:064x}"


def margin(values):
    """How far from the median the nearest coefficient is that decides a bit by it."""
    flat = np.sort(np.ravel(values))
    return flat[values.size // 2] - flat[values.size // 2 - 1]


def quality(sampled):
    total = 0
    for axis in (0, 1):
        for step in np.ravel(np.diff(sampled, axis=axis)):
            total += abs(int(step * 100 / 255))
    return min(100, total // 90)


def distance(one, other):
    return (int(one, 16) ^ int(other, 16)).bit_count()
