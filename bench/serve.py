"""The service under load: server and load generator on the same cores, a bank of 10M.

The peer is what HMA does for the same requests, without its HTTP: python-threatexchange hashing
the bytes of a JPEG, and its index of 1M hashes looked up (of 10M it would take 16 GB).
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import httpx2
import psutil
from PIL import Image

from bench.load import Work
from bench.pictures import photographs
from bench.report import Row
from hedgerow.accounts import Keys, Scope
from hedgerow.banks import Banks, Format
from hedgerow.matching import Matcher
from hedgerow.store import open_database

COMMAND = Path(sys.executable).parent / "hedgerow"
GROUP = "Serving"
CODES = 10_000_000
SIZE = (500, 375)
UPLOADS = 60
KNOWN = 1000
BATCH = 100
RATE = 4000
PEER_CODES = 1_000_000
SECONDS = 15


def home_with(count: int, folder: Path) -> Path:
    """A home whose bank has `count` random hashes, kept for the next run (4 GB for 10M)."""
    home = folder / f"serve-{count}"
    made = home / "made"
    if made.exists():
        return home
    print(f"  banking {count:,} hashes in {home}, once …", flush=True)
    home.mkdir(parents=True, exist_ok=True)
    numbers = random.Random(1)
    with (
        tempfile.TemporaryDirectory() as name,
        open_database(f"sqlite:///{home}/hedgerow.db") as db,
    ):
        hashes = Path(name) / "hashes.txt"
        with hashes.open("w") as stream:
            stream.writelines(f"{numbers.getrandbits(256):064x}\n" for _ in range(count))
        banks = Banks(db)
        if not any(bank.name == "known" for bank in banks.list()):
            banks.create("known", action="block")
        banks.import_file("known", hashes)
        with Matcher(db, home / "index") as matcher:
            matcher.prepare()
            matcher.compact()
    made.touch()
    return home


class Server:
    """A `hedgerow serve` of a home, and what it costs."""

    def __init__(self, home: Path, **settings: str) -> None:
        with open_database(f"sqlite:///{home}/hedgerow.db") as database:
            self.key = Keys(database).create("bench", Scope)[1]
            lines = next(iter(Banks(database).export("known", Format.LINES))).splitlines()
        self.known = [line.split()[1] for line in lines[:KNOWN]]
        self._process = subprocess.Popen(
            [COMMAND, "serve", "--port", "0", "--json", "--home", home],
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        self.url = json.loads(self._process.stdout.readline())["url"]
        self.port = int(self.url.rpartition(":")[2])
        self.client = httpx2.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=60
        )
        while self.client.get("/health/ready").status_code != 200:
            time.sleep(0.1)
        self._family = psutil.Process(self._process.pid)

    def cpu(self) -> float:
        """Seconds of CPU that the server's processes have taken, ended ones too."""
        total = 0.0
        for each in [self._family, *self._family.children(recursive=True)]:
            spent = each.cpu_times()
            total += spent.user + spent.system + spent.children_user + spent.children_system
        return total

    def memory(self) -> int:
        """Bytes that the server's processes have allocated.

        Without what they map of files: whether a page of a library is theirs alone changes with
        every other program that uses it.
        """
        family = [self._family, *self._family.children(recursive=True)]
        return sum(_allocated(each.pid) for each in family)

    def load(self, **work: object) -> dict[str, object]:
        """Run the load generator; adds `cpu`, seconds of the server's CPU a request."""
        wanted = Work(port=self.port, key=self.key, known=self.known, **work)  # type: ignore[arg-type]  # checked by the other side
        before = self.cpu()
        done = subprocess.run(
            [sys.executable, "-m", "bench.load"],
            input=json.dumps(asdict(wanted)), capture_output=True, text=True, check=True,
        )  # fmt: skip
        found: dict[str, object] = json.loads(done.stdout)
        found["cpu"] = (self.cpu() - before) / wanted.requests
        assert set(found["statuses"]) == {"200"}, found["statuses"]
        assert "unchecked" not in found["verdicts"], found["verdicts"]
        return found

    def close(self) -> None:
        self.client.close()
        self._process.terminate()
        self._process.wait(60)


def _allocated(process: int) -> int:
    told = Path(f"/proc/{process}/smaps_rollup").read_text()
    found = re.search(r"^Pss_Anon: +(\d+) kB$", told, re.MULTILINE)
    assert found is not None
    return 1024 * int(found[1])


@contextmanager
def serving(home: Path, **settings: str) -> Iterator[Server]:
    server = Server(home, **settings)
    try:
        yield server
    finally:
        server.close()


