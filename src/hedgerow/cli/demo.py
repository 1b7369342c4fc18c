"""`hedgerow demo`: the main job on real photographs, in a folder of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

MARK = ".hedgerow-demo"
"""Says that a folder was made by the demo, which may then make it anew."""


def demo(
    folder: Annotated[
        Path, typer.Argument(help="Where to put it; made anew each time.", file_okay=False)
    ] = Path("hedgerow-demo"),
) -> None:
    """See it work: bank some photographs, scan edits of them and others, read the report."""
    from hedgerow.cli import bank, bank_content, demo_pictures, scanning
    from hedgerow.cli.ending import UNCHECKED, USAGE
    from hedgerow.cli.output import say

    try:
        source = demo_pictures.photographs()
    except demo_pictures.NoPhotographs as problem:
        say(f"error: {problem}", style="red")
        raise typer.Exit(USAGE) from None
    if folder.exists() and not (folder / MARK).exists() and any(folder.iterdir()):
        say(f"error: {folder} is not the demo's; name another folder", style="red")
        raise typer.Exit(USAGE)
    if folder.exists():
        shutil.rmtree(folder)
    # The demo's bank is no bank to match real uploads with.
    os.environ.pop("HEDGEROW_DATABASE_URL", None)
    home, uploads, report = folder / "home", folder / "uploads", folder / "report.html"
    uploads.mkdir(parents=True)
    (folder / MARK).touch()
    _step(f"hedgerow bank create known --action block --home {home}")
    bank.create("known", bank.ActionChoice.BLOCK, description="photographs to recognise", home=home)
    banked = [source / name for name in demo_pictures.BANKED]
    _step(f"hedgerow bank add known …{len(banked)} photographs… --home {home}")
    bank_content.add("known", banked, source="scikit-image", home=home)
    count = demo_pictures.make_uploads(source, uploads)
    _step(
        f"hedgerow scan {uploads} --report {report} --home {home}",
        f"{count} uploads: edits of the banked photographs, others, a damaged file, two that are "
        "no pictures",
    )
    try:
        scanning.scan_files([uploads], report=report, home=home)
    except typer.Exit as ended:
        if ended.exit_code != UNCHECKED:
            raise
        # Two of the uploads can't be checked, as told above: for a scan that is exit code 1.
        say("(exit code 1: some uploads could not be checked, and are not called clear)")
    say(
        f"\nOpen {report} in a browser to see each match drawn."
        "\nThe same on pictures of your own:\n"
        f"  .venv/bin/hedgerow bank add known SOME-OF-YOUR-PICTURES --home {home}\n"
        f"  .venv/bin/hedgerow scan ANY-FOLDER --report my-report.html --home {home}"
    )


def _step(command: str, about: str = "") -> None:
    from hedgerow.cli.output import say

    say(f"\n$ {command}", style="bold")
    if about:
        say(about, style="dim")
