"""Local signatures: a lookup among the landmarks of 40,000 pictures, on one core.

The pictures are made of parts of photographs, put together, turned and mirrored. Looked up are
copies of others: of photographs that aren't banked, of some that are, and of some of those that
the bank was made of, each of which has a hundred relatives there. Making it takes minutes, so it
is kept in bench/out.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from rich.progress import track

from bench.pictures import photographs
from bench.report import ROOT, Row
from hedgerow.banks import CONTENT_BITS, Kind, Policy
from hedgerow.index import Catalogue, Codes, Keys, Step, codes_from_bytes
from hedgerow.matching import Limits
from hedgerow.matching.landmarks import Upload, find
from hedgerow.signals import Banked, Sought, signal_type
from hedgerow.signals.landmarks import landmarks_of
from hedgerow.signals.signature import BANKED_MARK

PICTURES = 40_000
LOOKED_UP = 40
GROUP = "Local signatures"
GOAL_MS = 60.0
MEMORY = "/dev/shm"
"""Where the index of landmarks lies in production, too."""
BANK = 1
KEPT = ROOT / "bench" / "out" / "landmarks"
THRESHOLD = signal_type("local").default_threshold
PEER_QUERIES = 8

Luma = npt.NDArray[np.uint8]


def _lumas(paths: list[Path]) -> list[Luma]:
    return [np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8) for path in paths]


def _composed(lumas: list[Luma], numbers: random.Random) -> Luma:
    """A part of one photograph, often beside a part of another, turned a little."""
    one, other = numbers.choice(lumas), numbers.choice(lumas)
    share = numbers.uniform(0.45, 0.9)
    height, width = int(one.shape[0] * share), int(one.shape[1] * share)
    top = numbers.randint(0, one.shape[0] - height)
    left = numbers.randint(0, one.shape[1] - width)
    part = one[top : top + height, left : left + width]
    if numbers.random() < 0.5:
        part = part[:, ::-1]
    if numbers.random() < 0.6:
        cut = int(width * numbers.uniform(0.3, 0.7))
        part = np.hstack([part[:, :cut], cv2.resize(other, (width, height))[:, cut:]])
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), numbers.uniform(-15, 15), 1.15)
    return np.asarray(cv2.warpAffine(np.ascontiguousarray(part), turn, (width, height)), np.uint8)


def _payload(number: int) -> bytes:
    """What is banked of the picture of that number."""
    composed = _composed(_photographs(), random.Random(number))
    return landmarks_of(composed).banked().pack()


@cache
def _photographs() -> list[Luma]:
    """Those that pictures are made of: once in each process."""
    cv2.setNumThreads(1)
    return _lumas(photographs())[2 * LOOKED_UP :]


def _banked(count: int) -> list[bytes]:
    """Payloads of `count` pictures; those that an earlier run made are taken."""
    path = KEPT.with_suffix(f".{count}.{BANKED_MARK.decode()}.npz")
    if path.exists():
        with np.load(path) as kept:
            edges, whole = kept["edges"], kept["bytes"].tobytes()
        return [whole[low:high] for low, high in pairwise(edges)]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        made = pool.map(_payload, range(count), chunksize=100)
        payloads = list(track(made, "Making pictures", count))
    path.parent.mkdir(exist_ok=True)
    edges = np.cumsum([0, *map(len, payloads)])
    np.savez(path, edges=edges, bytes=np.frombuffer(b"".join(payloads), np.uint8))
    return payloads


class _Feed:
    """All landmarks at once."""

    def __init__(self, codes: Codes, keys: Keys) -> None:
        self._step = Step(1, (codes, keys))

    def latest(self) -> int:
        return 1

    def mark(self, sequence: int) -> str:
        return str(sequence)

    def since(self, sequence: int) -> Iterator[Step]:
        if sequence < 1:
            yield self._step


def _edited(luma: Luma, number: int) -> Luma:
    """Some are the picture itself, some cut, some turned, some small: in turns."""
    height, width = luma.shape
    match number % 4:
        case 0:
            return luma
        case 1:
            return np.ascontiguousarray(luma[height // 5 : -height // 5, width // 5 : -width // 5])
        case 2:
            turn = cv2.getRotationMatrix2D((width / 2, height / 2), 37, 0.9)
            return np.asarray(cv2.warpAffine(luma, turn, (width, height)), np.uint8)
    return np.asarray(cv2.resize(luma, (width // 2, height // 2)), np.uint8)


def measure(count: int = PICTURES) -> list[Row]:
    """The time of a lookup of pictures that aren't banked, of ones that are, and of the peer."""
    lumas = _lumas(photographs()[: 3 * LOOKED_UP])
    strange, banked, used = (
        lumas[start : start + LOOKED_UP] for start in range(0, 3 * LOOKED_UP, LOOKED_UP)
    )
    payloads = _banked(count) + [landmarks_of(each).banked().pack() for each in banked]
    codes = [codes_from_bytes(Banked.unpack(payload).code) for payload in payloads]
    keys = np.repeat((BANK << CONTENT_BITS) + np.arange(len(codes)), list(map(len, codes)))
    policy = Policy(BANK, "bench", Kind.POSITIVE, None, {"local": THRESHOLD})
    read: Mapping[int, bytes] = dict(enumerate(payloads))
    with tempfile.TemporaryDirectory(prefix="hedgerow-bench-", dir=MEMORY) as folder:
        catalogue = Catalogue(Path(folder) / "local", _Feed(np.concatenate(codes), keys))
        catalogue.follow()
        catalogue.compact()
        catalogue.warm()

        def lookup(luma: Luma) -> tuple[float, set[int]]:
            """Milliseconds, and the contents that were found."""
            upload = Upload("", None, landmarks_of(luma))
            asked = upload, catalogue, {BANK: policy}, lambda ids: {i: read[i] for i in ids}
            start = time.process_time()
            found = list(find(*asked, Limits()))
            took = (time.process_time() - start) * 1e3
            return took, {match.content_id for match in found}

        lookup(strange[0])
        unknown, known, relatives = (
            [lookup(_edited(luma, number)) for number, luma in enumerate(each)]
            for each in (strange, banked, used)
        )
        start = time.process_time()
        for luma in strange:
            landmarks_of(luma)
        making = (time.process_time() - start) * 1e3 / len(strange)
        peer = _peer(np.concatenate(codes), landmarks_of(strange[0]))
        catalogue.close()
    took = [float(np.mean([ms for ms, _found in each])) for each in (unknown, known, relatives)]
    own = sum(count + number in found for number, (_ms, found) in enumerate(known))
    mistaken = sum(len(found) for _ms, found in unknown)
    mistaken += sum(len(found - {count + number}) for number, (_ms, found) in enumerate(known))
    bank = f"{len(keys):,} landmarks of {len(codes):,} pictures"
    goal = f"≤ {GOAL_MS:g} ms"

    def row(what: str, ours: float, unit: str, goal: str = "", met: bool | None = None) -> Row:
        return Row(GROUP, what, "", None, ours, unit, None, goal, met)

    return [
        Row(GROUP, f"lookup of a picture that isn't banked, {bank}", "faiss flat", peer,
            took[0], "ms", peer / took[0], goal, took[0] <= GOAL_MS),
        row("lookup of an edited copy of one that is", took[1], "ms", goal, took[1] <= GOAL_MS),
        row("lookup of a copy of what a hundred banked ones are made of", took[2], "ms"),
        row("slowest lookup of the first two kinds", max(ms for ms, _ in unknown + known), "ms"),
        row("making a signature", making, "ms"),
        row("edited copies that find their original", own / len(known) * 100, "%"),
        row("other pictures taken for one", float(mistaken), "", "0", mistaken == 0),
    ]  # fmt: skip


def _peer(codes: Codes, sought: Sought) -> float:
    """Milliseconds that faiss's exact scan takes for the same codes, by a few of them."""
    import faiss
    from threadpoolctl import threadpool_limits

    asked = sought.banked().code
    flat = faiss.IndexBinaryFlat(256)
    flat.add(codes.astype(">u8").view(np.uint8).reshape(-1, 32))
    with threadpool_limits(1):
        faiss.omp_set_num_threads(1)
        start = time.process_time()
        flat.range_search(np.ascontiguousarray(asked[:PEER_QUERIES]), THRESHOLD + 1)
        return (time.process_time() - start) * 1e3 * len(asked) / PEER_QUERIES


if __name__ == "__main__":
    import sys

    from bench.report import print_table

    print_table(measure(int(sys.argv[1]) if len(sys.argv) > 1 else PICTURES))
