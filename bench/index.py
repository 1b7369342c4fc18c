"""Exact range search against faiss: the same codes, the same queries, the same answers."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import faiss
import numpy as np
import psutil

from bench.report import Row
from bench.timing import seconds_each
from hedgerow.index import Index

GROUP = "Index"
CODES = 10_000_000
RADIUS = 31
QUERIES = 200
COPIES = 1_000_000
MULTIHASH_BYTES_A_CODE = 2_000


def some_codes(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**64, (count, 4), dtype=np.uint64)


def some_queries(codes: np.ndarray, count: int) -> np.ndarray:
    """Half are banked codes with 0 to 31 bits flipped, half are like nothing in the index."""
    generator = np.random.default_rng(2)
    queries = codes[generator.integers(0, len(codes), count)].copy()
    for query in queries[: count // 2]:
        for bit in generator.choice(256, generator.integers(0, RADIUS + 1), replace=False):
            query[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    queries[count // 2 :] = some_codes(count - count // 2, seed=3)
    return queries


def faiss_answers(index: faiss.IndexBinary, queries: np.ndarray) -> set[tuple[int, int, int]]:
    # faiss takes what is nearer than the radius; we take what is no farther.
    limits, distances, labels = index.range_search(queries.view(np.uint8), RADIUS + 1)
    rows = np.repeat(np.arange(len(queries)), np.diff(limits.astype(np.int64)))
    return set(zip(rows.tolist(), labels.tolist(), distances.astype(int).tolist(), strict=True))


def our_answers(index: Index, queries: np.ndarray) -> set[tuple[int, int, int]]:
    hits = index.search(queries, RADIUS)
    return set(zip(hits.query.tolist(), hits.key.tolist(), hits.distance.tolist(), strict=True))


def one_by_one(index: Index, queries: np.ndarray) -> None:
    for query in queries:
        index.search(query, RADIUS)


def faiss_one_by_one(index: faiss.IndexBinary, queries: np.ndarray) -> None:
    for query in queries:
        index.range_search(query[np.newaxis].view(np.uint8), RADIUS + 1)


def against(
    name: str, goal: int, peer: faiss.IndexBinary, index: Index, queries: np.ndarray
) -> list[Row]:
    """Speed against one peer, query by query and in a batch, and whether the answers agree."""
    agree = our_answers(index, queries) == faiss_answers(peer, queries)
    few = queries[:: max(1, len(queries) // 40)]
    rows = [
        Row(GROUP, f"answers that differ from {name}'s", name, None, 0 if agree else 1, "", None,
            "0", agree)
    ]  # fmt: skip
    for how, ours, theirs in (
        ("one by one", one_by_one, faiss_one_by_one),
        ("in a batch", our_answers, faiss_answers),
    ):
        taken = seconds_each(
            {
                "ours": lambda run=ours: run(index, queries),
                "peer": lambda run=theirs: run(peer, few),
            }
        )
        mine, other = 1000 * taken["ours"] / len(queries), 1000 * taken["peer"] / len(few)
        ratio = other / mine
        rows.append(
            Row(GROUP, f"search, radius {RADIUS}, {how}", name, other, mine, "ms a query", ratio,
                f"≥ {goal}×", ratio >= goal)
        )  # fmt: skip
    return rows


def peers(codes: np.ndarray, index: Index, queries: np.ndarray) -> list[Row]:
    faiss.omp_set_num_threads(1)
    flat = faiss.IndexBinaryFlat(256)
    flat.add(codes.view(np.uint8))
    rows = against("IndexBinaryFlat", 25, flat, index, queries)
    del flat
    needed = len(codes) * MULTIHASH_BYTES_A_CODE
    if psutil.virtual_memory().available < needed:
        print(f"IndexBinaryMultiHash left out: it needs {needed / 2**30:.0f} GB of free memory")
        return rows
    multi = faiss.IndexBinaryMultiHash(256, 16, 16)
    multi.nflip = 1
    multi.add(codes.view(np.uint8))
    return rows + against("IndexBinaryMultiHash(256,16,16)", 50, multi, index, queries)


def resident(folder: Path, count: int) -> Row:
    """Memory of a fresh process after it has touched every byte of the index."""
    program = (
        "import sys, psutil, numpy as np\n"
        "from pathlib import Path\n"
        "from hedgerow.index import Index\n"
        "Index.open(Path(sys.argv[2]), 'write').search(np.zeros(4, np.uint64), 31)\n"
        "before = psutil.Process().memory_info().rss\n"
        "index = Index.open(Path(sys.argv[1]), 'read')\n"
        "for segment in index.view.segments:\n"
        "    for array in vars(segment).values():\n"
        "        if isinstance(array, np.ndarray): array.sum(dtype=np.uint64)\n"
        "print(psutil.Process().memory_info().rss - before)\n"
    )
    with tempfile.TemporaryDirectory() as empty:
        grown = int(
            subprocess.run(
                [sys.executable, "-c", program, str(folder), empty],
                check=True, capture_output=True, text=True,
            ).stdout
        )  # fmt: skip
    each = grown / count
    return Row(GROUP, "resident, every page touched", "", None, each, "bytes a code", None, "≤ 128",
               each <= 128)  # fmt: skip


def opening(folder: Path, queries: np.ndarray) -> Row:
    start = time.perf_counter()
    index = Index.open(folder, "read")
    index.search(queries[0], RADIUS)
    taken = time.perf_counter() - start
    index.close()
    return Row(GROUP, "open from disk and answer the first query", "", None, taken, "s", None,
               "≤ 0.5 s", taken <= 0.5)  # fmt: skip


def freshness(index: Index) -> Row:
    index.add(some_codes(1, seed=8), [2**61])  # what is compiled on first use is not measured
    new = some_codes(1, seed=9)
    start = time.perf_counter()
    index.add(new, [2**62])
    found = 2**62 in index.search(new, RADIUS).key
    taken = 1000 * (time.perf_counter() - start)
    return Row(GROUP, "a new code, added and found by the next query", "", None, taken, "ms", None,
               "found", found)  # fmt: skip


def copies(index: Index, queries: np.ndarray) -> Row:
    before = seconds_each({"": lambda: one_by_one(index, queries)})[""]
    code = np.repeat(some_codes(1, seed=10), COPIES, axis=0)
    index.add(code, np.arange(2**50, 2**50 + COPIES))
    index.maintain()
    after = seconds_each({"": lambda: one_by_one(index, queries)})[""]
    ratio = before / after
    each = (1000 * before / len(queries), 1000 * after / len(queries))
    return Row(GROUP, f"search after adding {COPIES:,} copies of one code", "the same before",
               each[0], each[1], "ms a query", ratio, "≥ 0.8×", ratio >= 0.8)  # fmt: skip


def parallel(index: Index, queries: np.ndarray) -> Row:
    many = np.tile(queries, (20, 1))
    taken = seconds_each(
        {
            str(threads): lambda n=threads: index.search(many, RADIUS, threads=n)
            for threads in (1, 2)
        }
    )
    each = {name: 1000 * seconds / len(many) for name, seconds in taken.items()}
    return Row(GROUP, "search in a batch, two threads", "one thread", each["1"], each["2"],
               "ms a query", each["1"] / each["2"], "", None)  # fmt: skip


def measure(count: int = CODES) -> list[Row]:
    codes = some_codes(count, seed=1)
    queries = some_queries(codes, QUERIES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "index"
        with Index.open(folder) as index:
            start = time.perf_counter()
            index.add(codes, np.arange(count))
            built = time.perf_counter() - start
        rows = [Row(GROUP, f"build of {count:,} codes", "", None, built, "s", None, "", None)]
        rows += [resident(folder, count), opening(folder, queries)]
        with Index.open(folder) as index:
            rows += peers(codes, index, queries)
            del codes
            rows += [parallel(index, queries), freshness(index), copies(index, queries)]
    return rows
