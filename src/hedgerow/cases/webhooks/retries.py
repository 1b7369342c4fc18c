"""When a delivery that failed is tried again."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from hedgerow.cases.webhooks.limits import WebhookLimits


def wait_after(
    number: int, limits: WebhookLimits, asked: float | None, chance: random.Random
) -> float | None:
    """Seconds to wait after the failed attempt `number`, from 1; None: that was the last one.

    asked: what the receiver asked for by Retry-After. It makes a wait longer, never shorter: or a
    receiver that always says "1" would use up all attempts within seconds.
    """
    if number > len(limits.retry_seconds):
        return None
    wait = limits.retry_seconds[number - 1] * (1 + chance.uniform(0, limits.jitter))
    return max(wait, min(asked or 0.0, limits.max_retry_after_seconds))


def retry_after(header: str | None, at: datetime) -> float | None:
    """The seconds that a Retry-After asks for, at least 0; None where it says nothing readable."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])  # more would be no number of seconds that anybody means
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - at).total_seconds())
