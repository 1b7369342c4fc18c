"""The import of a list with one hash a line.

The hashes are random, which is the worst case for the indexes of the database.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from bench.report import Row
from hedgerow.banks import Banks, SignalFeed
from hedgerow.store import open_database

GROUP = "Importing"
ROWS = 1_000_000


def run(rows: int, folder: Path) -> dict[str, float]:
    path = folder / "hashes.txt"
    numbers = random.Random(1)
    with path.open("w") as stream:
        stream.writelines(f"{numbers.getrandbits(256):064x}\n" for _ in range(rows))
    with open_database(f"sqlite:///{folder / 'bench.db'}") as database:
        banks = Banks(database)
        banks.create("bench")
        checked = 0.0

        def progress(_done: int, total: int | None) -> None:
            nonlocal checked
            if total is None:
                checked = time.perf_counter() - start

        start = time.perf_counter()
        report = banks.import_file("bench", path, progress=progress)
        seconds = time.perf_counter() - start
        assert report.record.added == rows
        start = time.perf_counter()
        replayed = sum(
            len(step.added[1]) for step in SignalFeed(database, "pdq").since(0) if step.added
        )
        replay = time.perf_counter() - start
        assert replayed == rows
    return {
        "rows": rows,
        "seconds": round(seconds, 2),
        "rows_per_second": round(rows / seconds),
        "seconds_checking": round(checked, 2),
        "seconds_replaying_feed": round(replay, 2),
        "database_bytes_per_row": round((folder / "bench.db").stat().st_size / rows),
    }


def measure(rows: int = ROWS) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        result = run(rows, Path(folder))
    seconds = result["seconds"]
    return [
        Row(GROUP, f"import of {rows:,} hashes, checked and banked", "", None, seconds, "s", None,
            "< 90 s", seconds < 90),
        Row(GROUP, f"change feed of {rows:,} hashes read from its start", "", None,
            result["seconds_replaying_feed"], "s", None, "", None),
    ]  # fmt: skip
