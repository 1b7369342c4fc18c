"""Far more than the service can do: everyone is answered, nobody wrongly, and it gets over it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable

import httpx2
import pytest
from tests.loopback import NO_TLS
from tests.postgres import sqlite_only
from tests.web.running import Running

from hedgerow.matching import LiveLimits
from hedgerow.signals import sentinel_png
from hedgerow.web import Limits

VISITORS, REQUESTS = 60, 12
RECOVERY_SECONDS = 5.0
BANKED = "0123456789abcdef" * 4

pytestmark = sqlite_only("it is about the queues in front of it")


@pytest.fixture
def small(make_server: Callable[..., Running]) -> Running:
    """A server that can do little, with a banked hash."""
    limits = Limits(max_requests=20, max_requests_per_key=10, max_uploads=3)
    server = make_server(web=limits, live=LiveLimits(max_queued_codes=60, max_wait_seconds=0.5))
    with server.client() as client:
        client.post("/api/v1/banks", json={"name": "known", "action": "block"})
        made = client.post("/api/v1/banks/known/content", json={"signals": {"pdq": BANKED}})
        assert made.status_code == 201, made.text
    return server


async def visit(
    server: Running, number: int, answers: list[httpx2.Response], picture: bytes
) -> None:
    key = server.keys[("all", "match")[number % 2]]
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(
        base_url=server.url, headers=headers, timeout=60, verify=NO_TLS
    ) as client:
        for turn in range(REQUESTS):
            if (number + turn) % 3 == 0:
                files = {"file": ("picture.png", picture)}
                answers.append(await client.post("/api/v1/match", files=files))
            elif (number + turn) % 3 == 1:
                asked = {"signals": {"pdq": BANKED}}
                answers.append(await client.post("/api/v1/match", json=asked))
            else:
                many = {"signals": [BANKED] * 40}
                answers.append(await client.post("/api/v1/match/batch", json=many))


async def crowd(server: Running, picture: bytes) -> list[httpx2.Response]:
    answers: list[httpx2.Response] = []
    await asyncio.gather(*(visit(server, each, answers, picture) for each in range(VISITORS)))
    return answers


def test_everyone_is_answered_and_nothing_unchecked_is_clear(small: Running) -> None:
    answers = asyncio.run(crowd(small, sentinel_png()))
    ended = time.monotonic()
    with small.client() as client:
        while client.post("/api/v1/match", json={"signals": {"pdq": BANKED}}).status_code != 200:
            assert time.monotonic() - ended < RECOVERY_SECONDS
            time.sleep(0.01)
        told = client.get("/metrics").text
    assert len(answers) == VISITORS * REQUESTS
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) == {200, 429, 503}, statuses
    for answer in answers:
        if answer.status_code == 200:
            results = answer.json().get("results", [answer.json()])
            assert {each["verdict"] for each in results} == {"block"}
        else:
            assert int(answer.headers["Retry-After"]) >= 1
            assert answer.headers["Content-Type"] == "application/problem+json"
    assert f'hedgerow_refused_total{{status="429"}} {statuses[429]}.0' in told
    assert small.service.turns.queued == 0
    assert small.service.uploads == 0
    assert small.service.bytes_held == 0


def test_health_and_metrics_answer_when_there_is_no_room(
    make_server: Callable[..., Running],
) -> None:
    server = make_server(web=Limits(max_requests=1))
    held = [b"x", b"y"]

    def slowly():
        yield held[0]
        with server.client() as other:
            states = [
                other.get(path).status_code
                for path in ("/api/v1/banks", "/health/live", "/health/ready", "/metrics")
            ]
        found.extend(states)
        yield held[1]

    found: list[int] = []
    with server.client() as client:
        answer = client.post(
            "/api/v1/match", content=slowly(), headers={"Content-Type": "image/png"}
        )
    assert answer.json()["verdict"] == "unchecked"
    assert found == [503, 200, 200, 200]
