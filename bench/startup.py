"""How long it takes until there is an answer at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median

from bench.report import Row
from bench.timing import seconds_each

GROUP = "Start"
ROUNDS = 9


def run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def measure() -> list[Row]:
    hedgerow = str(Path(sys.executable).with_name("hedgerow"))
    inside = "import time; t = time.perf_counter(); import hedgerow; print(time.perf_counter() - t)"
    loading = [float(run([sys.executable, "-c", inside])) for _ in range(ROUNDS)]
    loaded = median(loading)
    asked = seconds_each({"help": lambda: run([hedgerow, "--help"])}, rounds=ROUNDS)["help"]
    return [
        Row(GROUP, "import hedgerow", "", None, loaded, "s", None,
            "< 0.15 s", loaded < 0.15),
        Row(GROUP, "hedgerow --help", "", None, asked, "s", None, "< 0.5 s",
            asked < 0.5),
    ]  # fmt: skip
