"""A wrong code and an unknown number take the same, with statistics.

Numbers that exist and numbers that don't are entered in turn, in random order within each pair, so
that whatever else the machine does hits both alike. The statistic is the probability that one of
the one kind takes longer than one of the other (the Mann-Whitney statistic, as a share): 0.5 where
nobody could tell them apart.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from time import perf_counter_ns

import pytest
from tests.postgres import sqlite_only
from tests.survivors.making import pictures, ticket

from hedgerow.survivors import CodeRefused, Limits, Survivors
from hedgerow.survivors.codes import Codes, new_number
from hedgerow.survivors.words import in_groups, new_code

PAIRS = 200
LOW, HIGH = 0.35, 0.65
TRIES = 3
"""Of a measurement: another program may be at work on the same machine just then."""

on_sqlite = sqlite_only("is about time; each try takes some")


@pytest.fixture
def limits():
    """Real argon2id, of a quarter of what it costs; and no counting in the way."""
    return Limits(argon2_time=1, argon2_memory_kib=4_096, code_tries=10**6, address_tries=10**6)


def share_longer(first: list[int], second: list[int]) -> float:
    """The probability that one of the first is longer than one of the second."""
    order = sorted(second)
    halves = sum(bisect_left(order, each) + bisect_right(order, each) for each in first)
    return halves / (2 * len(first) * len(second))


def measured(survivors: Survivors, number: str) -> float:
    """How much longer a wrong code takes than an unknown number, as `share_longer`."""
    taken: dict[bool, list[int]] = {True: [], False: []}
    for _ in range(PAIRS):
        for known in random.sample([True, False], 2):
            typed = number if known else new_number()
            code = " ".join(in_groups(new_code()))
            begun = perf_counter_ns()
            with pytest.raises(CodeRefused):
                survivors.enter(typed, code, "198.51.100.7")
            taken[known].append(perf_counter_ns() - begun)
    return share_longer(taken[True], taken[False])


@pytest.fixture
def number(survivors):
    return survivors.protect(pictures(1), ticket=ticket(), language="en").number


@on_sqlite
def test_nobody_can_tell_a_wrong_code_from_an_unknown_number(survivors, number):
    found = []
    for _ in range(TRIES):
        found.append(measured(survivors, number))
        if LOW < found[-1] < HIGH:
            return
    pytest.fail(f"a wrong code takes longer than an unknown number with probability {found}")


@on_sqlite
def test_the_statistic_would_tell_if_no_time_were_spent_on_unknown_numbers(
    survivors, number, monkeypatch
):
    as_ever = Codes.is_right

    def hasty(codes, session, code, kept):
        return kept is not None and as_ever(codes, session, code, kept)

    monkeypatch.setattr(Codes, "is_right", hasty)
    assert measured(survivors, number) > HIGH


def test_the_statistic_itself():
    assert share_longer([1, 2, 3], [1, 2, 3]) == 0.5
    assert share_longer([4, 5], [1, 2]) == 1
    assert share_longer([1, 2], [4, 5]) == 0
