"""The courier as the service runs it: a process of its own, with real receivers."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from tests.cases.webhooks.receivers import Receiver, Reply, receiving, wait_until
from tests.postgres import sqlite_only

from hedgerow.cases.webhooks import (
    CHOICES,
    Courier,
    DeliveryState,
    EndpointState,
    WebhookLimits,
    Webhooks,
    working,
)
from hedgerow.store import Database, Vault

Make = Callable[..., AbstractContextManager[Courier]]
Tell = Callable[..., int]


def all_are(webhooks: Webhooks, state: DeliveryState) -> bool:
    return {each.state for each in webhooks.deliveries(limit=200)} == {state}


def test_events_arrive_and_can_be_verified(
    courier: Make, webhooks: Webhooks, receiver: Receiver, tell: Tell
) -> None:
    _, secret = webhooks.create(receiver.url, ["case.decided"])
    tell({"case": 1})  # before there is a courier
    with courier():
        tell({"case": 2})
        got = receiver.wait_for(2)
        wait_until(lambda: all_are(webhooks, DeliveryState.DELIVERED))
        assert webhooks.problem() is None
    assert sorted(each.data["case"] for each in got) == [1, 2]
    for each in got:
        assert Webhook(secret).verify(each.body, each.headers)["type"] == "case.decided"
    sent = {each.message_id: each.payload for each in webhooks.deliveries()}
    assert {each.message_id: each.body.decode() for each in got} == sent


@sqlite_only("it is about what is sent")
def test_a_test_is_sent_and_said_to_be_one(
    courier: Make, webhooks: Webhooks, receiver: Receiver
) -> None:
    made, secret = webhooks.create(receiver.url, ["case.decided"])
    with courier():
        number = webhooks.send_test(made.id)
        (got,) = receiver.wait_for(1)
        wait_until(lambda: webhooks.delivery(number).state is DeliveryState.DELIVERED)
    assert Webhook(secret).verify(got.body, got.headers)["type"] == "test"


def test_errors_and_then_it_is_taken(
    courier: Make, webhooks: Webhooks, receiver: Receiver, tell: Tell
) -> None:
    webhooks.create(receiver.url, CHOICES)
    receiver.replies += [Reply(500), Reply(way="nothing"), Reply(302), Reply(200)]
    tell()
    with courier():
        wait_until(lambda: all_are(webhooks, DeliveryState.DELIVERED))
    (found,) = webhooks.deliveries()
    attempts = webhooks.delivery(found.id).attempts
    assert [each.status for each in attempts] == [200, 302, None, 500]
    assert len(receiver.got) == 4
    assert len({each.message_id for each in receiver.got}) == 1
    assert len({each.headers["webhook-signature"] for each in receiver.got}) > 1


@sqlite_only("it is about the attempts, which have tests on both")
def test_given_up_then_resent_by_hand(
    courier: Make, webhooks: Webhooks, receiver: Receiver, limits: WebhookLimits, tell: Tell
) -> None:
    webhooks.create(receiver.url, CHOICES)
    receiver.always = Reply(503)
    tell()
    with courier(replace(limits, retry_seconds=(0.1,))):
        wait_until(lambda: all_are(webhooks, DeliveryState.FAILED))
        (found,) = webhooks.deliveries()
        assert found.tried == 2
        time.sleep(0.5)
        assert len(receiver.got) == 2
        receiver.always = Reply(204)
        webhooks.resend(found.id)
        wait_until(lambda: all_are(webhooks, DeliveryState.DELIVERED))
    attempts = webhooks.delivery(found.id).attempts
    assert [(each.series, each.number) for each in attempts] == [(2, 1), (1, 2), (1, 1)]
    assert len({each.message_id for each in receiver.got}) == 1


def test_a_receiver_that_is_down_and_then_up(
    courier: Make, webhooks: Webhooks, limits: WebhookLimits, tell: Tell
) -> None:
    with receiving() as receiver:
        port = receiver.server_port
        webhooks.create(receiver.url, CHOICES)
    for _ in range(5):
        tell()
    with courier(replace(limits, retry_seconds=(0.1,) * 50)):
        wait_until(lambda: all(each.tried for each in webhooks.deliveries()))
        with receiving(port) as receiver:
            receiver.wait_for(5)
            wait_until(lambda: all_are(webhooks, DeliveryState.DELIVERED))
            assert len({each.message_id for each in receiver.got}) == 5


def test_resent_while_it_waits_for_hours(
    courier: Make, webhooks: Webhooks, receiver: Receiver, limits: WebhookLimits, tell: Tell
) -> None:
    webhooks.create(receiver.url, CHOICES)
    receiver.replies.append(Reply(500))
    tell()
    with courier(replace(limits, retry_seconds=(7200,))):
        wait_until(lambda: webhooks.deliveries()[0].tried == 1)
        found = webhooks.deliveries()[0]
        assert found.next_at is not None
        assert (found.next_at - found.created_at).total_seconds() > 7000
        webhooks.resend(found.id)
        wait_until(lambda: all_are(webhooks, DeliveryState.DELIVERED))


@sqlite_only("it is about the requests")
def test_a_slow_receiver_does_not_hold_up_another(
    courier: Make, webhooks: Webhooks, receiver: Receiver, limits: WebhookLimits, tell: Tell
) -> None:
    with receiving() as slow:
        slow.always = Reply(delay=60)
        webhooks.create(slow.url, CHOICES)
        for _ in range(10):
            tell()
        webhooks.create(receiver.url, CHOICES)
        for _ in range(10):
            tell()
        with courier(replace(limits, max_under_way=6, max_per_endpoint=4)):
            receiver.wait_for(10)
            assert 1 <= len(slow.got) <= 4
            slow.ending.set()


@sqlite_only("it is about the answer, which has a test on both")
def test_gone_is_heard(courier: Make, webhooks: Webhooks, receiver: Receiver, tell: Tell) -> None:
    made, _ = webhooks.create(receiver.url, CHOICES)
    receiver.always = Reply(410)
    tell()
    with courier():
        wait_until(lambda: webhooks.get(made.id).state is EndpointState.GONE)
        tell()
    assert len(receiver.got) == 1
    assert len(webhooks.deliveries()) == 1


def test_a_secret_is_replaced_without_a_gap(
    courier: Make,
    database: Database,
    vault: Vault,
    receiver: Receiver,
    limits: WebhookLimits,
    tell: Tell,
) -> None:
    hours = 1.5 / 3600
    webhooks = Webhooks(database, vault, replace(limits, rotation_hours=hours))
    made, first = webhooks.create(receiver.url, CHOICES)
    with courier():
        tell({"case": 1})
        receiver.wait_for(1)
        second = webhooks.rotate(made.id)
        tell({"case": 2})
        receiver.wait_for(2)
        wait_until(lambda: webhooks.get(made.id).old_until is None)
        tell({"case": 3})
        before, meanwhile, after = receiver.wait_for(3)
    for secret, got, good in (
        (first, before, True), (second, before, False),
        (first, meanwhile, True), (second, meanwhile, True),
        (first, after, False), (second, after, True),
    ):  # fmt: skip
        assert verifies(secret, got.body, got.headers) == good


def verifies(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


@sqlite_only("it is about the process")
def test_killed_it_is_started_again_and_ended_it_is_gone(
    courier: Make, webhooks: Webhooks, receiver: Receiver, tell: Tell
) -> None:
    webhooks.create(receiver.url, CHOICES)
    with courier() as running:
        wait_until(lambda: running.pid)
        first = running.pid
        assert first is not None
        tell()
        receiver.wait_for(1)
        os.kill(first, signal.SIGKILL)
        tell()
        receiver.wait_for(2)
        second = running.pid
        assert second not in (None, first)
        assert running.starts == 2
    assert running.pid is None
    assert not psutil.pid_exists(first)
    assert second is not None
    assert not psutil.pid_exists(second)


@sqlite_only("it is about the process")
def test_what_is_under_way_is_finished_when_it_is_told_to_stop(
    courier: Make, webhooks: Webhooks, receiver: Receiver, tell: Tell
) -> None:
    webhooks.create(receiver.url, CHOICES)
    receiver.always = Reply(delay=1.0)
    tell()
    with courier():
        receiver.wait_for(1)
    assert all_are(webhooks, DeliveryState.DELIVERED)
    assert len(receiver.got) == 1


def test_two_couriers_share_the_work_by_taking_turns(
    courier: Make, webhooks: Webhooks, receiver: Receiver, tell: Tell
) -> None:
    webhooks.create(receiver.url, CHOICES)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(courier())
        for _ in range(20):
            tell()
        receiver.wait_for(20)
        wait_until(lambda: all_are(webhooks, DeliveryState.DELIVERED))
        time.sleep(0.5)
        assert len(receiver.got) == 20


def test_one_that_stood_by_takes_over(
    courier: Make, webhooks: Webhooks, receiver: Receiver, tell: Tell
) -> None:
    webhooks.create(receiver.url, CHOICES)
    with courier() as first:
        tell()
        receiver.wait_for(1)
        with courier() as second:
            wait_until(lambda: second.pid)
            first.__exit__()
            tell()
            receiver.wait_for(2)
            assert second.starts == 1


@sqlite_only("it is about the file beside it")
def test_what_the_courier_remembers_may_be_deleted(
    courier: Make, webhooks: Webhooks, receiver: Receiver, limits: WebhookLimits,
    tell: Tell, tmp_path: Path,
) -> None:  # fmt: skip
    webhooks.create(receiver.url, CHOICES)
    receiver.replies.append(Reply(500))
    tell()
    with courier(replace(limits, retry_seconds=(7200, 7200))):
        wait_until(lambda: webhooks.deliveries()[0].tried == 1)
    kept = list(tmp_path.glob("courier.db*"))
    assert kept
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    for path in kept:
        path.unlink()
    with courier():
        wait_until(lambda: all_are(webhooks, DeliveryState.DELIVERED))
    assert webhooks.deliveries()[0].tried == 2


@sqlite_only("it is about the file beside it")
def test_what_the_courier_remembers_holds_nothing_of_the_events(
    courier: Make, webhooks: Webhooks, receiver: Receiver, tell: Tell, tmp_path: Path
) -> None:
    _, secret = webhooks.create(receiver.url + "?findable", CHOICES)
    receiver.replies.append(Reply(500))
    tell({"note": "findable"})
    with courier():
        wait_until(lambda: all_are(webhooks, DeliveryState.DELIVERED))
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("courier.db*"))
    assert b"deliver" in kept
    assert b"hedgerow_json" in kept
    assert b"pickle" not in kept  # which would run what somebody wrote there
    assert b"findable" not in kept
    assert secret.removeprefix("whsec_").encode() not in kept


def test_neither_the_password_nor_a_secret_is_in_its_arguments_or_environment(
    courier: Make, webhooks: Webhooks, receiver: Receiver, database_url: str
) -> None:
    with courier() as running:
        wait_until(lambda: running.pid)
        process = psutil.Process(running.pid)
        told = " ".join(process.cmdline())
    assert "courier" in told
    assert database_url not in told
    assert "hunter2" not in told


@sqlite_only("it is about the process")
def test_what_it_says_is_logged(
    courier: Make, webhooks: Webhooks, receiver: Receiver, tell: Tell,
    vault: Vault, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    webhooks.create(receiver.url, CHOICES)
    tell({"note": "findable"})
    vault.path.rename(vault.path.with_suffix(".away"))
    with caplog.at_level("INFO"), courier():
        wait_until(lambda: "isn't there" in caplog.text)
        vault.path.with_suffix(".away").rename(vault.path)
        receiver.wait_for(1)
    assert "courier: at work" in caplog.text
    assert "findable" not in caplog.text
    assert receiver.url not in caplog.text


def test_it_says_that_it_is_alive_however_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [1] * 20
    alive: list[int] = []
    clock = SimpleNamespace(monotonic=lambda: 10.0 * (20 - len(left)))
    taking = SimpleNamespace(
        take=lambda _database, _chains: left.pop() if left else 0,
        note_alive=lambda _database, _at: alive.append(len(left)),
    )
    monkeypatch.setattr(working, "time", clock)
    monkeypatch.setattr(working, "taking", taking)
    work = object.__new__(working.Work)  # without the machinery that sends
    work._database = work._chains = None
    work._stopping, work._turned = threading.Event(), 0.0
    work._turns = (working._Turn(15.0, work._note_alive, at_once=True),)
    work._once()
    assert left == []
    # At once, and after every second of the takings, which last ten seconds each.
    assert alive == list(range(20, -1, -2))
