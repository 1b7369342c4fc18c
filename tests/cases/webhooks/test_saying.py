"""What a courier says: short, and not too often."""

import logging
import re

import pytest

from hedgerow.cases.webhooks.saying import Sparing, steps_to


def test_each_place_in_the_code_speaks_once_a_minute_and_tells_of_the_rest() -> None:
    at = [0.0]
    sparing = Sparing(lambda: at[0])
    said = []

    def say(line: int, text: str, *args: object) -> None:
        record = logging.LogRecord("dbos", logging.WARNING, "x.py", line, text, args, None)
        if sparing.filter(record):
            said.append(record.getMessage())

    for number in range(5):
        say(1, "try %d", number)
        say(2, "other %d%%", number)
    assert said == ["try 0", "other 0%"]
    at[0] = 59.9
    say(1, "try 5")
    at[0] = 60.0
    say(1, "try 6%")
    say(1, "try 7")
    assert said[2:] == ["(and 5 more like it before) try 6%"]
    at[0] = 120.0
    say(1, "try 8")
    say(2, "other")
    assert said[3:] == [
        "(and 1 more like it before) try 8",
        "(and 4 more like it before) other",
    ]


def test_where_it_failed_is_told_without_what_it_was_about() -> None:
    with pytest.raises(ValueError, match="findable") as raised:
        raise ValueError("findable")
    assert re.fullmatch(r"test_saying\.py:\d+", steps_to(raised.value))
