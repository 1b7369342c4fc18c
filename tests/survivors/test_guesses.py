"""Guessing gets nowhere, and costs the server little: tries are counted before anything else."""

from __future__ import annotations

import random
from contextlib import suppress
from ipaddress import ip_address
from itertools import cycle

import pytest
from tests.postgres import sqlite_only
from tests.survivors.making import pictures, ticket

from hedgerow.survivors import CodeRefused, SurvivorsProblem, TooManyTries, UnreadableCode
from hedgerow.survivors.codes import Codes, new_number
from hedgerow.survivors.words import in_groups, new_code

GUESSES = 100_000
HERE = "198.51.100.7"

pytestmark = sqlite_only("is about counting, in memory; the database stands far behind")


class Meter:
    """How often a code was compared at what it costs, and what was said."""

    def __init__(self, monkeypatch):
        self.compared = 0
        self.said = {}
        self.let_in = 0

        def is_right(_codes, _session, _code, _kept):
            self.compared += 1
            return False

        monkeypatch.setattr(Codes, "is_right", is_right)

    def guess(self, survivors, number, code, address):
        try:
            survivors.enter(number, code, address)
            self.let_in += 1
        except SurvivorsProblem as problem:
            kind = type(problem)
            self.said[kind] = self.said.get(kind, 0) + 1


@pytest.fixture
def meter(survivors, monkeypatch):
    return Meter(monkeypatch)


@pytest.fixture
def receipt(survivors):
    return survivors.protect(pictures(1), ticket=ticket(), language="en")


@pytest.fixture
def time(survivors):
    """The seconds that tries are counted by; they stand still until moved."""
    at = [0.0]
    survivors._attempts._clock = lambda: at[0]

    def forward(minutes):
        at[0] += minutes * 60

    return forward


def codes():
    """Codes, each of which could be one: they are looked up."""
    return cycle([" ".join(in_groups(new_code())) for _ in range(500)])


def wrong(receipt):
    """A code that isn't the right one."""
    code = new_code()
    assert in_groups(code) != receipt.digits
    return " ".join(in_groups(code))


