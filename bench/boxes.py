"""The picture inside the picture: what is found, at what cost, and what is mistaken.

`python -m bench.boxes [--most N] [--write]`: edits photographs so that they stand inside another
picture, looks each up under the PDQ of the whole and of its boxes, and measures the cost of both
against that of one PDQ and one lookup. With --write the tables go into docs/boxes.md.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image

from bench.framing import EDITS
from bench.index import some_codes
from bench.pictures import photographs
from bench.report import ROOT, Row, put_between
from hedgerow.index import Index, codes_from_hex
from hedgerow.media import File, Limits
from hedgerow.signals import Computed
from hedgerow.signals.pdq import MINIMUM_QUALITY, PDQ, pdq_of_file

GROUP = "Boxes"
RADIUS = 31
CODES = 1_000_000
MOST = 250
TIMED, ROUNDS = 60, 7
COSTED = (
    "frame 10 %, white",
    "letterbox 10 %",
    "caption above 25 %, white",
    "screenshot, light",
    "screenshot of a framed picture",
    "on its own blurred picture",
)
GOAL = 2.5
BEGIN, END = "<!-- measured: made by `python -m bench.boxes --write` -->", "<!-- end -->"


def as_jpeg(picture: Image.Image) -> bytes:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=90)
    return data.getvalue()


def hashed(data: bytes) -> Computed:
    return PDQ.compute(File(data, Limits()))


def whole_codes(computed: Computed) -> np.ndarray:
    return codes_from_hex([computed.value, *computed.variants.values()])


def region_codes(computed: Computed) -> np.ndarray:
    values = [
        value
        for region in computed.regions
        for value in (region.value, *region.variants.values())
    ]  # fmt: skip
    return codes_from_hex(values) if values else np.empty((0, 4), np.uint64)


@dataclass
class Banked:
    """The originals of some quality, each by the number of its photograph."""

    files: list[bytes]
    numbers: list[int] = field(default_factory=list)
    codes: np.ndarray = field(default_factory=lambda: np.empty((0, 4), np.uint64))

    def __post_init__(self) -> None:
        found = [pdq_of_file(File(data, Limits())) for data in self.files]
        self.numbers = [
            n for n, (_value, quality) in enumerate(found) if quality >= MINIMUM_QUALITY
        ]
        self.codes = codes_from_hex([found[number][0] for number in self.numbers])

    def distances(self, codes: np.ndarray) -> np.ndarray:
        """Of each banked code to the nearest of these; 256 where there are none."""
        if not len(codes):
            return np.full(len(self.codes), 256)
        apart = np.bitwise_count(self.codes[:, np.newaxis] ^ codes[np.newaxis]).sum(axis=2)
        nearest: np.ndarray = apart.min(axis=1)
        return nearest


@dataclass
class Found:
    """What became of one edit: distances to the original, and to the nearest other picture."""

    whole: list[int] = field(default_factory=list)
    tier: list[int] = field(default_factory=list)
    others_whole: list[int] = field(default_factory=list)
    others_boxes: list[int] = field(default_factory=list)
    boxes: list[int] = field(default_factory=list)

    def add(self, banked: Banked, own: int | None, computed: Computed) -> None:
        whole = banked.distances(whole_codes(computed))
        regions = banked.distances(region_codes(computed))
        self.boxes.append(len(computed.regions))
        if own is not None:
            self.whole.append(int(whole[own]))
            self.tier.append(int(min(whole[own], regions[own])))
            whole[own] = regions[own] = 256
        self.others_whole.append(int(whole.min()))
        self.others_boxes.append(int(regions.min()))


def share(distances: Sequence[int]) -> float:
    return 100 * float((np.array(distances) <= RADIUS).mean())


def edits(banked: Banked, most: int) -> dict[str, Found]:
    """Each edit of photographs of odd number: those of even number were for the tuning."""
    positions = [at for at, number in enumerate(banked.numbers) if number % 2][:most]
    found = {name: Found() for name in EDITS}
    for at in positions:
        with Image.open(io.BytesIO(banked.files[banked.numbers[at]])) as opened:
            picture = opened.convert("RGB")
        for which, (name, edit) in enumerate(EDITS.items()):
            edited = edit(picture, np.random.default_rng([which, at]))
            found[name].add(banked, at, hashed(as_jpeg(edited)))
    return found


def plain(banked: Banked) -> Found:
    """All photographs as they are."""
    found = Found()
    own = {number: at for at, number in enumerate(banked.numbers)}
    for number, data in enumerate(banked.files):
        found.add(banked, own.get(number), hashed(data))
    return found


def seconds(
    contenders: dict[str, Callable[[bytes], object]], files: list[bytes]
) -> dict[str, float]:
    """Median processor seconds a file; the contenders take turns."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS + 1):
        for name, run in contenders.items():
            start = time.process_time()
            for data in files:
                run(data)
            taken[name].append((time.process_time() - start) / len(files))
    return {name: median(times[1:]) for name, times in taken.items()}


