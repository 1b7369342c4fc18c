"""The short form of `python -m bench.soak`: after thousands of requests of all kinds, no growth."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from tests.loopback import NO_TLS
from tests.postgres import sqlite_only
from tests.web.nursery import Nursery

from hedgerow.accounts import Keys, Scope
from hedgerow.banks import Banks
from hedgerow.store import open_database

BLOCKS, REQUESTS = 4, 800
MOST_GROWTH = 3 * 2**20
PATIENCE = 120


@pytest.fixture
def key(database_url: str) -> str:
    with open_database(database_url) as database:
        Banks(database).create("known", "block")
        return Keys(database).create("tests", Scope)[1]


@pytest.fixture
def served(database_url: str, key: str, tmp_path: Path) -> Iterator[tuple[httpx2.Client, int]]:
    """A client of a server in a process of its own, and the number of that process."""
    nursery = Nursery(database_url, tmp_path)
    pid, url = nursery.bear()
    try:
        headers = {"Authorization": f"Bearer {key}"}
        with httpx2.Client(
            base_url=url, headers=headers, timeout=PATIENCE, verify=NO_TLS
        ) as client:
            until = time.monotonic() + PATIENCE
            while not client.get("/api/v1/status").json()["ready"]:
                assert time.monotonic() < until
                time.sleep(0.01)
            yield client, pid
    finally:
        os.kill(pid, signal.SIGKILL)
        nursery.close()


def some_request(client: httpx2.Client, chance: random.Random, picture: bytes) -> int:
    value = f"{chance.getrandbits(256):064x}"
    kind = chance.randrange(8)
    if kind == 0:
        return client.post("/api/v1/match", files={"file": ("a.png", picture)}).status_code
    if kind == 1:
        return client.post("/api/v1/match/batch", json={"signals": [value] * 100}).status_code
    if kind == 2:
        made = client.post("/api/v1/banks/known/content", json={"signals": {"pdq": value}})
        return client.delete(f"/api/v1/banks/known/content/{made.json()['id']}").status_code
    if kind == 3:
        return client.post("/api/v1/match", content=chance.randbytes(9000)).status_code
    if kind == 4:
        return client.get(f"/api/v1/banks/{value}").status_code
    if kind == 5:
        return client.get("/metrics").status_code
    return client.post("/api/v1/match", json={"signals": {"pdq": value}}).status_code


def allocated(pid: int) -> int:
    """Bytes of a process that are of no file: those of libraries come and go with other users."""
    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Anonymous: +(\d+) kB$", told, re.MULTILINE)
    assert found is not None
    return 1024 * int(found[1])


@pytest.mark.slow
@sqlite_only("the memory of the service is what it is about")
def test_memory_stays_flat(
    served: tuple[httpx2.Client, int], photographs: dict[str, bytes]
) -> None:
    client, pid = served
    chance = random.Random(1)
    memory, statuses = [], set()
    for _ in range(BLOCKS):
        for _ in range(REQUESTS):
            statuses.add(some_request(client, chance, photographs["coffee"]))
        memory.append(allocated(pid))
    assert statuses == {200, 204, 404, 415}
    assert memory[-1] - memory[1] < MOST_GROWTH, [f"{size / 2**20:.1f} MB" for size in memory]
