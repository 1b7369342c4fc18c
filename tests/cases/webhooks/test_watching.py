"""The courier ends with whoever started it, however that ends, and is started again until then."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.cases.webhooks.receivers import Receiver, wait_until
from tests.postgres import sqlite_only

from hedgerow.cases.webhooks import (
    CHOICES,
    Courier,
    CourierPlan,
    WebhookLimits,
    Webhooks,
    watching,
)
from hedgerow.store import Database, Vault

MARK = "HEDGEROW_TEST_STARTED_BY"
KILLS = 20
SECONDS = 30
"""In which a courier has to be gone; one that nothing ends lives on for good."""

# One process that has loaded all and forks a service for each time: to load takes longer than the
# moments last at which a courier is looked at here.
SERVICES = """
import os, sys, time
from hedgerow.cases.webhooks import Courier, CourierPlan
plan = CourierPlan.from_json(sys.stdin.readline())
for word in sys.stdin:
    service = os.fork()
    if service:
        os.waitpid(service, 0)
        continue
    with Courier(plan) as courier:
        while courier.pid is None:
            time.sleep(0.001)
        pids = [os.getpid(), courier.pid]
        if word.strip() == "with a copy":
            copy = os.fork()  # which has the pipe to the courier too
            if not copy:
                time.sleep(600)
            pids.append(copy)
        print(*pids, flush=True)
        time.sleep(600)
"""


@pytest.fixture
def plan(
    database_url: str, database: Database, vault: Vault, tmp_path: Path, limits: WebhookLimits
) -> CourierPlan:
    return CourierPlan(database_url, vault.path, tmp_path, limits)


@pytest.fixture
def mark() -> Iterator[str]:
    """Stands in the environment of all that the test starts."""
    made = f"{os.getpid()} {time.time_ns()}"
    yield made
    for each in marked(made):  # none, unless the test failed
        each.kill()


def marked(mark: str) -> list[psutil.Process]:
    found = []
    for each in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if each.environ().get(MARK) == mark:
                found.append(each)
    return found


def couriers(mark: str) -> list[psutil.Process]:
    """Those that live, of all that this test's services started."""
    found = []
    for each in marked(mark):
        with suppress(psutil.NoSuchProcess):
            if "hedgerow.cases.webhooks.courier" in each.cmdline():
                found.append(each)
    return found


@pytest.fixture
def service(plan: CourierPlan, mark: str) -> Iterator[Callable[[str], list[int]]]:
    """Starts a service with a courier; returns the numbers of its processes, its own first."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVICES],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, MARK: mark},
    ) as services:  # fmt: skip
        assert services.stdin is not None
        assert services.stdout is not None
        services.stdin.write(plan.to_json() + "\n")

        def started(word: str = "alone") -> list[int]:
            services.stdin.write(word + "\n")
            services.stdin.flush()
            return [int(each) for each in services.stdout.readline().split()]

        yield started
        services.kill()


def all_end(mark: str) -> None:
    until = time.monotonic() + SECONDS
    while left := couriers(mark):
        assert time.monotonic() < until, left
        time.sleep(0.05)


@pytest.mark.slow
@sqlite_only("it is about the process")
def test_none_outlives_a_service_that_is_killed_as_it_starts(
    service: Callable[[str], list[int]], mark: str
) -> None:
    chance = random.Random(4)
    for _ in range(KILLS):
        (number, _courier) = service("alone")
        time.sleep(chance.random() * 3)
        os.kill(number, signal.SIGKILL)
        all_end(mark)


@sqlite_only("it is about the process")
def test_it_ends_with_its_service_also_where_a_copy_of_that_lives(
    service: Callable[[str], list[int]], mark: str, webhooks: Webhooks
) -> None:
    number, courier, copy = service("with a copy")
    wait_until(lambda: is_at_work(webhooks))
    assert [each.pid for each in couriers(mark)] == [courier]
    os.kill(number, signal.SIGKILL)
    all_end(mark)
    os.kill(copy, signal.SIGKILL)


def is_at_work(webhooks: Webhooks) -> bool:
    from hedgerow.cases.webhooks import taking

    with webhooks._database.read() as session:
        return taking.last_seen(session) is not None


@sqlite_only("it is about the process")
def test_it_ends_when_the_pipe_to_it_is_closed(plan: CourierPlan, webhooks: Webhooks) -> None:
    with watching.start(plan) as process:
        assert process.stdin is not None
        wait_until(lambda: is_at_work(webhooks))
        process.stdin.close()
        try:
            assert process.wait(SECONDS) == 0
        finally:
            process.kill()


@sqlite_only("it is about the process")
def test_a_service_that_was_killed_before_it_had_said_all_is_noticed(plan: CourierPlan) -> None:
    words = [sys.executable, "-P", "-m", "hedgerow.cases.webhooks.courier"]
    for said in ("", f"{os.getpid()}\n", f"{os.getpid()}\n{plan.to_json()}"):
        done = subprocess.run(
            words, input=said, text=True, capture_output=True, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")


@sqlite_only("it is about the process")
def test_it_is_started_again_where_it_could_not_be_or_was_not_understood(
    plan: CourierPlan, webhooks: Webhooks, receiver: Receiver, tell: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    real_start, real_hear = watching.start, Courier._hear
    failures: list[Exception] = [OSError("no memory"), ValueError("unheard")]

    def start(plan: CourierPlan) -> Any:
        if len(failures) == 2:
            raise failures.pop(0)
        return real_start(plan)

    def hear(courier: Courier, process: Any) -> None:
        if failures:
            raise failures.pop()
        real_hear(courier, process)

    monkeypatch.setattr(watching, "start", start)
    monkeypatch.setattr(Courier, "_hear", hear)
    webhooks.create(receiver.url, CHOICES)
    tell()
    with Courier(plan) as running:
        receiver.wait_for(1)
        assert running.starts == 2
    assert "no memory" in caplog.text
    assert "unheard" in caplog.text
