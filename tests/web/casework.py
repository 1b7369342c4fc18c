"""Cases over the API, step by step: helpers of several tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import httpx2
from PIL import Image
from tests.cases.making import ANN
from tests.web.hashes import fresh_pdq
from tests.web.running import Running

from hedgerow.accounts import Person
from hedgerow.cases import Choice

SAID = {
    "uploader": "user 5512",
    "url": "https://example.org/p/9?a=b",
    "at": "2026-11-02T09:30:00Z",
    "address": "2001:db8::7",
    "thread": "post „9“",
    "reference": "upload 8812",
}


def edit_of(photograph: bytes) -> bytes:
    """It compressed and made smaller: found by its PDQ, and no identical file."""
    with Image.open(BytesIO(photograph)) as opened:
        written = BytesIO()
        opened.resize((200, 150)).save(written, "JPEG", quality=60)
    return written.getvalue()


def stock(client: httpx2.Client, bank: str, photograph: bytes) -> None:
    """Bank a photograph, under a label."""
    context = (None, json.dumps({"labels": ["portrait"], "source": "tests"}))
    files: Any = {"file": photograph, "context": context}
    added = client.post(f"/api/v1/banks/{bank}/content", files=files)
    assert added.status_code == 201, added.text


def upload(
    client: httpx2.Client, bank: str, data: bytes, said: dict[str, Any] | None = None, **more: Any
) -> httpx2.Response:
    """Send a file with what is said of it, to be compared with one bank."""
    context = (None, json.dumps({"banks": [bank]} | (said or {}) | more))
    files: Any = {"file": ("x", data), "context": context}
    return client.post("/api/v1/match", files=files)


def lookup(client: httpx2.Client, bank: str, **given: Any) -> httpx2.Response:
    """Look up a hash that the bank has."""
    pdq = fresh_pdq()
    client.post(f"/api/v1/banks/{bank}/content", json={"signals": {"pdq": pdq}})
    return client.post("/api/v1/match", json={"signals": {"pdq": pdq}, "banks": [bank]} | given)


def case_of(client: httpx2.Client, answer: httpx2.Response) -> dict[str, Any]:
    """The case that an upload was answered with."""
    assert answer.status_code == 200, answer.text
    found = client.get(f"/api/v1/cases/{answer.json()['case']['id']}")
    assert found.status_code == 200, found.text
    told: dict[str, Any] = found.json()
    return told


def opened(client: httpx2.Client, bank: str) -> int:
    """The number of a new case."""
    answer = lookup(client, bank, context={})
    assert answer.json()["case"]["opened"], answer.text
    return int(answer.json()["case"]["id"])


def decide(server: Running, case_id: int, who: Person = ANN) -> None:
    """Let somebody confirm it."""
    server.service.cases.take(who, case_id)
    server.service.cases.decide(who, case_id, Choice.CONFIRM)


def waiting(client: httpx2.Client, bank: str) -> list[int]:
    """The numbers of a bank's cases that wait, in their order."""
    return [case["id"] for case in listed(client) if case["bank"] == bank]


def listed(client: httpx2.Client, **asked: Any) -> Iterator[dict[str, Any]]:
    """The cases of all pages."""
    cursor = None
    while True:
        given = {"cursor": cursor, "limit": 3} | asked
        answer = client.get(
            "/api/v1/cases", params={name: value for name, value in given.items() if value}
        )
        assert answer.status_code == 200, answer.text
        yield from answer.json()["items"]
        cursor = answer.json()["next"]
        if cursor is None:
            return
