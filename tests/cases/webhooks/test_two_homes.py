"""Two services with two home folders and one database file: one courier, which may change."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from tests.cases.webhooks.receivers import Receiver, Reply, wait_until
from tests.postgres import sqlite_only

from hedgerow.cases.webhooks import (
    CHOICES,
    Courier,
    CourierPlan,
    DeliveryState,
    WebhookLimits,
    Webhooks,
)
from hedgerow.store import Vault

Tell = Callable[..., int]


@pytest.fixture
def at_home(
    database_url: str, vault: Vault, limits: WebhookLimits, tmp_path: Path
) -> Callable[..., Courier]:
    """Makes a courier of the service that has this home; other limits where they are given."""

    def made(home: str, other: WebhookLimits | None = None) -> Courier:
        folder = tmp_path / home
        folder.mkdir(exist_ok=True)
        return Courier(CourierPlan(database_url, vault.path, folder, other or limits))

    return made


def stands_by(courier: Courier) -> bool:
    opened = psutil.Process(courier.pid).open_files() if courier.pid else []
    return any(each.path.endswith(".courier") for each in opened)


@sqlite_only("PostgreSQL has no home folder")
def test_one_of_them_works(
    at_home: Callable[..., Courier], webhooks: Webhooks, receiver: Receiver, tell: Tell,
    tmp_path: Path, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    webhooks.create(receiver.url, CHOICES)
    with caplog.at_level("INFO"), at_home("one") as first:
        tell()
        receiver.wait_for(1)
        with at_home("other") as second:
            wait_until(lambda: stands_by(second))
            time.sleep(1)
            for _ in range(5):
                tell()
            receiver.wait_for(6)
            assert caplog.text.count("courier: at work") == 1
            assert not (tmp_path / "other" / "courier.db").exists()
            first.__exit__()
            tell()
            receiver.wait_for(7)
    assert caplog.text.count("courier: at work") == 2
    assert len(receiver.got) == 7


@sqlite_only("PostgreSQL has no home folder")
def test_what_the_one_had_begun_the_other_goes_on_with_and_the_first_forgets(
    at_home: Callable[..., Courier], webhooks: Webhooks, receiver: Receiver,
    limits: WebhookLimits, tell: Tell, tmp_path: Path,
) -> None:  # fmt: skip
    webhooks.create(receiver.url, CHOICES)
    receiver.replies.append(Reply(500))
    tell()
    with at_home("one", replace(limits, retry_seconds=(7200,) * 3)):
        wait_until(lambda: webhooks.deliveries()[0].tried == 1)
    assert webhooks.deliveries()[0].state is DeliveryState.SENDING

    with at_home("other"):
        wait_until(lambda: webhooks.deliveries()[0].state is DeliveryState.DELIVERED)
    assert webhooks.deliveries()[0].tried == 2

    # What the first one remembers of it is due by now.
    with closing(sqlite3.connect(tmp_path / "one" / "courier.db")) as memory, memory:
        due = "UPDATE workflow_status SET status = 'ENQUEUED' WHERE status = 'DELAYED'"
        assert memory.execute(due).rowcount == 1
    tell()
    with at_home("one"):
        receiver.wait_for(3)

        def left() -> int:
            with closing(sqlite3.connect(tmp_path / "one" / "courier.db")) as memory:
                begun = "SELECT count(*) FROM workflow_status WHERE status != 'SUCCESS'"
                return memory.execute(begun).fetchone()[0]

        wait_until(lambda: left() == 0)
    assert len(receiver.got) == 3
    assert len({each.message_id for each in receiver.got}) == 2
