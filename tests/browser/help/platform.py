"""A platform whose users upload copies, and somebody trained who reviews what matched."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from tests.survivors.making import companion
from tests.web.casework import stock
from tests.web.running import Running

from hedgerow.cases import Choice

SAID = {"uploader": "user 5512", "url": "https://photos.example.org/p/9?of=rosa"}


def begin(server: Running, other: bytes) -> None:
    """Have something else banked, so that uploads are compared at all."""
    with server.client() as client:
        client.post("/api/v1/banks", json={"name": "another", "action": "block"})
        stock(client, "another", other)
    server.wait_until_fresh()


def edited(photograph: Path) -> bytes:
    """Made smaller and compressed."""
    with Image.open(photograph) as opened:
        written = BytesIO()
        opened.convert("RGB").resize((300, 225)).save(written, "JPEG", quality=55)
    return written.getvalue()


def uploaded(server: Running, data: bytes) -> dict[str, Any]:
    """What a platform is answered for an upload."""
    files: Any = {"file": ("x", data), "context": (None, json.dumps(SAID))}
    with server.client() as client:
        answer = client.post("/api/v1/match", files=files)
    assert answer.status_code == 200, answer.text
    found = dict(answer.json())
    assert "error" not in found, found["error"]
    return found


def review(server: Running, case_id: int) -> None:
    """Somebody who is trained for it looks at the case and confirms it."""
    cases, person = server.service.cases, companion()
    cases.take(person, case_id)
    cases.decide(person, case_id, Choice.CONFIRM, policy="intimate picture")
