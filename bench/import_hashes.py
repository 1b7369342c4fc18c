"""Time the import of one hash a line: `python bench/import_hashes.py [--rows N] [--json]`.

The hashes are random, which is the worst case for the indexes of the database. Prints seconds
and rows a second for the import (checking the file included) and for the replay of the change
feed from its beginning.
"""

import argparse
import json
import random
import tempfile
import time
from pathlib import Path

from hedgerow.banks import Banks, SignalFeed
from hedgerow.store import open_database


def measure(rows: int, folder: Path) -> dict[str, float]:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(arguments.rows, Path(folder))
    if arguments.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:>24}  {value:,}")


if __name__ == "__main__":
    main()
