"""Local signatures: a lookup among the landmarks of 40,000 pictures, on one core.

The pictures are made of parts of photographs, put together, turned and mirrored; the photographs
that are looked up, and edited copies of them, are of others. That takes minutes, so what was
made is kept in bench/out.
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

PICTURES = 40_000
LOOKED_UP = 40
GOAL_MS = 60.0
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
    return _lumas(photographs())[LOOKED_UP:]


def _banked(count: int) -> list[bytes]:
    """Payloads of `count` pictures; those that an earlier run made are taken."""
    path = KEPT.with_suffix(f".{count}.npz")
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
    lumas = _lumas(photographs()[: 2 * LOOKED_UP])
    strange, used = lumas[:LOOKED_UP], lumas[LOOKED_UP:]
    payloads = _banked(count) + [landmarks_of(each).banked().pack() for each in used]
    codes = [codes_from_bytes(Banked.unpack(payload).code) for payload in payloads]
    keys = np.repeat((BANK << CONTENT_BITS) + np.arange(len(codes)), list(map(len, codes)))
    thresholds = {"local": THRESHOLD}
    policy = Policy(BANK, "bench", Kind.POSITIVE, None, thresholds)
    read: Mapping[int, bytes] = dict(enumerate(payloads))
    with tempfile.TemporaryDirectory(prefix="hedgerow-bench-") as folder:
        catalogue = Catalogue(Path(folder) / "local", _Feed(np.concatenate(codes), keys))
        catalogue.follow()
        catalogue.compact()
        catalogue.warm()

        def lookup(luma: Luma) -> tuple[float, int]:
            upload = Upload("", None, landmarks_of(luma))
            start = time.process_time()
            found = list(
                find(
                    upload,
                    catalogue,
                    {BANK: policy},
                    lambda ids: {i: read[i] for i in ids},
                    Limits(),
                )
            )
            return time.process_time() - start, len(found)

        lookup(strange[0])
        unknown = [lookup(_edited(luma, number)) for number, luma in enumerate(strange)]
        known = [lookup(_edited(luma, number)) for number, luma in enumerate(used)]
        start = time.process_time()
        for luma in strange:
            landmarks_of(luma)
        making = (time.process_time() - start) / len(strange)
        peer = _peer(np.concatenate(codes), landmarks_of(strange[0]))
        catalogue.close()
    took = float(np.mean([seconds for seconds, _found in unknown])) * 1e3
    hits = float(np.mean([seconds for seconds, _found in known])) * 1e3
    group = "local"
    what = f"{len(keys):,} landmarks of {len(codes):,} pictures"
    return [
        Row(
            group,
            f"lookup of a picture that isn't banked, {what}",
            "faiss flat",
            peer,
            took,
            "ms",
            peer / took,
            f"≤ {GOAL_MS:g} ms",
            took <= GOAL_MS,
        ),
        Row(
            group,
            "lookup of a picture of which edited copies are banked",
            "",
            None,
            hits,
            "ms",
            None,
            f"≤ {GOAL_MS:g} ms",
            hits <= GOAL_MS,
        ),
        Row(
            group,
            "slowest lookup",
            "",
            None,
            max(s for s, _f in unknown + known) * 1e3,
            "ms",
            None,
            "",
            None,
        ),
        Row(group, "making a signature", "", None, making * 1e3, "ms", None, "", None),
        Row(
            group,
            "banked pictures found by edited copies",
            "",
            None,
            sum(f > 0 for _s, f in known) / len(known) * 100,
            "%",
            None,
            "",
            None,
        ),
        Row(
            group,
            "strangers taken for one",
            "",
            None,
            float(sum(f > 0 for _s, f in unknown)),
            "",
            None,
            "0",
            not any(f for _s, f in unknown),
        ),
    ]


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
