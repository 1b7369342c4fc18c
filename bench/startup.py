"""How long it takes until there is an answer at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench.report import Row
from bench.timing import seconds_each

GROUP = "Start"


def measure() -> list[Row]:
    hedgerow = str(Path(sys.executable).with_name("hedgerow"))
    commands = {
        "nothing": [sys.executable, "-c", "pass"],
        "import": [sys.executable, "-c", "import hedgerow"],
        "help": [hedgerow, "--help"],
    }
    taken = seconds_each(
        {
            name: lambda command=command: subprocess.run(command, check=True, capture_output=True)
            for name, command in commands.items()
        },
        rounds=9,
    )
    loaded = max(0.0, taken["import"] - taken["nothing"])
    return [
        Row(GROUP, "import hedgerow, Python's own start left out", "", None, loaded, "s", None,
            "< 0.15 s", loaded < 0.15),
        Row(GROUP, "hedgerow --help", "", None, taken["help"], "s", None, "< 0.5 s",
            taken["help"] < 0.5),
    ]  # fmt: skip
