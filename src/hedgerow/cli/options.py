"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="The folder that holds everything a run keeps (HEDGEROW_HOME). Default: ~/.hedgerow.",
        show_default=False,
        file_okay=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", min=1, show_default=False, help="Worker processes. Default: one a core."
    ),
]
Paths = Annotated[
    list[Path], typer.Argument(metavar="PATH…", help="Files, and folders with all that is in them.")
]
OnlyBanks = Annotated[
    list[str] | None,
    typer.Option("--bank", "-b", help="Compare with this bank only; may be given several times."),
]


def listed(paths: list[Path]) -> tuple[list[Path], list[dict[str, Any]]]:
    """Every file that is meant, and a record for each folder that could not be read."""
    from hedgerow.matching import files_under

    unreadable: list[dict[str, Any]] = []

    def note(folder: Path, problem: OSError) -> None:
        message = f"this folder can't be read ({problem.strerror}); check its permissions"
        unreadable.append(
            {"path": str(folder), "error": {"code": "unreadable", "message": message}}
        )

    return list(files_under(paths, note)), unreadable
