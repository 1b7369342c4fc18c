"""The load generator: raw HTTP/1.1 on a few connections, as light as Python can be.

`python -m bench.load` reads one JSON object from standard input (see `Work`) and prints one with
what came out. It runs in a process of its own, on the same cores as the server.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

BOUNDARY = b"hedgerow-bench"


@dataclass
class Work:
    """What to send.

    kind: "single", "batch" or "upload". requests: how many. connections: at most so many at once.
    rate: requests a second, evenly spaced, whatever the answers do; 0: each connection sends the
    next one when it has its answer. seed: of the hashes. banked: share of the lookups that are of
    `known` hashes. files: pictures to upload.
    """

    port: int
    key: str
    kind: str
    requests: int
    connections: int = 1
    rate: float = 0.0
    seed: int = 1
    banked: float = 0.0
    batch: int = 100
    known: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


class Requests:
    """Makes the bytes of each request."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._random = random.Random(f"load {work.seed}")  # never the bank's own numbers
        self._bodies = [self._form(Path(name).read_bytes()) for name in work.files]

    def next(self) -> bytes:
        if self._work.kind == "single":
            return self._json("/api/v1/match", {"signals": {"pdq": self._hash()}})
        if self._work.kind == "batch":
            hashes = [self._hash() for _ in range(self._work.batch)]
            return self._json("/api/v1/match/batch", {"signals": hashes})
        form = "multipart/form-data; boundary=" + BOUNDARY.decode()
        return self._post("/api/v1/match", form, self._random.choice(self._bodies))

    def _hash(self) -> str:
        if self._work.known and self._random.random() < self._work.banked:
            return self._random.choice(self._work.known)
        return f"{self._random.getrandbits(256):064x}"

    def _json(self, path: str, content: object) -> bytes:
        return self._post(path, "application/json", json.dumps(content).encode())

    def _form(self, data: bytes) -> bytes:
        head = b'Content-Disposition: form-data; name="file"; filename="upload.jpg"\r\n\r\n'
        return b"--" + BOUNDARY + b"\r\n" + head + data + b"\r\n--" + BOUNDARY + b"--\r\n"

    def _post(self, path: str, kind: str, body: bytes) -> bytes:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self._work.key}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


class Load:
    """Sends, and notes how long each answer took from when it should have been sent."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._requests = Requests(work)
        self.seconds: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.verdicts: Counter[str] = Counter()

    async def run(self) -> dict[str, object]:
        waiting: asyncio.Queue[tuple[float | None, bytes] | None] = asyncio.Queue()
        made = [self._requests.next() for _ in range(self._work.requests)]
        senders = [asyncio.create_task(self._send(waiting)) for _ in range(self._work.connections)]
        start = time.perf_counter()
        for number, request in enumerate(made):
            due = None
            if self._work.rate:
                due = start + number / self._work.rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
            waiting.put_nowait((due, request))
        for _ in senders:
            waiting.put_nowait(None)
        await asyncio.gather(*senders)
        return self._found(time.perf_counter() - start)

    async def _send(self, waiting: asyncio.Queue[tuple[float | None, bytes] | None]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._work.port, limit=2**24)
        while (each := await waiting.get()) is not None:
            due, request = each
            began = time.perf_counter() if due is None else due
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            body = await reader.readexactly(length)
            self.seconds.append(time.perf_counter() - began)
            status = int(head[9:12])
            self.statuses[status] += 1
            if status == 200:
                self._count(json.loads(body))
        writer.close()

    def _count(self, answer: dict[str, object]) -> None:
        results = answer.get("results", [answer])
        assert isinstance(results, list)
        self.verdicts.update(each["verdict"] for each in results)

    def _found(self, taken: float) -> dict[str, object]:
        ordered = sorted(self.seconds)
        return {
            "taken": taken,
            "statuses": dict(self.statuses),
            "verdicts": dict(self.verdicts),
            "p50": ordered[len(ordered) // 2],
            "p99": ordered[int(len(ordered) * 0.99)],
            "longest": ordered[-1],
        }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(Load(Work(**json.load(sys.stdin))).run())))
