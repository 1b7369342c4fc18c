"""Events go into the outbox with what they tell of, or not at all."""

import json
import threading
from collections.abc import Callable

import pytest
from tests.postgres import postgres_only

from hedgerow.cases.webhooks import CHOICES, Webhooks, emit
from hedgerow.store import Database, now

URL = "https://example.org/hedgerow"


def test_one_delivery_for_each_active_endpoint_that_wants_it(
    webhooks: Webhooks, tell: Callable[..., int]
) -> None:
    wanting = webhooks.create(URL, ["case.decided", "case.opened"])[0]
    other = webhooks.create(URL, ["case.opened"])[0]
    off = webhooks.create(URL, CHOICES)[0]
    also = webhooks.create(URL, CHOICES)[0]
    webhooks.update(off.id, active=False)
    assert tell() == 2
    assert [each.endpoint_id for each in webhooks.deliveries()] == [also.id, wanting.id]
    assert webhooks.deliveries(other.id) == []
    first, second = webhooks.deliveries()
    assert first.message_id == second.message_id
    assert first.payload == second.payload


def test_nobody_wants_it(webhooks: Webhooks, tell: Callable[..., int]) -> None:
    assert tell() == 0
    assert webhooks.deliveries() == []


def test_what_is_told(webhooks: Webhooks, database: Database) -> None:
    webhooks.create(URL, CHOICES)
    at = now()
    with database.write() as session:
        emit(session, "case.opened", {"case": 7, "word": "weiß ☂", "none": None}, at=at)
    (delivery,) = webhooks.deliveries()
    assert json.loads(delivery.payload) == {
        "type": "case.opened",
        "timestamp": at.isoformat(),
        "sequence": delivery.sequence,
        "data": {"case": 7, "word": "weiß ☂", "none": None},
    }
    assert delivery.message_id.startswith("msg_")
    assert "." not in delivery.message_id  # the mark between the parts that are signed


def test_what_is_undone_is_not_told(webhooks: Webhooks, database: Database) -> None:
    webhooks.create(URL, CHOICES)

    def undone() -> None:
        with database.write() as session:
            assert emit(session, "case.opened", {}) == 1
            raise KeyError

    with pytest.raises(KeyError):
        undone()
    assert webhooks.deliveries() == []


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("case.closed", {}),
        ("case.opened", {"picture": b"\xff\xd8"}),
        ("case.opened", {"score": float("nan")}),
    ],
    ids=["no such event", "bytes", "no number"],
)
def test_what_can_not_be_told_is_refused(
    webhooks: Webhooks, database: Database, event: str, data: dict[str, object]
) -> None:
    webhooks.create(URL, CHOICES)
    with pytest.raises((ValueError, TypeError)), database.write() as session:
        emit(session, event, data)


def test_sequence_numbers_are_in_the_order_of_the_commits(
    webhooks: Webhooks, database: Database
) -> None:
    """Each thread sees, before its commit, all that has a smaller number: nothing comes later."""
    webhooks.create(URL, CHOICES)
    webhooks.create(URL, CHOICES)
    committed: list[int] = []
    lock = threading.Lock()

    def work() -> None:
        for _ in range(15):
            with database.write() as session:
                emit(session, "case.opened", {})
                session.flush()
                largest = max(webhooks_sequences(database))
                with lock:
                    committed.append(largest)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert committed == sorted(committed)
    assert len(set(committed)) == 60


def webhooks_sequences(database: Database) -> list[int]:
    from sqlalchemy import text

    with database.read() as session:
        return list(session.execute(text("SELECT sequence FROM webhook_delivery")).scalars())


@postgres_only("two that write at a time")
def test_an_endpoint_that_is_removed_meanwhile_breaks_nothing(
    webhooks: Webhooks, database: Database
) -> None:
    endpoint = webhooks.create(URL, CHOICES)[0]
    emitted, removed = threading.Event(), threading.Event()

    def remove() -> None:
        emitted.wait()
        webhooks.remove(endpoint.id)
        removed.set()

    thread = threading.Thread(target=remove)
    thread.start()
    with database.write() as session:
        assert emit(session, "case.opened", {}) == 1
        emitted.set()
        assert not removed.wait(0.3)  # it waits for this one
    thread.join()
    assert webhooks.deliveries() == []
    with database.write() as session:
        assert emit(session, "case.opened", {}) == 0
