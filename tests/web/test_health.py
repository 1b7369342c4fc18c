"""Ready means ready: an upload sent now would be checked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from tests.postgres import TEMPLATE, Server
from tests.web.running import Running, plan_for, running

from hedgerow.matching import Answer, LiveLimits, Query, Verdict
from hedgerow.store import open_database

PATIENCE = 60
HASTY = LiveLimits(poll_seconds=0.05, stale_seconds=0.4)


def wait_for(server: Running, status: int) -> dict[str, object]:
    until = time.monotonic() + PATIENCE
    with server.client(None) as client:
        while (answer := client.get("/health/ready")).status_code != status:
            assert time.monotonic() < until, answer.text
            time.sleep(0.02)
    found: dict[str, object] = answer.json()
    return found


def test_live_and_ready_need_no_key(server: Running) -> None:
    with server.client(None) as client:
        assert client.get("/health/live").json() == {"status": "live"}
        ready = client.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json()["status"] == "ready"
    assert ready.json()["age_seconds"] < 5


@pytest.mark.parametrize("path", ["live", "ready"])
def test_who_looks_at_the_status_alone_gets_it(server: Running, path: str) -> None:
    with server.client(None) as client:
        answer = client.head(f"/health/{path}")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.fixture
def own_postgres() -> Iterator[Server]:
    """A server of PostgreSQL that may be killed."""
    made = Server()
    try:
        made.start()
        open_database(made.make(TEMPLATE)).close()
        yield made
    finally:
        made.remove()


def test_without_its_database_it_says_so_and_calls_nothing_clear(
    own_postgres: Server, tmp_path: Path
) -> None:
    url = own_postgres.make("served", TEMPLATE)
    with running(plan_for(tmp_path, url, live=HASTY)) as server, server.client() as client:
        client.post("/api/v1/banks", json={"name": "known", "action": "block"})
        client.post("/api/v1/banks/known/content", json={"signals": {"pdq": "0f" * 32}})
        asked = {"signals": {"pdq": "a5" * 32}}
        assert client.post("/api/v1/match", json=asked).json()["verdict"] == "clear"
        own_postgres.kill()
        told = wait_for(server, 503)
        assert told["status"] == "not_ready"
        assert told["problem"]
        answer = client.post("/api/v1/match", json=asked)
        assert answer.status_code == 200
        assert answer.json()["verdict"] == "unchecked"
        assert answer.json()["error"]["code"] == "banks_unavailable"
        assert client.post("/api/v1/banks", json={"name": "new"}).status_code == 503
        assert client.get("/health/live").status_code == 200
        own_postgres.start()
        assert wait_for(server, 200)["status"] == "ready"
        assert client.post("/api/v1/match", json=asked).json()["verdict"] == "clear"


def test_where_no_file_can_be_hashed_any_more_it_is_not_ready(
    make_server: Callable[..., Running],
) -> None:
    server = make_server()
    server.service.workers.close()
    assert wait_for(server, 503)["problem"] == "the workers are closed"


def test_where_comparing_does_not_end_it_is_not_ready_and_nobody_waits_for_ever(
    make_server: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = make_server(live=LiveLimits(max_wait_seconds=0.05, give_up_seconds=0.2))
    release = threading.Event()

    def compare(queries: Sequence[Query], _banks: object) -> list[Answer]:
        assert release.wait(PATIENCE)
        return [Answer(Verdict.CLEAR, 1)] * len(queries)

    monkeypatch.setattr(server.service.fresh, "compare", compare)
    with server.client() as client:
        answer = client.post("/api/v1/match", json={"signals": {"pdq": "a5" * 32}})
        told = wait_for(server, 503)
        release.set()
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert "has not come to an end" in str(told["problem"])


def test_before_the_index_is_there_it_is_not_ready(
    make_server: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = make_server()
    monkeypatch.setattr(server.service.fresh, "_looked_at", None)
    monkeypatch.setattr(server.service.fresh, "refresh", lambda: 0)
    assert wait_for(server, 503)["problem"]
    with server.client() as client:
        answer = client.post("/api/v1/match", json={"signals": {"pdq": "a5" * 32}})
    assert answer.json()["verdict"] == "unchecked"
