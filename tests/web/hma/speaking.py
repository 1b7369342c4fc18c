"""A client as those are that were written for HMA: no headers, a base URL that ends in a slash."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import httpx2
from PIL import Image

from hedgerow.fetch import FetchCode, FetchRefused

MAX_BYTES = 1_000_000
"""What `Web` fetches at most."""


@dataclass(frozen=True)
class HmaClient:
    """Sends requests to `base` and a path with a slash in front, so that it has two of them."""

    base: str
    http: httpx2.Client

    def send(self, method: str, path: str, **options: Any) -> httpx2.Response:
        return self.http.request(method, f"{self.base}{path}", **options)

    def get(self, path: str, **params: Any) -> httpx2.Response:
        return self.send("GET", path, params=params)

    def post(self, path: str, json: Any = None, **options: Any) -> httpx2.Response:
        return self.send("POST", path, json=json, **options)

    def put(self, path: str, json: Any) -> httpx2.Response:
        return self.send("PUT", path, json=json)

    def delete(self, path: str) -> httpx2.Response:
        return self.send("DELETE", path)

    def bank(self, name: str, **more: Any) -> str:
        """Make a bank."""
        made = self.post("/c/banks", {"name": name, **more})
        assert made.status_code == 201, made.text
        return name

    def banked(self, bank: str, value: str, **more: Any) -> int:
        """Bank a PDQ."""
        made = self.post(f"/c/bank/{bank}/signal", {"pdq": value, **more})
        assert made.status_code == 200, made.text
        number: int = made.json()["id"]
        return number

    def found(self, value: str, **more: Any) -> Any:
        """What a lookup of a PDQ finds."""
        answer = self.get("/m/lookup", signal=value, signal_type="pdq", **more)
        assert answer.status_code == 200, answer.text
        return answer.json()


class Web:
    """What is fetched instead of the internet, by URL."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    async def fetch(self, url: str, took: Callable[[int], None]) -> bytes:
        if url not in self.files:
            msg = "the host's address is not public"
            raise FetchRefused(FetchCode.FORBIDDEN_ADDRESS, msg)
        if len(self.files[url]) > MAX_BYTES:
            raise FetchRefused(FetchCode.TOO_LARGE, "the file is too large")
        took(len(self.files[url]))
        return self.files[url]


def photo(data: bytes) -> dict[str, tuple[str, bytes]]:
    """A form with a file, as HMA has it: the field is named for the kind."""
    return {"photo": ("upload.png", data)}


def hash_of(text: str) -> str:
    """Some PDQ, far from all others."""
    return hashlib.sha256(text.encode()).hexdigest()


def flipped(value: str, bits: int) -> str:
    """A PDQ at this distance."""
    number = int(value, 16)
    for bit in random.Random(value).sample(range(256), bits):
        number ^= 1 << bit
    return f"{number:064x}"


def as_png(picture: Image.Image) -> bytes:
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def mirrored(data: bytes) -> bytes:
    with Image.open(BytesIO(data)) as opened:
        return as_png(opened.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
