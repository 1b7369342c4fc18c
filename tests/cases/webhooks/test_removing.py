"""A webhook with many deliveries is removed: at once for everybody, a few at a time underneath."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import pytest
from sqlalchemy import func, select
from tests.cases.webhooks.conftest import Clock
from tests.cases.webhooks.log import logged
from tests.cases.webhooks.receivers import Receiver, wait_until
from tests.cases.webhooks.test_taking import Remembered
from tests.postgres import postgres_only

from hedgerow.cases.webhooks import (
    CHOICES,
    NoSuchDelivery,
    NoSuchWebhook,
    Webhooks,
    removing,
    taking,
)
from hedgerow.cases.webhooks.attempts import Attempts
from hedgerow.cases.webhooks.models import AttemptRow, DeliveryRow, EndpointRow
from hedgerow.cases.webhooks.records import DeliveryState
from hedgerow.cases.webhooks.sending import Answer
from hedgerow.store import Database, DatabaseBusy, Vault

URL = "https://example.org/findable"
MANY = 10
Tell = Callable[..., int]


@pytest.fixture(autouse=True)
def a_time(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(removing, "A_TIME", 3)
    return 3


def left(database: Database) -> tuple[int, int, int]:
    """How many rows there are of each kind."""
    with database.read() as session:
        tables = (EndpointRow, DeliveryRow, AttemptRow)
        endpoints, deliveries, attempts = (
            session.execute(select(func.count()).select_from(each)).scalar_one() for each in tables
        )
        return endpoints, deliveries, attempts


def fill(webhooks: Webhooks, database: Database, tell: Tell, at: datetime) -> int:
    """One webhook with many deliveries, each with an attempt; returns its number."""
    made = webhooks.create(URL, CHOICES, "findable")[0]
    webhooks.rotate(made.id)
    for _ in range(MANY):
        tell()
    with database.write() as session:
        for number in session.execute(select(DeliveryRow.id)).scalars():
            session.add(
                AttemptRow(delivery_id=number, series=1, number=1, at=at, reason="", milliseconds=1)
            )
    return made.id


def interrupted(webhooks: Webhooks, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove a webhook, and end after two portions as a kill would."""
    real, done = removing.go_on, []

    def go_on(database: Database) -> int:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(real(database))
        return done[-1]

    with monkeypatch.context() as patched:
        patched.setattr(removing, "go_on", go_on)
        with pytest.raises(KeyboardInterrupt):
            webhooks.remove(number)
    assert done == [3, 3]


