"""Drawings: where things lie in them, and wording."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hedgerow.cases import BankPrecision, Consequence, Day
from hedgerow.media import RefusalCode
from hedgerow.signals import Transform
from hedgerow.web.console.drawings import (
    bars_of,
    histogram_of,
    range_of,
    scale_of,
    stretch_of,
)
from hedgerow.web.console.evidence import notes_in_words, transform_in_words
from hedgerow.web.console.pages.overview import shares_of
from hedgerow.web.console.reasons import reason_of
from hedgerow.web.console.wording import bytes_of, clock, duration, plural, sentence, since, until

bits = some.integers(0, 256)


@given(bits, bits)
def test_a_scale_shows_both_on_its_line(distance, threshold):
    drawn = scale_of(distance, threshold)
    assert 0 <= drawn.at <= 100
    assert 0 <= drawn.limit <= 100
    assert (drawn.at <= drawn.limit) == (distance <= threshold)
    assert drawn.end >= 128


def test_a_scale_is_true_to_size():
    drawn = scale_of(32, 64)
    assert (drawn.at, drawn.limit, drawn.end) == (25, 50, 128)


@given(some.floats(0, 1e5), some.floats(0, 1e5), some.none() | some.floats(0, 1e5))
def test_a_stretch_lies_in_its_video(start, more, length):
    drawn = stretch_of((start, start + more), length, "upload")
    assert drawn.start >= 0
    assert drawn.width > 0
    assert drawn.start + drawn.width <= 100.02


def test_a_stretch_is_true_to_size():
    drawn = stretch_of((10, 20), 40, "upload")
    assert (drawn.start, drawn.width) == (25, 25)
    assert stretch_of((10, 20), None, "banked").start == 50


def test_days_share_one_scale():
    days = [Day(date(2026, 1, 1), 4, 2, {}), Day(date(2026, 1, 2), 0, 1, {})]
    drawn = bars_of(days)
    assert (drawn.top, drawn.middle) == (4, 2)
    assert [(bar.opened_height, bar.decided_height) for bar in drawn.bars] == [(100, 50), (0, 25)]
    assert bars_of([]).top == 2


@pytest.mark.parametrize(("number", "named"), [(7, 7), (14, 14), (30, 15), (90, 15)])
def test_days_are_named_with_their_month_where_there_is_room(number, named):
    days = [Day(date(2026, 1, 20) + timedelta(days=each), 1, 1, {}) for each in range(number)]
    labels = [bar.label for bar in bars_of(days).bars]
    assert labels[0] == "20 Jan"
    assert sum(map(bool, labels)) == named
    assert sum("Feb" in each for each in labels) == (number > 7)


def test_a_range_is_in_percent():
    drawn = range_of(BankPrecision(1, "known", 9, 1, 0.596, 0.982))
    assert (drawn.low, drawn.high, drawn.at) == (59.6, 98.2, 90.0)
    assert range_of(BankPrecision(1, "known", 0, 0, 0.0, 1.0)).at is None


known = some.lists(
    some.builds(Consequence, some.integers(0, 60), some.integers(0, 20), some.integers(0, 20)),
    unique_by=lambda each: each.distance,
)


@given(known, some.integers(0, 60), some.integers(0, 60))
def test_what_a_threshold_would_do_adds_up(decided, threshold, other):
    drawn = histogram_of(decided, threshold, other)
    confirmed = sum(each.confirmed for each in decided)
    assert drawn.keeps + drawn.loses == confirmed
    assert drawn.spares == sum(each.disputed for each in decided if each.distance > other)
    assert drawn.loses == sum(each.confirmed for each in decided if each.distance > other)
    assert drawn.is_wider == (other > threshold)
    for column in drawn.columns:
        assert column.confirmed_height + column.disputed_height <= 100.01
        # The line of a threshold stands right of what it keeps, and left of the rest.
        assert (column.x + column.width <= drawn.other_limit + 0.01) == (column.distance <= other)


def test_shares_leave_out_what_is_not_there():
    shares = shares_of({"clear": 3, "block": 1, "review": 0})
    assert [(each.verdict, each.start, each.width) for each in shares] == [
        ("block", 0, 25), ("clear", 25, 75),
    ]  # fmt: skip
    assert shares_of({}) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none", ""),
        ("mirrored", "mirrored left to right"),
        ("negative", "made a negative"),
        ("negative_rotated_90", "made a negative and turned by 90°"),
        ("something_new", "something new"),
    ],
)
def test_transforms_in_words(name, words):
    assert transform_in_words(name) == words


def test_every_transform_has_words_of_its_own():
    words = {transform_in_words(each) for each in Transform}
    assert len(words) == len(Transform)


def test_every_refusal_has_words():
    for each in RefusalCode:
        words, todo = reason_of(each)
        assert words[0].isupper()
        assert todo.endswith(".")
    assert reason_of("new_code")[0] == "New code"


def test_notes_have_words():
    assert notes_in_words(["low_quality", "new_note"])[1] == "It was noted: new note."


def test_lengths_of_time_in_words():
    assert [duration(each) for each in (3, 60, 119, 3600, 86_400 * 2.9)] == [
        "under a minute", "1 minute", "1 minute", "1 hour", "2 days",
    ]  # fmt: skip
    now = datetime.now(UTC)
    assert since(now - timedelta(minutes=5, seconds=1)) == "5 minutes"
    assert since(now + timedelta(minutes=5)) == "under a minute"
    assert until(now + timedelta(minutes=4, seconds=50)) == "5 minutes"
    assert until(now - timedelta(minutes=5)) == "under a minute"


def test_counts_and_sizes_in_words():
    assert plural(1, "case") == "1 case"
    assert plural(1200, "case") == "1,200 cases"
    assert plural(2, "match", "matches") == "2 matches"
    assert clock(245) == "4:05"
    assert bytes_of(999) == "999 bytes"
    assert bytes_of(183_220) == "183.2 kB"
    assert sentence("say it in a few words") == "Say it in a few words."
    assert sentence("Done!") == "Done!"
