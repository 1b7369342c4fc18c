"""What agreeing landmarks are worth: how evenly they lie, and how unmistakable they are."""

import numpy as np
import pytest

from hedgerow.signals.evidence import CLEARLY, ELSEWHERE, evenness, unmistakable

GRID = np.array([x + 1j * y for x in range(0, 400, 20) for y in range(0, 300, 20)])


def test_where_all_agree_they_are_even():
    assert evenness(GRID, GRID, GRID) == 1.0


@pytest.mark.parametrize("seed", range(20))
def test_a_few_all_over_the_picture_are_about_as_even_as_chance(seed):
    found = np.random.default_rng(seed).choice(GRID, 12, replace=False)
    assert evenness(found, GRID, GRID) > 0.6


def test_as_many_in_one_corner_are_not():
    corner = GRID[(GRID.real < 100) & (GRID.imag < 75)][:12]
    assert len(corner) == 12
    assert evenness(corner, GRID, GRID) < 0.2


def test_where_one_picture_has_no_landmarks_none_are_missed():
    """A wall in the one, or what covers it in the other, is no difference."""
    left = GRID[GRID.real < 100]
    assert evenness(left, left, GRID) == 1.0
    assert evenness(left, GRID, left) == 1.0
    assert evenness(left, GRID, GRID) < 0.4


def apart(*rows):
    return np.array(rows, np.int64)


FAR = np.array([0, ELSEWHERE + 1, 2 * ELSEWHERE + 2], np.complex128)


def test_what_is_like_another_place_as_well_is_no_mark_of_this_one():
    rows = np.array([0, 1])
    assert unmistakable(apart([20, 120, 110], [125, 30, 115]), FAR, rows) == 1.0
    assert unmistakable(apart([20, 21, 110], [125, 30, 115]), FAR, rows) == 0.5
    assert unmistakable(apart([20, 21, 110], [125, 30, 25]), FAR, rows) == 0.0


def test_the_same_place_in_another_size_is_no_other_place():
    near = np.array([0, ELSEWHERE - 1, 1000], np.complex128)
    assert unmistakable(apart([20, 20, 110]), near, np.array([0])) == 1.0


def test_how_much_nearer_is_clearly_nearer():
    one = np.array([0])
    assert unmistakable(apart([int(100 * CLEARLY), 100, 200]), FAR, one) == 1.0
    assert unmistakable(apart([int(100 * CLEARLY) + 1, 100, 200]), FAR, one) == 0.0
