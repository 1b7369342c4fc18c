"""What one process banks counts for its next request, and in all others once they say so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest
from tests.web.running import Running, plan_for, running

PATIENCE = 60
VALUE = "0123456789abcdef" * 4


@pytest.fixture(params=["the same folder", "a replica with a folder of its own"])
def two(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path
) -> Iterator[tuple[httpx2.Client, httpx2.Client]]:
    """Two servers on one database."""
    homes = [tmp_path / "a", tmp_path / ("a" if request.param == "the same folder" else "b")]
    with ExitStack() as stack:
        servers: list[Running] = [
            stack.enter_context(running(plan_for(home, database_url))) for home in homes
        ]
        yield tuple(stack.enter_context(server.client()) for server in servers)  # type: ignore[misc]  # there are two


def verdict(client: httpx2.Client) -> str:
    answer = client.post("/api/v1/match", json={"signals": {"pdq": VALUE}})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["verdict"])


def wait_for(client: httpx2.Client, sequence: int) -> None:
    until = time.monotonic() + PATIENCE
    while int(client.get("/api/v1/status").headers["Hedgerow-Sequence"]) < sequence:
        assert time.monotonic() < until
        time.sleep(0.005)


def test_a_change_counts_at_once_here_and_soon_elsewhere(
    two: tuple[httpx2.Client, httpx2.Client],
) -> None:
    here, elsewhere = two
    here.post("/api/v1/banks", json={"name": "known", "action": "block"})
    other = here.post("/api/v1/banks/known/content", json={"signals": {"pdq": VALUE[::-1]}})
    wait_for(elsewhere, int(other.headers["Hedgerow-Sequence"]))
    for _ in range(5):
        assert [verdict(here), verdict(elsewhere)] == ["clear", "clear"]
        made = here.post("/api/v1/banks/known/content", json={"signals": {"pdq": VALUE}})
        assert made.status_code == 201, made.text
        assert verdict(here) == "block"
        wait_for(elsewhere, int(made.headers["Hedgerow-Sequence"]))
        assert verdict(elsewhere) == "block"
        gone = elsewhere.delete(f"/api/v1/banks/known/content/{made.json()['id']}")
        assert gone.status_code == 204
        assert verdict(elsewhere) == "clear"
        wait_for(here, int(gone.headers["Hedgerow-Sequence"]))


def test_a_bank_made_elsewhere_can_be_asked_for(two: tuple[httpx2.Client, httpx2.Client]) -> None:
    here, elsewhere = two
    made = here.post("/api/v1/banks", json={"name": "new", "action": "record"})
    asked = {"signals": {"pdq": VALUE}, "banks": ["new"]}
    assert here.post("/api/v1/match", json=asked).status_code == 200
    wait_for(elsewhere, int(made.headers["Hedgerow-Sequence"]))
    assert elsewhere.post("/api/v1/match", json=asked).status_code == 200


def test_a_key_revoked_elsewhere_is_refused(two: tuple[httpx2.Client, httpx2.Client]) -> None:
    here, elsewhere = two
    made = here.post("/api/v1/keys", json={"name": "short-lived", "scopes": ["read"]}).json()
    headers = {"Authorization": f"Bearer {made['key']}"}
    until = time.monotonic() + PATIENCE
    while elsewhere.get("/api/v1/banks", headers=headers).status_code != 200:
        assert time.monotonic() < until
        time.sleep(0.005)
    assert here.delete(f"/api/v1/keys/{made['id']}").status_code == 204
    assert here.get("/api/v1/banks", headers=headers).status_code == 401
    while (answer := elsewhere.get("/api/v1/banks", headers=headers)).status_code == 200:
        assert time.monotonic() < until
        time.sleep(0.005)
    assert answer.status_code == 401
