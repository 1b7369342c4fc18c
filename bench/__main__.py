"""`python -m bench`: every measurement, against the peers, in one run.

Prints a table, draws it (bench/out/benchmark.png), keeps the figures (bench/out/benchmark.json);
with --write-readme also puts the table into README.md.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

# One thread, ours and theirs: set before NumPy is loaded by any of them.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

PARTS = (
    *("startup", "hashing", "boxes", "video", "scanning", "importing"),
    *("index", "landmarks", "serve"),
)
OUT = Path(__file__).resolve().parent / "out"


def main() -> None:
    from bench import report

    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="this part only")
    parser.add_argument("--codes", type=int, help="codes in the index (default 10,000,000)")
    parser.add_argument("--write-readme", action="store_true", help="put the table into README.md")
    arguments = parser.parse_args()
    rows: list[report.Row] = []
    for name in PARTS:
        if arguments.only and name not in arguments.only:
            continue
        print(f"Measuring: {name} …", flush=True)
        measure: Callable[..., list[report.Row]] = import_module(f"bench.{name}").measure
        sized = name in {"index", "serve"} and arguments.codes
        given = {"count": arguments.codes} if sized else {}
        rows += measure(**given)
    OUT.mkdir(exist_ok=True)
    report.write_json(rows, OUT / "benchmark.json")
    report.draw(rows, OUT / "benchmark.png")
    if arguments.write_readme:
        report.write_readme(rows)
    report.print_table(rows)
    print(f"\nOn {report.machine()}.\nDrawn: {OUT / 'benchmark.png'}")


main()
