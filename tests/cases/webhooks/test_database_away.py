"""The database is away for a while, or can't be used: nothing is lost, and the log stays short."""

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.cases.webhooks.receivers import Receiver, Reply, receiving, wait_until
from tests.postgres import START_SECONDS, Server, postgres_only, sqlite_only

from hedgerow.cases.webhooks import (
    CHOICES,
    Courier,
    CourierPlan,
    DeliveryState,
    WebhookLimits,
    Webhooks,
    emit,
)
from hedgerow.store import Database, Vault, open_database

Make = Callable[..., AbstractContextManager[Courier]]
Tell = Callable[..., int]
EVENTS = 40


def all_are(webhooks: Webhooks, state: DeliveryState) -> bool:
    return {each.state for each in webhooks.deliveries(limit=200)} == {state}


def stop(server: Server) -> None:
    """As an administrator does to start it anew: connections are cut, nothing is lost."""
    assert server.process is not None
    server.process.send_signal(signal.SIGINT)
    server.process.wait(START_SECONDS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("end", "away"), [(stop, 0.0), (Server.kill, 4.0)], ids=["stopped", "killed"]
)
def test_it_goes_away_amid_deliveries_and_comes_back(
    tmp_path: Path, limits: WebhookLimits, caplog: pytest.LogCaptureFixture,
    end: Callable[[Server], None], away: float,
) -> None:  # fmt: skip
    patient = replace(limits, retry_seconds=(0.3,) * 60, max_per_endpoint=32)
    server = Server()
    try:
        server.start()
        url = server.make("webhooks")
        vault = Vault(tmp_path / "vault.key")
        with receiving() as receiver, open_database(url) as database:
            webhooks = Webhooks(database, vault, patient)
            webhooks.create(receiver.url, CHOICES)

            def tell() -> None:
                with database.write() as session:
                    emit(session, "case.decided", {})

            receiver.replies += [Reply(500 if each % 3 else 204) for each in range(EVENTS)]
            receiver.always = Reply(delay=0.1)
            with Courier(CourierPlan(url, vault.path, tmp_path, patient)):
                for _ in range(EVENTS):
                    tell()
                receiver.wait_for(EVENTS // 2)
                end(server)
                time.sleep(away)
                server.start()
                tell()
                wait_until(lambda: all_are(webhooks, DeliveryState.DELIVERED))
                assert len({each.message_id for each in receiver.got}) == EVENTS + 1
                begun = "SELECT count(*) FROM dbos.workflow_status WHERE status = 'PENDING'"
                wait_until(lambda: server.execute(begun, "webhooks") == [(0,)])
        # Each of its threads tells of each of its tries: over a hundred lines in some seconds.
        assert len(caplog.records) < 25, caplog.text
    finally:
        server.remove()


@postgres_only("a connection that can be lost")
def test_who_lost_the_place_begins_anew(
    courier: Make, webhooks: Webhooks, receiver: Receiver, database: Database, tell: Tell
) -> None:
    webhooks.create(receiver.url, CHOICES)
    with courier() as running:
        tell()
        receiver.wait_for(1)
        with database.read() as session:
            lost = (
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            session.execute(text(lost))
        wait_until(lambda: running.starts == 2)
        tell()
        receiver.wait_for(2)


@contextmanager
def hurried(plan: CourierPlan) -> Iterator[None]:
    """A courier that looks ten times a second for what is overdue."""
    code = (
        "import sys, threading\n"
        "from hedgerow.cases.webhooks import CourierPlan, working\n"
        "from hedgerow.cases.webhooks.standing import run\n"
        "working._OVERDUE_SECONDS = 0.1\n"
        "run(CourierPlan.from_json(sys.stdin.read()), threading.Event())\n"
    )
    words = [sys.executable, "-c", code]
    with subprocess.Popen(words, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        with process.stdin as stdin:
            stdin.write(plan.to_json())
        try:
            yield
        finally:
            process.kill()


def test_an_attempt_that_dbos_thinks_has_begun_and_nobody_makes_is_made(
    database: Database, database_url: str, webhooks: Webhooks, receiver: Receiver,
    limits: WebhookLimits, vault: Vault, tell: Tell, tmp_path: Path,
) -> None:  # fmt: skip
    webhooks.create(receiver.url, CHOICES)
    receiver.replies.append(Reply(500))
    receiver.always = Reply(delay=2)  # in which it looks often, and finds nothing to wake
    tell()
    # Nothing but what is claimed below is tried again in time.
    later = replace(limits, retry_seconds=(7200,) * 3, timeout_seconds=60.0)
    claimed = "UPDATE {}workflow_status SET status = 'PENDING' WHERE status = 'DELAYED'"

    def claim() -> int:
        """As where the connection is lost when the claim is committed."""
        if database_url.startswith("sqlite"):
            with closing(sqlite3.connect(tmp_path / "courier.db", timeout=20)) as memory, memory:
                return memory.execute(claimed.format("")).rowcount
        with database.write() as session:
            returning = claimed.format("dbos.") + " RETURNING 1"
            return len(session.execute(text(returning)).all())

    with hurried(CourierPlan(database_url, vault.path, tmp_path, later)):
        wait_until(lambda: webhooks.deliveries()[0].tried == 1)
        wait_until(claim)
        (told,) = webhooks.deliveries()
        wait_until(
            lambda: all_are(webhooks, DeliveryState.DELIVERED),
            lambda: f"{webhooks.delivery(told.id)}, {len(receiver.got)} came",
        )
    assert len(receiver.got) == 2


@sqlite_only("what dbos remembers is in a file")
def test_what_it_can_not_use_is_told_in_a_line(
    courier: Make, webhooks: Webhooks, receiver: Receiver, tell: Tell,
    tmp_path: Path, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    webhooks.create(receiver.url, CHOICES)
    tell()
    damaged = tmp_path / "courier.db"
    damaged.write_bytes(b"no database" * 1000)
    with courier() as running:
        wait_until(lambda: running.starts == 2)
        damaged.unlink()
        receiver.wait_for(1)
    assert "courier: the database refused: file is not a database, at " in caplog.text
    assert "Traceback" not in caplog.text
    assert len(caplog.records) < 10, caplog.text


@sqlite_only("its writers wait for each other")
def test_a_busy_database_is_tried_less_and_less(
    webhooks: Webhooks, database: Database, database_url: str, receiver: Receiver, vault: Vault,
    limits: WebhookLimits, tell: Tell, tmp_path: Path, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    webhooks.create(receiver.url, CHOICES)
    plan = CourierPlan(database_url, vault.path, tmp_path, limits, busy_seconds=0.05)
    with Courier(plan) as running:
        tell()
        receiver.wait_for(1)
        wait_until(lambda: all_are(webhooks, DeliveryState.DELIVERED))
        with database.write() as session:
            emit(session, "case.decided", {})
            threading.Event().wait(4)
        receiver.wait_for(2)
        assert running.starts == 1
    said = [each.message for each in caplog.records if "is writing" in each.message]
    assert said
    assert len(said) < 10, said
    assert said[-1].split("next try in ")[1] != said[0].split("next try in ")[1]
