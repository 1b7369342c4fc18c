"""The recall on photographs that nothing was learned from, told apart from that on the others."""

import pytest
from bench.held_out import HARD, SKIPPED, held_out_table

from hedgerow.evaluation import SUITE

NAMES = [f"{number:03}.jpg" for number in range(500)]


def results(missed, originals=500):
    edit = {"key": HARD[0], "name": "hard", "missed": missed}
    return {"pictures": {"originals": originals, "edits": [edit]}}


@pytest.mark.parametrize("named", [False, True])
def test_each_part_has_its_own_recall(named):
    places = [0, SKIPPED - 1, SKIPPED, 499, 300]
    table = held_out_table(results([NAMES[at] for at in places] if named else places), NAMES)
    assert "| hard | 48 of 50, 96 % | 86.5–98.9 | 447 of 450, 99.3 % | 98.1–99.8 |" in table


def test_without_all_photographs_it_is_not_told():
    assert held_out_table(results([0], 499), NAMES).startswith("Not told: 499 of 500")


def test_the_hard_edits_are_of_the_suite():
    assert set(HARD) <= {edit.key for edit in SUITE}
