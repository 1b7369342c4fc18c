"""`hedgerow eval`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hedgerow.cli import options

if TYPE_CHECKING:
    from rich.table import Table


def evaluate_files(
    folder: Annotated[
        Path | None,
        typer.Argument(help="A folder of pictures and videos; it is only read.", file_okay=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write results, tables, plots and a page here."),
    ] = None,
    edits: Annotated[
        str | None,
        typer.Option("--edits", help="Only these edits, by name, with commas between them."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=2, help="Use at most this many files, chosen by chance."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another number: other chance.")] = 0,
    plots: Annotated[
        bool, typer.Option("--plots/--no-plots", help="Draw plots (needs the extra eval).")
    ] = True,
    peers: Annotated[
        bool,
        typer.Option("--peers/--no-peers", help="Measure other people's hashes where installed."),
    ] = True,
    names: Annotated[
        bool, typer.Option("--names", help="Name the files that were missed or mistaken.")
    ] = False,
    show: Annotated[bool, typer.Option("--list", help="Only show the edits.")] = False,
    jobs: options.Jobs = None,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Measure what is found, and what is mistaken, on edited copies of your own files."""
    if show:
        _show_suite(as_json=as_json)
        return
    from hedgerow.cli.ending import USAGE
    from hedgerow.cli.output import say
    from hedgerow.evaluation import EvaluationProblem, Options, chosen, require_plots, write
    from hedgerow.evaluation import as_json as results_of
    from hedgerow.settings import load_settings

    if folder is None or not folder.is_dir():
        raise typer.BadParameter("name a folder of pictures or videos to measure with")
    settings = load_settings(home)
    try:
        pictures, videos = chosen(None if edits is None else edits.replace(",", " ").split())
        if out is not None and plots:
            require_plots()
        asked = Options(
            edits=pictures,
            video_edits=videos,
            limit=limit,
            jobs=jobs or settings.resolved_jobs,
            seed=seed,
            peers=peers,
            media=settings.media,
            matching=settings.matching,
        )
        results = results_of(_evaluated(folder, asked), names=names)
    except EvaluationProblem as problem:
        say(f"error: {problem}", style="red")
        raise typer.Exit(USAGE) from None
    written = [] if out is None else write(results, out, plots=plots)
    _tell(results, written, as_json=as_json)


def _show_suite(*, as_json: bool) -> None:
    from hedgerow.cli.output import print_json, print_line
    from hedgerow.evaluation import SUITE

    for edit in SUITE:
        if as_json:
            told = {"key": edit.key, "name": edit.name, "goal": edit.goal}
            print_json(told | {"parameters": edit.parameters})
        else:
            goal = "" if edit.goal is None else f"{100 * edit.goal:.0f} %"
            print_line(f"{edit.key:<34} {goal:>5}  {edit.parameters}")


def _evaluated(folder: Path, asked: Any) -> Any:
    """The evaluation, with a bar for each of its stages."""
    from contextlib import ExitStack

    from hedgerow.cli.ending import stoppable
    from hedgerow.cli.output import progress
    from hedgerow.evaluation import evaluate

    bars: dict[str, Any] = {}
    with stoppable("Nothing is kept of what was done."), ExitStack() as stack:

        def advance(what: str, done: int, total: int | None) -> None:
            if what not in bars:
                stack.close()  # the bar of the stage before
                bars[what] = stack.enter_context(progress(what, total))
            bars[what](done, total)

        return evaluate(folder, asked, advance)


def _tell(results: dict[str, Any], written: list[Path], *, as_json: bool) -> None:
    from hedgerow.cli.output import print_json, say, stdout
    from hedgerow.evaluation import (
        IMPOSTOR_HEADINGS,
        KINDS,
        headings,
        impostor_rows,
        rows,
        summary,
    )

    for problem in results["problems"]:
        say(problem, style="yellow")
    refused = results["files"]["refused"]
    if refused:
        told = ", ".join(f"{count:,} {code}" for code, count in refused.items())
        say(f"Of {results['files']['seen']:,} files some could not be used: {told}.")
    if as_json:
        print_json(results)
    for kind in KINDS:
        population = results[kind]
        if population is None or as_json:
            continue
        stdout.print(_table(headings(population), rows(population)))
        stdout.print()
        stdout.print(_table(IMPOSTOR_HEADINGS, impostor_rows(population)))
        stdout.print()
        say(f"{summary(population, kind)}.")
    for path in written:
        say(f"Written: {path}")


def _table(head: list[str], body: list[list[str]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    for at, heading in enumerate(head):
        table.add_column(heading, justify="right" if at else "left", overflow="fold")
    for row in body:
        table.add_row(*map(Text, row), style="red" if "NO" in row else None)
    return table
