"""`hedgerow bank import` and `hedgerow bank export`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hedgerow.cli import options

Name = Annotated[str, typer.Argument(metavar="NAME", help="The bank's name.")]


class FormatChoice(StrEnum):
    """How a list is written."""

    LINES = "lines"
    CSV = "csv"
    NDJSON = "ndjson"


_TO_GO_ON = "Nothing of the list counts yet. To go on, give the same command again."


def import_list(
    name: Name,
    path: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The list.", show_default=False)
    ] = None,
    format_choice: Annotated[
        FormatChoice | None,
        typer.Option("--format", "-f", help="Default: by the file's ending.", show_default=False),
    ] = None,
    signal_type: Annotated[
        str, typer.Option("--type", "-t", help="What hashes in a list of lines are.")
    ] = "pdq",
    labels: Annotated[
        list[str] | None, typer.Option("--label", "-l", help="Put on every content.")
    ] = None,
    source: Annotated[str, typer.Option("--source", help="Who it came from.")] = "",
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave bad rows out instead of refusing the list.")
    ] = False,
    abandon: Annotated[
        int | None,
        typer.Option("--abandon", help="Give up the unfinished import of this number instead."),
    ] = None,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Import a list: all of it or nothing; one that was broken off goes on where it stopped."""
    from hedgerow.banks import Format, ImportOptions, ImportRefused
    from hedgerow.cli.ending import UNCHECKED, stoppable
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import print_json, progress, say

    if (path is None) == (abandon is None):
        raise typer.BadParameter("give a file, or --abandon NUMBER, one of the two")
    with opened(home) as place:
        if abandon is not None:
            place.banks.abandon(abandon)
            say(f"Gave up import {abandon}; nothing of it is kept.")
            return
        assert path is not None
        chosen = ImportOptions(
            format=None if format_choice is None else Format(format_choice.value),
            signal_type=signal_type,
            labels=tuple(labels or ()),
            source=source,
            skip_bad=skip_bad,
        )
        try:
            with stoppable(_TO_GO_ON), progress("importing", None) as advance:
                report = place.banks.import_file(name, path, chosen, advance)
        except ImportRefused as refused:
            for row in refused.rows:
                say(f"{path}:{row.line}: {row.reason}")
            if refused.total > len(refused.rows):
                say(f"… and {refused.total - len(refused.rows):,} more")
            say(
                f"error: {refused.total:,} bad rows, so nothing was imported. Correct them, or "
                "leave them out with --skip-bad.",
                style="red",
            )
            raise typer.Exit(UNCHECKED) from None
    record = report.record
    for row in report.bad_rows:
        say(f"left out {path}:{row.line}: {row.reason}")
    if as_json:
        print_json(
            {
                "bank": name,
                "import_id": record.id,
                "added": record.added,
                "duplicates": record.duplicates,
                "bad": record.bad,
                "resumed": report.resumed,
            }
        )
    else:
        went_on = " (went on with an import that was broken off)" if report.resumed else ""
        say(
            f"Imported {record.added:,} contents into {name}{went_on}; {record.duplicates:,} were "
            f"there already, {record.bad:,} bad rows left out."
        )


def export_list(
    name: Name,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write here instead of to the output.")
    ] = None,
    format_choice: Annotated[
        FormatChoice, typer.Option("--format", "-f", help="How to write the list.")
    ] = FormatChoice.NDJSON,
    home: options.Home = None,
) -> None:
    """Export a bank as a list that can be imported again."""
    from hedgerow.banks import Format
    from hedgerow.cli.opening import opened

    with opened(home) as place:
        pieces = place.banks.export(name, Format(format_choice.value))
        if out is None:
            for piece in pieces:
                sys.stdout.write(piece)
            return
        new = out.with_name(out.name + ".new")
        try:
            with new.open("w", encoding="utf-8", newline="") as file:
                file.writelines(pieces)
            new.replace(out)
        finally:
            new.unlink(missing_ok=True)
