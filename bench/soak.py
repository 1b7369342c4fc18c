"""Hours of mixed requests, and whether memory stays flat: `python -m bench.soak --minutes 60`.

Prints what the server holds over time and draws it (bench/out/soak.png).
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import threading
import time
from pathlib import Path

import httpx2
import numpy as np

from bench.serve import Server, home_with, serving, uploads

OUT = Path(__file__).resolve().parent / "out"
CODES = 1_000_000
SAMPLE_SECONDS = 10.0
PAUSE_SECONDS = 0.004


class Visitor(threading.Thread):
    """Sends one request after another until it is told to stop: of all kinds, bad ones too."""

    def __init__(self, server: Server, files: list[bytes], seed: int) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._files = files
        self._random = random.Random(f"visitor {seed}")  # never the numbers the bank was made of
        self.stopped = threading.Event()
        self.answers = 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        kinds = [self._upload, self._lookup, self._batch, self._bank, self._bad]
        headers = {"Authorization": f"Bearer {self._server.key}"}
        try:
            with httpx2.Client(base_url=self._server.url, headers=headers, timeout=60) as client:
                while not self.stopped.wait(PAUSE_SECONDS):
                    self._random.choices(kinds, [40, 40, 5, 5, 10])[0](client)
                    self.answers += 1
        except BaseException as failure:
            self.failure = failure
            raise

    def _hash(self) -> str:
        return f"{self._random.getrandbits(256):064x}"

    def _upload(self, client: httpx2.Client) -> None:
        files = {"file": ("upload.jpg", self._random.choice(self._files))}
        assert client.post("/api/v1/match", files=files).json()["verdict"] == "clear"

    def _lookup(self, client: httpx2.Client) -> None:
        asked = {"signals": {"pdq": self._random.choice(self._server.known)}}
        assert client.post("/api/v1/match", json=asked).json()["verdict"] == "block"

    def _batch(self, client: httpx2.Client) -> None:
        asked = {"signals": [self._hash() for _ in range(100)]}
        assert client.post("/api/v1/match/batch", json=asked).status_code == 200

    def _bank(self, client: httpx2.Client) -> None:
        made = client.post("/api/v1/banks/known/content", json={"signals": {"pdq": self._hash()}})
        assert made.status_code == 201, made.text
        gone = client.delete(f"/api/v1/banks/known/content/{made.json()['id']}")
        assert gone.status_code == 204, gone.text

    def _bad(self, client: httpx2.Client) -> None:
        answer = client.post("/api/v1/match", files={"file": ("a", self._random.randbytes(2000))})
        assert answer.json()["verdict"] == "unchecked"


def soak(server: Server, files: list[bytes], seconds: float, visitors: int) -> dict[str, list]:
    """Minutes since the start, and megabytes of the server then; raises where a visitor fails."""
    crowd = [Visitor(server, files, seed) for seed in range(visitors)]
    for each in crowd:
        each.start()
    start = time.monotonic()
    found: dict[str, list] = {"minutes": [], "megabytes": []}
    while time.monotonic() - start < seconds:
        time.sleep(min(SAMPLE_SECONDS, seconds / 10))
        found["minutes"].append((time.monotonic() - start) / 60)
        found["megabytes"].append(server.memory() / 2**20)
        for each in crowd:
            if each.failure is not None:
                raise each.failure
    for each in crowd:
        each.stopped.set()
    for each in crowd:
        each.join()
    found["answers"] = [sum(each.answers for each in crowd)]
    return found


def growth_an_hour(found: dict[str, list]) -> float:
    """Megabytes an hour: the slope of the last two thirds, when all is warm."""
    warm = len(found["minutes"]) // 3
    slope, _ = np.polyfit(found["minutes"][warm:], found["megabytes"][warm:], 1)
    return 60 * float(slope)


def draw(found: dict[str, list], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 3.5), layout="constrained")
    axes.plot(found["minutes"], found["megabytes"], color="#3a7d44", lw=1)
    axes.set_ylim(0, 1.2 * max(found["megabytes"]))
    axes.set_xlabel("minutes")
    axes.set_ylabel("memory of all processes, MB")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--visitors", type=int, default=2)
    parser.add_argument("--codes", type=int, default=CODES)
    arguments = parser.parse_args()
    home = home_with(arguments.codes, OUT)
    with tempfile.TemporaryDirectory() as name, serving(home) as server:
        files = [Path(each).read_bytes() for each in uploads(Path(name))]
        found = soak(server, files, 60 * arguments.minutes, arguments.visitors)
    (OUT / "soak.json").write_text(json.dumps(found) + "\n")
    draw(found, OUT / "soak.png")
    first, last = found["megabytes"][len(found["megabytes"]) // 3], found["megabytes"][-1]
    print(
        f"{found['answers'][0]:,} answers in {arguments.minutes:g} minutes; after a third of them "
        f"{first:.1f} MB, at the end {last:.1f} MB, {growth_an_hour(found):+.2f} MB an hour.\n"
        f"Drawn: {OUT / 'soak.png'}"
    )


if __name__ == "__main__":
    main()
