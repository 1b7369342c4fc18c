import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from hedgerow.cases.webhooks import WebhookLimits
from hedgerow.cases.webhooks.retries import retry_after, wait_after

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = WebhookLimits()


def wait(number: int, asked: float | None = None, limits: WebhookLimits = LIMITS) -> float | None:
    return wait_after(number, limits, asked, random.Random(1))


def test_waits_grow_and_then_end() -> None:
    waits = [wait(number) for number in range(1, 12)]
    told = [each for each in waits if each is not None]
    assert len(told) == 9
    assert waits[9:] == [None, None]
    for each, least in zip(told, LIMITS.retry_seconds, strict=True):
        assert least <= each <= least * 1.2
    assert 44 * 3600 < sum(told) < 54 * 3600


def test_what_failed_together_does_not_come_again_together() -> None:
    chance = random.Random(2)
    waits = {wait_after(5, LIMITS, None, chance) for _ in range(100)}
    assert len(waits) == 100
    assert max(waits) - min(waits) > 1000


@pytest.mark.parametrize(
    ("asked", "expected"), [(None, 10.0), (0.0, 10.0), (3.0, 10.0), (90.0, 90.0), (1e9, 86_400.0)]
)
def test_a_receiver_can_ask_for_longer_but_not_for_ever(
    asked: float | None, expected: float
) -> None:
    assert wait(1, asked, WebhookLimits(jitter=0)) == expected


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("١٢", None),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("9" * 5000, 999_999_999_999.0),
        (format_datetime(AT + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(AT - timedelta(seconds=90), usegmt=True), 0.0),
        ("Sun, 01 Mar 2026 12:01:30 -0000", 90.0),
        ("Sun, 99 Mar 2026 12:01:30 GMT", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, AT) == seconds


@pytest.mark.parametrize(
    "values",
    [{"retry_seconds": (1, 0)}, {"timeout_seconds": 0}, {"jitter": -0.1}, {"keep_days": 0}],
    ids=lambda values: next(iter(values)),
)
def test_impossible_limits_are_refused_by_name(values: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(values))):
        WebhookLimits(**values)
