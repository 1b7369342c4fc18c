"""Times, numbers and counts in words, as the templates' filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from babel import Locale, UnknownLocaleError

_STEPS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def plural(count: int, one: str, more: str = "") -> str:
    """A count with its noun: "1 case", "1,200 cases"."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def duration(seconds: float) -> str:
    """A length of time, rounded down to its largest unit: "3 days", "under a minute"."""
    for size, name in _STEPS:
        if seconds >= size:
            return plural(int(seconds // size), name)
    return "under a minute"


def since(moment: datetime) -> str:
    """How long ago: "5 minutes"."""
    return duration(max(0.0, (datetime.now(UTC) - moment).total_seconds()))


def until(moment: datetime) -> str:
    """How long from now, rounded up: what is said to last 5 minutes lasts no longer."""
    left = (moment - datetime.now(UTC)).total_seconds()
    for size, name in _STEPS:
        if left > size:
            return plural(int(-(-left // size)), name)
    return "under a minute"


def moment_of(moment: datetime) -> str:
    """A moment, to the minute: "27 Nov 2026, 14:05 UTC"."""
    return f"{moment.astimezone(UTC):%-d %b %Y, %H:%M} UTC"


def day_of(day: date) -> str:
    """A day: "27 Nov 2026"."""
    return f"{day:%-d %b %Y}"


def clock(seconds: float) -> str:
    """Minutes and seconds: "4:05"."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02}"


def spaced(name: object) -> str:
    """A name of ours as words: "not_sure" is "not sure"."""
    return str(name).replace("_", " ").replace("-", " ")


def percent(share: float, digits: int = 0) -> str:
    """A share of one: "97 %"."""
    return f"{100 * share:.{digits}f} %"


def bytes_of(size: float) -> str:
    """A size: "3.4 MB"."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= 1000
    raise AssertionError


def language(code: str) -> str:
    """A language by its English name; of one that nobody knows, its code."""
    try:
        return Locale.parse(code).english_name or code
    except (UnknownLocaleError, ValueError):
        return code


def sentence(problem: object) -> str:
    """What a room says, as a sentence of its own."""
    text = str(problem)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def seconds_left(moment: datetime) -> int:
    """Whole seconds until then; 0 where it is over."""
    return max(0, int((moment - datetime.now(UTC)) / timedelta(seconds=1)))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "plural": plural,
    "duration": duration,
    "since": since,
    "until": until,
    "moment": moment_of,
    "day": day_of,
    "clock": clock,
    "spaced": spaced,
    "percent": percent,
    "bytes": bytes_of,
    "seconds_left": seconds_left,
    "sentence": sentence,
    "language": language,
}
