"""docs/webhooks.md says what the code does."""

import re
from pathlib import Path

from examples.webhooks import verify

from hedgerow.cases.webhooks import EVENTS, WebhookLimits

PAGE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text()
LIMITS = WebhookLimits()
UNITS = {"second": 1, "minute": 60, "hour": 3600}


def rows(first: str) -> list[list[str]]:
    """The rows of the table whose first heading this is."""
    table = PAGE[PAGE.index(f"| {first} |") :].split("\n\n")[0]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]


def test_every_event_is_told() -> None:
    assert [event for event, _ in rows("event")] == [f"`{event}`" for event in EVENTS]


def test_the_waits_are_told() -> None:
    told: list[float] = []
    for attempts, words in rows("attempt"):
        found = re.match(r"(\d+) (second|minute|hour)s?", words)
        assert found
        told += [int(found[1]) * UNITS[found[2]]] * len(attempts.split(","))
    assert told == list(LIMITS.retry_seconds)


def test_the_other_limits_are_told() -> None:
    plain = " ".join(PAGE.split())
    assert f"within {LIMITS.timeout_seconds:g} seconds (`HEDGEROW_WEBHOOKS__TIMEOUT_S" in plain
    assert f"for {LIMITS.keep_days} days after they ended (`HEDGEROW_WEBHOOKS__KEEP_D" in plain
    assert f"for {LIMITS.rotation_hours:g} hours (`HEDGEROW_WEBHOOKS__ROTATION_H" in plain
    assert f"At most {LIMITS.max_per_endpoint} events are on their way to one webhook" in plain
    assert f"and {LIMITS.max_under_way} to all" in plain
    assert (LIMITS.jitter, LIMITS.max_retry_after_seconds) == (1 / 5, 86_400)  # as said in words
    assert verify.TOLERANCE == 5 * 60
