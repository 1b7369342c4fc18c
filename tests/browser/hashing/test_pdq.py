"""PDQ in JavaScript against the server's, on any pixels."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgerow.media.sampling import plan
from hedgerow.signals.pdq import coefficients_of, pdq, samples_of

SURELY = 0.01
"""So far from the median no rounding decides a bit."""


def drawn(seed, width, height):
    """RGB: waves and noise, more or less of each."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width, 0:1][:2] / 40
    waves = np.sin(x * rng.uniform(-3, 3, 3) + y * rng.uniform(-3, 3, 3) + rng.uniform(0, 6, 3))
    noise = rng.normal(0, rng.uniform(0, 60), (height, width, 3))
    return np.clip(128 + rng.uniform(0, 120) * waves + noise, 0, 255).astype(np.uint8)


def check(found, pixels):
    """As the server's, but for bits that a rounding decides: of flat pictures that is all."""
    value, quality = pdq(pixels)
    assert abs(found["quality"] - quality) <= 1  # a step may be cut to one less
    if min(pixels.shape[:2]) < 5:
        assert (found["value"], found["quality"]) == (value, 0)
        return
    coefficients = coefficients_of(samples_of(pixels)[0, 0]).ravel()
    sure = np.abs(coefficients - np.partition(coefficients, 127)[127]) > SURELY
    apart = np.array([int(bit) for bit in f"{int(found['value'], 16) ^ int(value, 16):0256b}"])
    assert not apart[::-1][sure].any()


@settings(max_examples=150)
@given(
    seed=st.integers(0, 2**32),
    width=st.integers(1, 300),
    height=st.integers(1, 200),
    cuts=st.sets(st.integers(1, 199), max_size=5),
    backwards=st.booleans(),
)
def test_colours_in_any_strips(node, seed, width, height, cuts, backwards):
    pixels = drawn(seed, width, height)
    places = [0, *sorted(cut for cut in cuts if cut < height), height]
    strips = [[a, b - a] for a, b in pairwise(places)]
    rgba = np.dstack([pixels, np.full((height, width), 255, np.uint8)])
    found = node.ask(
        "colours", bytes=rgba.tobytes(), width=width, height=height,
        strips=strips[::-1] if backwards else strips,
    )  # fmt: skip
    check(found, pixels)


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32), width=st.integers(1, 300), height=st.integers(1, 200))
def test_luma(node, seed, width, height):
    luma = drawn(seed, width, height)[:, :, 0]
    check(node.ask("luma", bytes=luma.tobytes(), width=width, height=height), luma)


@pytest.mark.parametrize(("width", "height"), [(3000, 5), (5, 3000), (64, 64), (1023, 1025)])
def test_unusual_sides(node, width, height):
    luma = drawn(7, width, height)[:, :, 0]
    check(node.ask("luma", bytes=luma.tobytes(), width=width, height=height), luma)


@settings(max_examples=200)
@given(
    frames=st.integers(1, 6000),
    rate=st.sampled_from([5, 10, 15, 24, 24000 / 1001, 25, 30, 30000 / 1001, 50, 60]),
    most=st.integers(1, 2000),
)
def test_the_moments_show_the_frames_that_the_server_looks_at(node, frames, rate, most):
    moments = node.ask("moments", seconds=frames / rate, frameSeconds=1 / rate, most=most)
    shown = sorted({min(int(moment * rate + 1e-6), frames - 1) for moment in moments})
    wanted, last, looked_at = plan(frames, rate, most), float("-inf"), []
    for number in range(frames):
        if wanted.wants(number, number / rate, last):
            looked_at.append(number)
            last = number / rate
    assert shown == looked_at
