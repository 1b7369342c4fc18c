from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.cases.webhooks.receivers import Receiver, receiving

from hedgerow.cases.webhooks import Courier, CourierPlan, WebhookLimits, Webhooks, emit
from hedgerow.store import Database, Vault

EVENT = "case.decided"


class Clock:
    """A time that passes when a test says so."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits() -> WebhookLimits:
    """As the service has them, but in a hurry."""
    return WebhookLimits(retry_seconds=(0.1,) * 8, poll_seconds=0.05, timeout_seconds=10.0)


@pytest.fixture
def webhooks(database: Database, vault: Vault, limits: WebhookLimits) -> Webhooks:
    return Webhooks(database, vault, limits)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@pytest.fixture
def tell(database: Database) -> Callable[..., int]:
    """Emits an event, in a transaction of its own."""

    def told(data: Mapping[str, object] | None = None, event: str = EVENT) -> int:
        with database.write() as session:
            return emit(session, event, data or {"case": 12})

    return told


@pytest.fixture
def courier(
    database_url: str, vault: Vault, tmp_path: Path, limits: WebhookLimits
) -> Callable[..., AbstractContextManager[Courier]]:
    """Makes a courier, as the service starts it; other limits where they are given."""

    def made(other: WebhookLimits | None = None) -> Courier:
        return Courier(CourierPlan(database_url, vault.path, tmp_path, other or limits))

    return made
