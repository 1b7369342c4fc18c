"""examples/webhooks/receive.py and receive.mjs, run as a platform would, with a real courier."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from tests.cases.webhooks.receivers import wait_until
from tests.examples.test_webhooks_verify import EXAMPLES, PATIENCE, require_node
from tests.loopback import NO_TLS

from hedgerow.cases.webhooks import (
    CHOICES,
    Courier,
    CourierPlan,
    DeliveryState,
    WebhookLimits,
    Webhooks,
    emit,
    signing,
)
from hedgerow.store import Database, Vault, now, open_database

ROOT = EXAMPLES.parents[1]
LIMITS = WebhookLimits(retry_seconds=(0.1,) * 20, poll_seconds=0.05)


@dataclass
class Running:
    """A receiver that runs."""

    language: str
    url: str
    file: Path
    process: subprocess.Popen[str]

    def cases(self) -> dict[int, tuple[str | None, str | None]]:
        """Status and outcome of each case, as the receiver knows them."""
        if self.language == "javascript":
            answer = httpx2.get(self.url, trust_env=False, verify=NO_TLS).json()
            return {int(each): (told.get("status"), told.get("outcome"))
                    for each, told in answer.items()}  # fmt: skip
        with closing(sqlite3.connect(self.file)) as db:
            rows = db.execute("SELECT id, status, outcome FROM cases").fetchall()
        return {number: (status, outcome) for number, status, outcome in rows}

    def taken(self) -> list[str]:
        """The numbers of the events that had an effect."""
        if not self.file.exists():
            return []
        if self.language == "javascript":
            return [json.loads(line)["number"] for line in self.file.read_text().splitlines()]
        with closing(sqlite3.connect(self.file)) as db:
            return [number for (number,) in db.execute("SELECT number FROM seen").fetchall()]


@contextmanager
def running(language: str, file: Path, secret: str, port: int = 0) -> Iterator[Running]:
    command = [sys.executable, "-m", "examples.webhooks.receive"]
    if language == "javascript":
        command = [require_node(), str(EXAMPLES / "receive.mjs")]
    process = subprocess.Popen(
        [*command, str(file), str(port)],
        env={**os.environ, "HEDGEROW_WEBHOOK_SECRET": secret},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield Running(language, process.stdout.readline().strip(), file, process)
    finally:
        process.kill()
        process.wait(PATIENCE)
        process.stdout.close()


@pytest.fixture(params=["python", "javascript"])
def language(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(f"sqlite:///{tmp_path}/hedgerow.db") as opened:
        yield opened


def test_with_a_real_courier(language: str, database: Database, tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault.key")
    webhooks = Webhooks(database, vault, LIMITS)
    endpoint, secret = webhooks.create("http://127.0.0.1:1/x", CHOICES)

    def tell(event: str, **data: object) -> None:
        with database.write() as session:
            emit(session, event, {"outcome": None, **data})

    plan = CourierPlan(f"sqlite:///{tmp_path}/hedgerow.db", vault.path, tmp_path, LIMITS)
    with running(language, tmp_path / "events", secret) as receiver, Courier(plan):
        webhooks.update(endpoint.id, url=receiver.url)
        tell("case.opened", case=1, status="waiting")
        tell("case.decided", case=1, status="decided", outcome="confirmed")
        tell("case.opened", case=2, status="waiting")
        webhooks.send_test(endpoint.id)
        wait_until(lambda: len(receiver.taken()) == 4)
        # Whatever came first, and however often it comes.
        first = webhooks.deliveries()[-1]
        assert first.event == "case.opened"
        webhooks.resend(first.id)
        wait_until(lambda: len(webhooks.delivery(first.id).attempts) == 2)
        assert receiver.cases() == {1: ("decided", "confirmed"), 2: ("waiting", None)}
        assert len(receiver.taken()) == 4
        port = int(receiver.url.rpartition(":")[2])
        # It dies, and comes back with what it knew.
        receiver.process.kill()
        receiver.process.wait(PATIENCE)
        tell("case.reopened", case=1, status="waiting")
        wait_until(lambda: webhooks.deliveries()[0].tried)
        with running(language, tmp_path / "events", secret, port) as again:
            wait_until(lambda: webhooks.deliveries()[0].state is DeliveryState.DELIVERED)
            assert again.cases() == {1: ("waiting", None), 2: ("waiting", None)}
            assert len(again.taken()) == 5


class Posting:
    """Sends to a receiver that runs."""

    def __init__(self, receiver: Running, secret: bytes) -> None:
        self.receiver, self.secret = receiver, secret

    def __call__(
        self, number: str, event: object, ago: float = 0, secret: bytes = b"", body: bytes = b""
    ) -> int:
        """The status that is answered. `secret`, `body`: others than are right."""
        signed = json.dumps(event).encode()
        at = now() - timedelta(seconds=ago)
        return self.raw(
            body or signed, signing.headers([secret or self.secret], number, at, signed)
        )

    def raw(self, body: bytes, headers: dict[str, str] | None = None) -> int:
        answer = httpx2.post(
            self.receiver.url, content=body, headers=headers, trust_env=False, verify=NO_TLS
        )
        return answer.status_code


@pytest.fixture
def post(language: str, tmp_path: Path) -> Iterator[Posting]:
    secret = signing.new_secret()
    with running(language, tmp_path / "events", signing.shown(secret)) as receiver:
        yield Posting(receiver, secret)


EVENT = {"type": "case.decided", "sequence": 7, "data": {"case": 1, "status": "decided",
         "outcome": "confirmed"}}  # fmt: skip


def test_a_replay_has_no_effect(post: Posting) -> None:
    assert [post("msg_1", EVENT) for _ in range(3)] == [204] * 3
    assert post.receiver.taken() == ["msg_1"]


def test_an_earlier_event_that_comes_later_changes_nothing(post: Posting) -> None:
    earlier = {**EVENT, "sequence": 6, "data": {"case": 1, "status": "waiting", "outcome": None}}
    assert [post("msg_2", EVENT), post("msg_1", earlier)] == [204] * 2
    assert post.receiver.cases() == {1: ("decided", "confirmed")}
    assert post("msg_3", {**earlier, "sequence": 8}) == 204
    assert post.receiver.cases() == {1: ("waiting", None)}


def test_what_is_not_hedgerows_has_no_effect(post: Posting) -> None:
    assert post("msg_1", EVENT, ago=400) == 400
    assert post("msg_1", EVENT, secret=signing.new_secret()) == 400
    assert post("msg_1", EVENT, body=b"{}") == 400
    assert post.raw(b"{}") == 400
    assert post.receiver.taken() == []
    assert post("msg_1", EVENT) == 204
    assert post.receiver.taken() == ["msg_1"]


def test_what_is_too_large_is_refused(post: Posting) -> None:
    assert post.raw(bytes(1_000_001)) == 413
