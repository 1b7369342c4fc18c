"""What the service has answered outlives it: `kill -9` in the middle of writes.

HEDGEROW_KILLS times (20 unless set; 200 before a release), on each kind of database. Writers bank
and withdraw through HTTP; after each kill a new server is asked for all that the last one had
acknowledged.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import httpx2
import psutil
import pytest
from tests.loopback import NO_TLS
from tests.web.nursery import Nursery

from hedgerow.accounts import Keys, Scope
from hedgerow.banks import Banks, Format
from hedgerow.store import open_database

KILLS = int(os.environ.get("HEDGEROW_KILLS", "20"))
WRITERS = 3
PATIENCE = 120


class Ledger:
    """What was asked for, and what was acknowledged. Each hash is banked at most once."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self.banked: dict[str, int] = {}
        self.unknown: set[str] = set()
        self.withdrawn: set[str] = set()
        self.acknowledged: SimpleQueue[str] = SimpleQueue()

    def new_hash(self) -> str:
        with self._lock:
            value = f"{self._random.getrandbits(256):064x}"
            self.unknown.add(value)
            return value

    def some_banked(self) -> str | None:
        """One to withdraw; from now on nobody knows whether it is there."""
        with self._lock:
            if len(self.banked) < 5 or self._random.random() < 0.6:
                return None
            value = self._random.choice(list(self.banked))
            self.unknown.add(value)
            return value

    def is_banked(self, value: str, content_id: int) -> None:
        with self._lock:
            self.banked[value] = content_id
            self.unknown.discard(value)
        self.acknowledged.put(value)

    def is_withdrawn(self, value: str) -> None:
        with self._lock:
            self.banked.pop(value, None)
            self.withdrawn.add(value)
            self.unknown.discard(value)
        self.acknowledged.put(value)


def write_until_it_dies(client: httpx2.Client, ledger: Ledger) -> None:
    """Bank and withdraw until the server answers no more; any answer but success is a fault."""
    try:
        while True:
            value = ledger.some_banked()
            if value is None:
                value = ledger.new_hash()
                answer = client.post(
                    "/api/v1/banks/known/content", json={"signals": {"pdq": value}}
                )
                assert answer.status_code == 201, answer.text
                ledger.is_banked(value, answer.json()["id"])
                continue
            content = ledger.banked.get(value)
            if content is None:
                continue
            answer = client.delete(f"/api/v1/banks/known/content/{content}")
            assert answer.status_code == 204 or answer.status_code == 404, answer.text
            ledger.is_withdrawn(value)
    except httpx2.TransportError:
        return


def verdicts(client: httpx2.Client, values: list[str]) -> dict[str, str]:
    found = {}
    for start in range(0, len(values), 5000):
        some = values[start : start + 5000]
        answer = client.post("/api/v1/match/batch", json={"signals": some})
        assert answer.status_code == 200, answer.text
        results = answer.json()["results"]
        found.update(zip(some, (each["verdict"] for each in results), strict=True))
    return found


def wait_until_ready(client: httpx2.Client) -> None:
    until = time.monotonic() + PATIENCE
    while not client.get("/api/v1/status").raise_for_status().json()["ready"]:
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture
def nursery(database_url: str, tmp_path: Path) -> Iterator[Nursery]:
    made = Nursery(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def key(database_url: str) -> str:
    with open_database(database_url) as database:
        Banks(database).create("known", "block")
        return Keys(database).create("tests", Scope)[1]


def differences(client: httpx2.Client, ledger: Ledger) -> list[str]:
    """What was acknowledged and isn't so."""
    found = verdicts(client, [*ledger.banked, *ledger.withdrawn])
    unknown = ledger.unknown
    return [
        f"banked, but {found[value]}"
        for value in ledger.banked
        if value not in unknown and found[value] != "block"
    ] + [
        f"withdrawn, but {found[value]}"
        for value in ledger.withdrawn
        if value not in unknown and found[value] != "clear"
    ]


def client_of(url: str, key: str) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx2.Client(base_url=url, headers=headers, timeout=60, verify=NO_TLS)


@pytest.mark.slow
def test_killed_during_writes_nothing_acknowledged_is_lost(
    nursery: Nursery, key: str, database_url: str
) -> None:
    ledger = Ledger(seed=1)
    chance = random.Random(2)
    wrong: list[str] = []
    for _ in range(KILLS):
        pid, url = nursery.bear()
        with client_of(url, key) as client:
            wait_until_ready(client)
            wrong += differences(client, ledger)
            failures: list[BaseException] = []
            threads = [
                threading.Thread(target=_guarded, args=(client, ledger, failures))
                for _ in range(WRITERS)
            ]
            for thread in threads:
                thread.start()
            for _ in range(chance.randrange(25)):
                ledger.acknowledged.get(timeout=PATIENCE)
            time.sleep(chance.random() * 0.004)  # any moment of a change, not the one after it
            os.kill(pid, signal.SIGKILL)
            for thread in threads:
                thread.join(PATIENCE)
            assert failures == []
    pid, url = nursery.bear()
    with client_of(url, key) as client:
        wait_until_ready(client)
        wrong += differences(client, ledger)
        there = what_is_banked(database_url)
        asked = [*ledger.banked, *ledger.withdrawn, *ledger.unknown]
        found = verdicts(client, asked)
    os.kill(pid, signal.SIGKILL)
    assert wrong == []
    assert {value for value in asked if found[value] == "block"} == there
    assert len(there) > KILLS
    assert orphans() == []


def _guarded(client: httpx2.Client, ledger: Ledger, failures: list[BaseException]) -> None:
    try:
        write_until_it_dies(client, ledger)
    except BaseException as failure:  # noqa: BLE001  # told by the test's own thread
        failures.append(failure)


def what_is_banked(database_url: str) -> set[str]:
    """The hashes in the database, past the service and its index."""
    with open_database(database_url) as database:
        lines = "".join(Banks(database).export("known", Format.LINES)).splitlines()
    return {line.split()[1] for line in lines}


def orphans() -> list[str]:
    """Hashing workers whose server is gone; they end by themselves, given a moment."""
    until = time.monotonic() + PATIENCE
    while True:
        left = [
            each.info["cmdline"]
            for each in psutil.process_iter(["cmdline", "ppid"])
            if each.info["ppid"] == 1 and "hedgerow.media" in " ".join(each.info["cmdline"] or ())
        ]
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.05)