class TestAHundredThousand:
    def test_at_one_number_from_one_address(self, survivors, receipt, meter, limits, time):
        for code, _ in zip(codes(), range(GUESSES), strict=False):
            meter.guess(survivors, receipt.number, code, HERE)
        assert meter.compared == limits.code_tries
        assert meter.let_in == 0
        assert meter.said == {CodeRefused: 10, TooManyTries: GUESSES - 10}

    def test_at_one_number_from_an_address_each(self, survivors, receipt, meter, limits, time):
        for code, line in zip(codes(), range(GUESSES // 5), strict=False):
            meter.guess(survivors, receipt.number, code, str(ip_address(0x0A000000 + line)))
        assert (meter.compared, meter.let_in) == (limits.code_tries, 0)

    def test_at_numbers_at_random_from_one_address(self, survivors, meter, limits, time):
        for code, _ in zip(codes(), range(GUESSES // 10), strict=False):
            meter.guess(survivors, new_number(), code, HERE)
        assert (meter.compared, meter.let_in) == (limits.address_tries, 0)

    def test_at_numbers_at_random_from_many_addresses(self, survivors, meter, limits, time):
        """Each address has its tries, and no more: what an attacker pays with is addresses."""
        for code, each in zip(codes(), range(GUESSES // 10), strict=False):
            meter.guess(survivors, new_number(), code, f"203.0.113.{each % 10}")
        assert (meter.compared, meter.let_in) == (10 * limits.address_tries, 0)

    def test_from_all_of_an_ipv6_line(self, survivors, meter, limits, time):
        dice = random.Random(2)
        for code, _ in zip(codes(), range(GUESSES // 10), strict=False):
            line = str(ip_address((0x20010DB8 << 96) + dice.getrandbits(64)))
            meter.guess(survivors, new_number(), code, line)
        assert (meter.compared, meter.let_in) == (limits.address_tries, 0)

    def test_over_hours_of_patience(self, survivors, receipt, meter, limits, time):
        """With a new window every quarter of an hour: 960 comparisons a day, of 2^66 codes."""
        for code, each in zip(codes(), range(2_000), strict=False):
            meter.guess(survivors, receipt.number, code, str(ip_address(each)))
            if each % 100 == 99:
                time(limits.code_minutes)
        assert (meter.compared, meter.let_in) == (20 * limits.code_tries, 0)

    def test_with_no_address_at_all_a_number_is_bounded_all_the_same(
        self, survivors, receipt, meter, limits, time
    ):
        for code, _ in zip(codes(), range(1_000), strict=False):
            meter.guess(survivors, receipt.number, code, "")
        assert meter.compared == limits.code_tries


class TestWhoeverIsRight:
    def test_after_wrong_ones_within_the_limit_it_opens(self, survivors, receipt, limits):
        for _ in range(limits.code_tries - 1):
            with pytest.raises(CodeRefused):
                survivors.enter(receipt.number, wrong(receipt), HERE)
        for _ in range(50):  # and the right one costs no try
            token = survivors.enter(receipt.number, " ".join(receipt.words), HERE)
            assert survivors.find(token) == receipt.case_id
        with pytest.raises(CodeRefused):
            survivors.enter(receipt.number, wrong(receipt), HERE)
        with pytest.raises(TooManyTries):
            survivors.enter(receipt.number, " ".join(receipt.words), HERE)

    def test_after_the_limit_it_opens_when_the_time_is_over(self, survivors, receipt, limits, time):
        for _ in range(limits.code_tries):
            with pytest.raises(CodeRefused):
                survivors.enter(receipt.number, wrong(receipt), HERE)
        time(limits.code_minutes - 0.01)
        for _ in range(3):  # refused from anywhere, and asking again makes it no longer
            with pytest.raises(TooManyTries) as caught:
                survivors.enter(receipt.number, " ".join(receipt.words), "192.0.2.1")
        assert caught.value.minutes == limits.code_minutes
        time(0.01)
        assert survivors.enter(receipt.number, " ".join(receipt.words), HERE)

    def test_a_locked_number_does_not_tell_whether_it_exists(self, survivors, receipt, limits):
        told = {}
        for number in (receipt.number, new_number()):
            said = []
            for _ in range(limits.code_tries + 3):
                with pytest.raises(SurvivorsProblem) as caught:
                    survivors.enter(number, wrong(receipt), "")
                said.append((type(caught.value), str(caught.value), vars(caught.value)))
            told[number] = said
        first, second = told.values()
        assert first == second

    def test_who_is_refused_by_their_address_locks_nobody_elses_number(
        self, survivors, receipt, limits
    ):
        for _ in range(limits.address_tries):
            with pytest.raises(CodeRefused):
                survivors.enter(new_number(), wrong(receipt), "192.0.2.66")
        for _ in range(100):
            with pytest.raises(TooManyTries):
                survivors.enter(receipt.number, wrong(receipt), "192.0.2.66")
        assert survivors.enter(receipt.number, " ".join(receipt.words), HERE)

    @pytest.mark.parametrize("typed", ["", "no number", "12345678", "1234567890"])
    def test_what_is_no_number_is_refused_and_never_locked(self, survivors, limits, typed):
        for each in range(3 * limits.code_tries):
            with pytest.raises(CodeRefused):
                survivors.enter(typed, "0000 " * 6, f"192.0.2.{each}")

    def test_what_is_no_code_costs_no_try(self, survivors, receipt, limits):
        for _ in range(10 * limits.address_tries):
            with pytest.raises(UnreadableCode):
                survivors.enter(receipt.number, "legal winner thnk year wave legal", HERE)
        assert survivors.enter(receipt.number, " ".join(receipt.words), HERE)


class TestSending:
    def test_an_address_opens_so_many_cases_an_hour(self, survivors, limits, time):
        opened = 0
        for each in range(3 * limits.cases_an_hour):
            with suppress(TooManyTries):
                survivors.protect(pictures(each), ticket=ticket(each), language="en", address=HERE)
                opened += 1
        assert opened == limits.cases_an_hour
        # The answer to the last one was lost: it comes all the same.
        last = ticket(limits.cases_an_hour - 1)
        assert survivors.protect(pictures(1), ticket=last, language="en", address=HERE)
        time(60)
        assert survivors.protect(pictures(1), ticket=ticket("x"), language="en", address=HERE)

    def test_sending_again_is_bounded_too(self, survivors, limits, monkeypatch):
        hashed = []
        as_ever = Codes.hash
        monkeypatch.setattr(Codes, "hash", lambda *args: hashed.append(1) or as_ever(*args))
        for _ in range(5 * limits.cases_an_hour):
            with suppress(TooManyTries):
                survivors.protect(pictures(1), ticket=ticket(), language="en", address=HERE)
        assert len(hashed) == 1 + limits.cases_an_hour

    def test_what_is_refused_for_its_address_writes_nothing(self, survivors, database, monkeypatch):
        for each in range(survivors.limits.cases_an_hour):
            survivors.protect(pictures(1), ticket=ticket(each), language="en", address=HERE)
        monkeypatch.setattr(type(database), "write", None)
        with pytest.raises(TooManyTries):
            survivors.protect(pictures(1), ticket=ticket("x"), language="en", address=HERE)