def test_interrupted_it_is_gone_for_everybody_and_the_rest_goes_when_it_is_tidied(
    database: Database, vault: Vault, clock: Clock, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhooks = Webhooks(database, vault, clock=clock)
    number = fill(webhooks, database, tell, clock.at)
    interrupted(webhooks, number, monkeypatch)
    assert left(database) == (1, MANY - 6, MANY - 6)

    assert webhooks.list() == []
    assert webhooks.deliveries() == webhooks.deliveries(number) == []
    for call in (webhooks.get, webhooks.update, webhooks.remove, webhooks.send_test):
        with pytest.raises(NoSuchWebhook):
            call(number)
    with database.read() as session:
        kept = session.execute(select(func.max(DeliveryRow.id))).scalar_one()
    for call in (webhooks.delivery, webhooks.resend):
        with pytest.raises(NoSuchDelivery):
            call(kept)
    assert webhooks.problem() is None  # though deliveries wait
    assert tell() == 0
    chains = Remembered()
    assert taking.take(database, chains) == 0
    with database.write() as session:
        session.get_one(DeliveryRow, kept).state = DeliveryState.SENDING
    assert taking.give_back(database, chains, None) == 0

    while taking.tidy(database, clock(), 30):
        pass
    assert left(database) == (0, 0, 0)
    assert [each[1] for each in logged(database)].count("webhook.removed") == 1


def test_what_it_was_is_gone_from_the_first_moment_on(
    database: Database, vault: Vault, clock: Clock, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhooks = Webhooks(database, vault, clock=clock)
    interrupted(webhooks, fill(webhooks, database, tell, clock.at), monkeypatch)
    with database.read() as session:
        row = session.execute(select(EndpointRow)).scalar_one()
        assert (row.secret, row.old_secret, row.old_until) == (b"", None, None)
        assert (row.url, row.events, row.description) == ("", "", "")
    # Nothing is sealed any more, so that another key may begin.
    vault.path.unlink()
    made = webhooks.create(URL, CHOICES)[0]
    assert [each.id for each in webhooks.list()] == [made.id]


@postgres_only("two that write at a time")
def test_neither_it_nor_intake_waits_for_a_delivery_that_somebody_holds(
    database: Database, vault: Vault, clock: Clock, tell: Tell
) -> None:
    webhooks = Webhooks(database, vault, clock=clock)
    number = fill(webhooks, database, tell, clock.at)
    other = webhooks.create(URL, CHOICES)[0]
    with database.write() as session:
        session.get_one(DeliveryRow, 5, with_for_update=True)
        removing_it = threading.Thread(target=webhooks.remove, args=(number,))
        removing_it.start()
        removing_it.join(20)
        assert not removing_it.is_alive()
        told = threading.Thread(target=tell)
        told.start()
        told.join(20)
        assert not told.is_alive()
    assert [each.endpoint_id for each in webhooks.deliveries()] == [other.id]
    assert left(database) == (2, 2, 1)
    assert taking.tidy(database, clock(), 30) == 1
    assert taking.tidy(database, clock(), 30) == 0
    assert left(database) == (1, 1, 0)


class Answering:
    """Sends nothing; answers, once something was done."""

    def __init__(self, status: int, first: Callable[[], object] = lambda: None) -> None:
        self.status, self.first, self.sent = status, first, 0

    def post(self, *_: object) -> Answer:
        self.sent += 1
        self.first()
        return Answer(self.status, "it answered so")


def test_an_answer_that_comes_later_brings_nothing_back(
    database: Database, webhooks: Webhooks, vault: Vault, tell: Tell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    made = webhooks.create(URL, CHOICES)[0]
    for _ in range(MANY):
        tell()
    with database.write() as session:
        session.get_one(DeliveryRow, MANY).ticket = "ticket"
    gone = Answering(410, lambda: interrupted(webhooks, made.id, monkeypatch))
    attempts = Attempts(database, vault, gone, webhooks.limits)  # type: ignore[arg-type] # a stand-in
    assert attempts.attempt(MANY, "ticket", 1) is None
    assert gone.sent == 1
    with database.read() as session:
        assert session.get_one(EndpointRow, made.id).state == removing.REMOVED
    assert "webhook.gone" not in [each[1] for each in logged(database)]


def test_nothing_is_sent_to_it_any_more(
    database: Database, webhooks: Webhooks, vault: Vault, tell: Tell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    made = webhooks.create(URL, CHOICES)[0]
    for _ in range(MANY):
        tell()
    with database.write() as session:
        session.get_one(DeliveryRow, MANY).ticket = "ticket"
    interrupted(webhooks, made.id, monkeypatch)
    sender = Answering(500)
    attempts = Attempts(database, vault, sender, webhooks.limits)  # type: ignore[arg-type] # a stand-in
    assert attempts.attempt(MANY, "ticket", 1) is None
    assert sender.sent == 0


KILLED = """
import os, signal, sys
from pathlib import Path
from hedgerow.cases.webhooks import Webhooks, removing
from hedgerow.store import SERVICE, Vault, acting, open_database
url, key, number = sys.argv[1:]
real, removing.A_TIME, done = removing.go_on, 2, []
def go_on(database):
    if len(done) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(real(database))
    return done[-1]
removing.go_on = go_on
with open_database(url) as database, acting(SERVICE):
    Webhooks(database, Vault(Path(key))).remove(int(number))
"""


def test_killed_amid_it_the_courier_finishes_it(
    database: Database, database_url: str, vault: Vault, webhooks: Webhooks, clock: Clock,
    tell: Tell, receiver: Receiver, courier: Callable[..., AbstractContextManager[object]],
) -> None:  # fmt: skip
    number = fill(webhooks, database, tell, clock.at)
    words = [sys.executable, "-c", KILLED, database_url, str(vault.path), str(number)]
    done = subprocess.run(words, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert left(database) == (1, MANY - 4, MANY - 4)
    with courier():
        wait_until(lambda: left(database) == (0, 0, 0))


def test_nobody_waits_for_all_of_it(
    webhooks: Webhooks,
    database: Database,
    tell: Tell,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number = fill(webhooks, database, tell, clock.at)
    monkeypatch.setattr(removing, "_A_MOMENT", 0.0)
    webhooks.remove(number)
    assert left(database) == (1, MANY, MANY)
    while taking.tidy(database, clock.at, 30):
        pass
    assert left(database) == (0, 0, 0)


def test_a_database_that_is_busy_by_then_undoes_nothing(
    webhooks: Webhooks,
    database: Database,
    tell: Tell,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def busy(_database: Database) -> int:
        raise DatabaseBusy("somebody writes")

    number = fill(webhooks, database, tell, clock.at)
    monkeypatch.setattr(removing, "go_on", busy)
    webhooks.remove(number)
    assert "deleted later" in caplog.text
    with pytest.raises(NoSuchWebhook):
        webhooks.get(number)
