"""A scan with one job and with two."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.pictures import photographs
from bench.report import Row
from bench.timing import seconds_each
from hedgerow.banks import Banks
from hedgerow.matching import Matcher, hashing_workers, scan
from hedgerow.media import Limits
from hedgerow.signals import Signal
from hedgerow.store import open_database

GROUP = "Scanning"
FILES = 3000
BANKED = 100


def measure() -> list[Row]:
    photos = photographs()
    files = (photos * (FILES // len(photos) + 1))[:FILES]
    with tempfile.TemporaryDirectory() as folder, \
            open_database(f"sqlite:///{folder}/bench.db") as database:  # fmt: skip
        banks = Banks(database)
        banks.create("bench", action="block")
        with hashing_workers(Limits(), 1, types=["pdq"], variants=False) as workers:
            for outcome in workers.run(photos[:BANKED]):
                assert outcome.value is not None
                signal = outcome.value["signals"]["pdq"]
                banks.add_content("bench", [Signal("pdq", signal["value"], signal["quality"])])
        with Matcher(database, Path(folder) / "index") as matcher:

            def run(jobs: int) -> None:
                found = list(scan(files, matcher, Limits(), jobs=jobs))
                matched = sum(1 for result in found if result.answer["matches"])
                assert len(found) == FILES
                assert matched >= FILES // len(photos) * min(BANKED, len(photos))

            taken = seconds_each({"one": lambda: run(1), "two": lambda: run(2)}, rounds=3)
    ratio = taken["one"] / taken["two"]
    return [
        Row(GROUP, f"scan of {FILES:,} photographs, all sixteen variants, two jobs", "one job",
            FILES / taken["one"], FILES / taken["two"], "files/s", ratio, "≥ 1.7×", ratio >= 1.7)
    ]  # fmt: skip
