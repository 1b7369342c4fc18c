"""The same surroundings around different pictures."""

import numpy as np
import pytest

from hedgerow.evaluation import SURROUNDINGS

ONE = np.random.default_rng(1).integers(0, 256, (300, 420, 3)).astype(np.uint8)
OTHER = np.random.default_rng(2).integers(0, 256, (500, 350, 3)).astype(np.uint8)


@pytest.mark.parametrize("edit", SURROUNDINGS, ids=lambda edit: edit.key)
def test_they_are_the_same_to_the_pixel_around_any_picture(edit):
    grey = [np.full(each.shape, 128, np.uint8) for each in (ONE, OTHER)]
    plain = [edit.apply(each, "") for each in grey]
    assert np.array_equal(*plain)
    shown = [edit.apply(each, "") for each in (ONE, OTHER)]
    assert shown[0].shape == shown[1].shape == plain[0].shape
    # What differs between two pictures is where the picture is, and nothing else does.
    differs = (shown[0] != shown[1]).any(axis=2)
    rows, columns = np.nonzero(differs)
    inside = np.zeros(differs.shape, bool)
    inside[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
    assert np.array_equal(shown[0][~inside], plain[0][~inside])
    assert differs.any()
    # And there is something around it, or on it, that is the same.
    same = (shown[0] == shown[1]).all(axis=2) & (shown[0] != 128).any(axis=2)
    assert same.mean() > 0.02


@pytest.mark.parametrize("edit", SURROUNDINGS, ids=lambda edit: edit.key)
def test_another_seed_makes_others_unless_nothing_is_by_chance(edit):
    made = {edit.apply(ONE, "", seed).tobytes() for seed in range(4)}
    assert len(made) > 1