def uploads(folder: Path) -> list[str]:
    """Photographs as JPEGs of 500×375."""
    made = []
    for path in photographs()[:UPLOADS]:
        with Image.open(path) as opened:
            picture = opened.convert("RGB").resize(SIZE, Image.Resampling.BICUBIC)
        made.append(folder / f"{path.stem}.jpg")
        picture.save(made[-1], "JPEG", quality=85)
    return [str(path) for path in made]


def lookups(server: Server) -> list[Row]:
    server.load(kind="batch", requests=50, connections=2)
    rate = RATE / BATCH
    paced = server.load(
        kind="batch", requests=int(rate * SECONDS), connections=4, rate=rate, banked=0.01, seed=2
    )
    flat_out = server.load(kind="batch", requests=600, connections=2, banked=0.01, seed=3)
    reached = 600 * BATCH / float(str(flat_out["taken"]))
    p99 = 1000 * float(str(paced["p99"]))
    single = server.load(kind="single", requests=6000, connections=4, banked=0.01, seed=4)
    cpu = 1000 * float(str(single["cpu"]))
    alone = server.load(kind="single", requests=3000, connections=1, banked=0.01, seed=5)
    return [
        Row(GROUP, f"p99 at {RATE:,} lookups/s in batches of {BATCH}, 1 % of them banked", "", None,
            p99, "ms", None, "≤ 25 ms", p99 <= 25),
        Row(GROUP, f"lookups in batches of {BATCH}, flat out", "", None, reached, "/s", None,
            f"≥ {RATE:,}/s", reached >= RATE),
        Row(GROUP, "single lookup, server's CPU", "", None, cpu, "ms", None, "≤ 0.6 ms",
            cpu <= 0.6),
        Row(GROUP, "single lookup, one connection, p99", "", None, 1000 * float(str(alone["p99"])),
            "ms", None, "", None),
    ]  # fmt: skip


def uploading(server: Server, files: list[str], what: str, goal: float, peer: float) -> Row:
    server.load(kind="upload", requests=50, connections=2, files=files)
    found = server.load(kind="upload", requests=1500, connections=4, files=files)
    cpu = 1000 * float(str(found["cpu"]))
    return Row(GROUP, f"upload of a {SIZE[0]}×{SIZE[1]} JPEG, {what}, server's CPU",
               "hash and lookup alone, 1M hashes", peer, cpu, "ms", peer / cpu,
               f"≤ {goal:g} ms", cpu <= goal)  # fmt: skip


def peer_milliseconds(files: list[str]) -> tuple[float, float]:
    """CPU of python-threatexchange for one upload: its hash, and the lookup of it in 1M."""
    import numpy as np
    from threatexchange.signal_type.pdq.signal import PdqSignal

    generator = np.random.default_rng(1)
    entries = [(generator.bytes(32).hex(), number) for number in range(PEER_CODES)]
    index = PdqSignal.get_index_cls()(entries)
    pictures = [Path(name).read_bytes() for name in files]
    start = time.process_time()
    hashes = [PdqSignal.hash_from_bytes(each) for each in pictures]
    hashed = (time.process_time() - start) / len(pictures)
    start = time.process_time()
    for value in hashes:
        index.query(value)
    return 1000 * hashed, 1000 * (time.process_time() - start) / len(hashes)


def freshness(home: Path, server: Server) -> Row:
    """How long until another process of the same home finds what this one has banked."""
    value = f"{random.getrandbits(256):064x}"
    with serving(home) as other:
        content = server.client.post(
            "/api/v1/banks/known/content", json={"signals": {"pdq": value}}
        )
        start = time.perf_counter()
        assert content.status_code == 201, content.text
        while True:
            answer = other.client.post("/api/v1/match", json={"signals": {"pdq": value}}).json()
            if answer["verdict"] == "block":
                break
        taken = time.perf_counter() - start
    server.client.delete(f"/api/v1/banks/known/content/{content.json()['id']}")
    return Row(GROUP, "banked through one process, found by another", "", None, taken, "s", None,
               "≤ 1 s", taken <= 1)  # fmt: skip


def measure(count: int = CODES) -> list[Row]:
    home = home_with(count, Path(__file__).resolve().parent / "out")
    with tempfile.TemporaryDirectory() as name:
        files = uploads(Path(name))
        hashed, looked_up = peer_milliseconds(files)
        with serving(home) as server:
            rows = lookups(server)
            rows.append(freshness(home, server))
            rows.append(uploading(server, files, "sixteen variants", 6, hashed + looked_up))
        with serving(home, HEDGEROW_SERVICE__ORIENTATIONS="false") as server:
            rows.insert(-1, uploading(server, files, "as it is alone", 3, hashed + looked_up))
    return rows