def large(files: list[bytes]) -> list[bytes]:
    """Of 12 megapixels, as a phone's camera makes them."""
    sized = []
    for data in files[:4]:
        with Image.open(io.BytesIO(data)) as opened:
            upright = opened.height > opened.width
            sized.append(as_jpeg(opened.resize((3024, 4032) if upright else (4032, 3024))))
    return sized


def cost(files: list[bytes]) -> dict[str, tuple[dict[str, float], float]]:
    """By kind of file: milliseconds of each way to look up, and boxes a file."""
    kinds = {"photographs": files[:: max(1, len(files) // TIMED)], "12 megapixels": large(files)}
    for name in COSTED:
        edited = []
        for number, data in enumerate(files[1:TIMED:2]):
            with Image.open(io.BytesIO(data)) as opened:
                rng = np.random.default_rng(number)
                edited.append(as_jpeg(EDITS[name](opened.convert("RGB"), rng)))
        kinds[name] = edited
    with tempfile.TemporaryDirectory() as folder, Index.open(Path(folder) / "index") as index:
        index.add(some_codes(CODES, seed=1), np.arange(CODES))
        index.maintain()

        def one(data: bytes) -> None:
            value, _quality = pdq_of_file(File(data, Limits()))
            index.search(codes_from_hex([value]), RADIUS)

        def tier(data: bytes) -> None:
            computed = hashed(data)
            index.search(np.concatenate([whole_codes(computed), region_codes(computed)]), RADIUS)

        result = {}
        for name, kind in kinds.items():
            taken = seconds({"one": one, "tier": tier}, kind)
            boxes = float(np.mean([len(hashed(data).regions) for data in kind]))
            result[name] = ({way: 1000 * each for way, each in taken.items()}, boxes)
    return result


def cost_table(costs: dict[str, tuple[dict[str, float], float]]) -> list[str]:
    lines = [
        "| file | one PDQ, one lookup | the whole tier | ratio | boxes a file |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, (taken, boxes) in costs.items():
        times = f"{taken['one']:.2f} ms | {taken['tier']:.2f} ms"
        lines.append(f"| {name} | {times} | {taken['tier'] / taken['one']:.2f}× | {boxes:.2f} |")
    return lines


def edit_table(found: dict[str, Found]) -> list[str]:
    lines = [
        "| edit | whole picture | with boxes | boxes a file | nearest other, by a box |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, each in found.items():
        lines.append(
            f"| {name} | {share(each.whole):.1f} % | {share(each.tier):.1f} % "
            f"| {np.mean(each.boxes):.2f} | {min(each.others_boxes)} bits |"
        )
    return lines


def page(most: int) -> str:
    files = [path.read_bytes() for path in photographs()]
    banked = Banked(files)
    found, unedited = edits(banked, most), plain(banked)
    count = len(next(iter(found.values())).tier)
    wrong = sum((np.array(each.others_boxes) <= RADIUS).sum() for each in found.values())
    mean = np.mean([share(each.tier) for each in found.values()])
    with_boxes = np.array(unedited.boxes)
    spread = ", ".join(f"{(with_boxes == n).sum()} with {n}" for n in range(with_boxes.max() + 1))
    edited = (
        f"{count} photographs of quality {MINIMUM_QUALITY} or more, each edited, saved as a JPEG "
        f"of quality 90 and looked up; found is what is within {RADIUS} bits. The mean over all "
        f"edits is {mean:.1f} % with boxes. Boxes taken for another of the {len(banked.codes)} "
        f"banked photographs: {wrong}."
    )
    as_they_are = (
        f"Of {len(files)} photographs as they are: {spread} boxes. The nearest other photograph is "
        f"{min(unedited.others_boxes)} bits from any of these boxes, and "
        f"{min(unedited.others_whole)} bits from any whole photograph."
    )
    times = f"Processor time from a JPEG's bytes to the answer, {CODES:,} random codes banked."
    parts = [
        *edit_table(found),
        "",
        edited,
        "",
        as_they_are,
        "",
        *cost_table(cost(files)),
        "",
        times,
    ]
    return "\n".join(parts)


def measure() -> list[Row]:
    """The cost alone: for the table of all benchmarks."""
    rows = []
    for name, (taken, _boxes) in cost([path.read_bytes() for path in photographs()]).items():
        ratio = taken["tier"] / taken["one"]
        goal = f"≤ {GOAL}×" if name == "photographs" else ""
        rows.append(
            Row(GROUP, f"JPEG bytes to all lookups: {name}", "one PDQ, one lookup", taken["one"],
                taken["tier"], "ms", ratio, goal, ratio <= GOAL if goal else None)
        )  # fmt: skip
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.boxes", description=__doc__)
    parser.add_argument("--most", type=int, default=MOST, help=f"photographs edited ({MOST})")
    parser.add_argument("--write", action="store_true", help="put it into docs/boxes.md")
    arguments = parser.parse_args()
    found = page(arguments.most)
    print(found)
    if arguments.write:
        put_between(ROOT / "docs" / "boxes.md", BEGIN, END, found)


if __name__ == "__main__":
    main()
