"""Counting of tries: in memory, by what nobody can read back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

import pytest

from hedgerow.survivors import attempts as module
from hedgerow.survivors.attempts import Attempts, line_of


class TestCounting:
    def test_many_at_once_are_no_more_than_one_after_the_other(self):
        attempts = Attempts()
        with ThreadPoolExecutor(16) as threads:
            said = list(threads.map(lambda _: attempts.begin("line", "a", 30, 60), range(2_000)))
        assert sum(said) == 30

    def test_it_keeps_so_many_and_no_address(self, monkeypatch):
        monkeypatch.setattr(module, "MOST_KEPT", 5_000)
        attempts = Attempts(lambda: 0.0)
        for each in range(6_000):
            attempts.begin("line", str(ip_address(each)), 30, 60)
        assert len(attempts._counts) == 5_000
        assert all(len(key) == 16 for key in attempts._counts)
        other = Attempts(lambda: 0.0)
        other.begin("line", str(ip_address(5_500)), 30, 60)
        assert not set(other._counts) & set(attempts._counts)  # keyed by a secret of each process

    def test_a_refusal_is_in_the_services_log_once_and_names_nobody(self, caplog):
        attempts = Attempts(lambda: 0.0)
        for _ in range(1_000):
            attempts.begin("line", "198.51.100.7", 30, 60)
        assert [each.getMessage() for each in caplog.records] == [
            "too many tries on the survivors' pages, counted by line"
        ]

    def test_taking_back_what_was_not_counted_counts_nothing(self):
        attempts = Attempts(lambda: 0.0)
        for _ in range(5):
            attempts.take_back("line", "a")
        assert [attempts.begin("line", "a", 1, 60) for _ in range(2)] == [True, False]

    @pytest.mark.parametrize(
        ("address", "line"),
        [
            ("198.51.100.7", "198.51.100.7"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::", "2001:db8:1:2::/64"),
            ("fe80::1%eth0", "fe80::/64"),
            ("", ""),
            ("testclient", ""),
            ("198.51.100.7:443", ""),
            ("unix:", ""),
        ],
    )
    def test_a_line(self, address, line):
        assert line_of(address) == line
