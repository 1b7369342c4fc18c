"""A scan with one job and with two."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image

from bench.pictures import photographs
from bench.report import Row
from bench.timing import seconds_each
from hedgerow.banks import Banks
from hedgerow.matching import Matcher, hashing_workers, scan
from hedgerow.media import Limits
from hedgerow.signals import Signal
from hedgerow.store import open_database

GROUP = "Scanning"
SMALL_FILES = 3000
LARGE_FILES = 600
LARGE_WIDTH = 1600
BANKED = 100


def enlarged(photos: list[Path], folder: Path) -> list[Path]:
    """The photographs in the size of an ordinary upload."""
    made = []
    for path in photos:
        with Image.open(path) as opened:
            height = round(LARGE_WIDTH * opened.height / opened.width)
            larger = opened.convert("RGB").resize((LARGE_WIDTH, height), Image.Resampling.BICUBIC)
        made.append(folder / path.name)
        larger.save(made[-1], "JPEG", quality=85)
    return made


def repeated(photos: list[Path], count: int) -> list[Path]:
    return (photos * (count // len(photos) + 1))[:count]


def two_against_one(what: str, files: list[Path], matcher: Matcher) -> Row:
    def run(jobs: int) -> None:
        found = list(scan(files, matcher, Limits(), jobs=jobs))
        assert len(found) == len(files)
        assert any(result.answer["matches"] for result in found)

    taken = seconds_each({"one": lambda: run(1), "two": lambda: run(2)}, rounds=5)
    ratio = taken["one"] / taken["two"]
    return Row(GROUP, f"scan of {what}, sixteen lookups each, two jobs", "one job",
               len(files) / taken["one"], len(files) / taken["two"], "files/s", ratio, "≥ 1.7×",
               ratio >= 1.7)  # fmt: skip


def measure() -> list[Row]:
    photos = photographs()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large = enlarged(photos[:BANKED], folder)
        with open_database(f"sqlite:///{folder}/bench.db") as database:
            banks = Banks(database)
            banks.create("bench", action="block")
            with hashing_workers(Limits(), 1, types=["pdq"], variants=False) as workers:
                for outcome in workers.run(photos[:BANKED]):
                    assert outcome.value is not None
                    signal = outcome.value["signals"]["pdq"]
                    banks.add_content("bench", [Signal("pdq", signal["value"], signal["quality"])])
            with Matcher(database, folder / "index") as matcher:
                return [
                    two_against_one(
                        f"{LARGE_FILES:,} photographs {LARGE_WIDTH} pixels wide",
                        repeated(large, LARGE_FILES),
                        matcher,
                    ),
                    two_against_one(
                        f"{SMALL_FILES:,} photographs as they are",
                        repeated(photos, SMALL_FILES),
                        matcher,
                    ),
                ]
