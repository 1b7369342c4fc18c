"""`hedgerow eval`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from hedgerow.cli import options

MOST_NAMED = 50
"""Files that are listed by name in the terminal."""

GAP, FIRST = 2, 20
"""Characters between two columns, and of the first one at least."""


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
    local: Annotated[
        bool, typer.Option("--local/--no-local", help="Measure a bank that keeps landmarks.")
    ] = True,
    surroundings: Annotated[
        bool | None,
        typer.Option(
            "--surroundings/--no-surroundings",
            help="Compare pictures in the same surroundings. Default: unless --edits is given.",
            show_default=False,
        ),
    ] = None,
    plots: Annotated[
        bool, typer.Option("--plots/--no-plots", help="Draw plots (needs the extra eval).")
    ] = True,
    peers: Annotated[
        bool,
        typer.Option("--peers/--no-peers", help="Measure other people's hashes where installed."),
    ] = True,
    names: Annotated[
        bool, typer.Option("--names", help="List by name what was missed or mistaken.")
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
    from hedgerow.evaluation import (
        SURROUNDINGS,
        EvaluationProblem,
        Options,
        chosen,
        require_folder,
        require_plots,
        write,
    )
    from hedgerow.evaluation import as_json as results_of
    from hedgerow.settings import load_settings

    if folder is None:
        raise typer.BadParameter("name a folder of pictures or videos to measure with")
    if not folder.is_dir():
        raise typer.BadParameter(f"there is no folder {folder}; name one of pictures or videos")
    settings = load_settings(home)
    if surroundings is None:
        surroundings = edits is None
    try:
        pictures, videos = chosen(None if edits is None else edits.replace(",", " ").split())
        if out is not None:
            if plots:
                require_plots()
            require_folder(out, folder)
        asked = Options(
            edits=pictures,
            video_edits=videos,
            surroundings=SURROUNDINGS if surroundings else (),
            limit=limit,
            jobs=jobs or settings.resolved_jobs,
            seed=seed,
            peers=peers,
            local=local,
            media=settings.media,
            matching=settings.matching,
            without=out,
            sealed=settings.resolved_sealed_index.parent,
        )
        results = results_of(_evaluated(folder, asked), names=names)
    except EvaluationProblem as problem:
        say(f"error: {problem}", style="red")
        raise typer.Exit(USAGE) from None
    _tell(results, as_json=as_json)
    if out is not None:
        # Only now: what was measured is told, whatever becomes of the files.
        for path in write(results, out, plots=plots):
            say(f"Written: {path}")


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
    with stoppable("Nothing is kept of what was done."), _stopped_cleanly(), ExitStack() as stack:

        def advance(what: str, done: int, total: int | None) -> None:
            if what not in bars:
                stack.close()  # the bar of the stage before
                bars[what] = stack.enter_context(progress(what, total))
            bars[what](done, total)

        return evaluate(folder, asked, advance)


@contextmanager
def _stopped_cleanly() -> Iterator[None]:
    """Let SIGTERM, and the end of the terminal, stop what is done inside as Ctrl-C does.

    They would end the process at once otherwise, and the key and the hashes would stay behind. A
    second one is ignored, so that it doesn't stop the tidying.
    """
    import signal

    numbers = [
        each
        for each in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(each) is signal.SIG_DFL  # nohup has it ignored
    ]

    def stop(_number: int, _frame: object) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in numbers:
        signal.signal(each, stop)
    try:
        yield
    finally:
        for each in numbers:
            signal.signal(each, signal.SIG_DFL)


def _tell(results: dict[str, Any], *, as_json: bool) -> None:
    from hedgerow.cli.output import print_json, say
    from hedgerow.evaluation import KINDS

    for problem in results["problems"]:
        say(problem, style="yellow")
    refused = results["files"]["refused"]
    if refused:
        told = ", ".join(f"{count:,} {code}" for code, count in refused.items())
        say(f"Of {results['files']['seen']:,} files some could not be used: {told}.")
    if as_json:
        print_json(results)
        return
    for kind in KINDS:
        if results[kind] is not None:
            _tell_kind(results, kind)


def _tell_kind(results: dict[str, Any], kind: str) -> None:
    from hedgerow.cli.output import say, stdout
    from hedgerow.evaluation import (
        IMPOSTOR_HEADINGS,
        SURROUNDINGS_TITLE,
        headings,
        impostor_rows,
        named_tables,
        rows,
        summary,
        surrounding_headings,
        surrounding_rows,
    )

    population = results[kind]
    _print_table(headings(population), rows(population))
    _print_table(IMPOSTOR_HEADINGS, impostor_rows(population))
    if population["surroundings"]:
        stdout.print(f"{SURROUNDINGS_TITLE}:")
        _print_table(surrounding_headings(population), surrounding_rows(population))
    for title, head, body in named_tables(results, population):
        stdout.print(f"{title}:")
        _print_table(head, body[:MOST_NAMED], names=True)
        if len(body) > MOST_NAMED:
            say(f"… and {len(body) - MOST_NAMED:,} more; --out writes all of them.")
    say(f"{summary(population, kind)}.")


def _print_table(head: list[str], body: list[list[str]], *, names: bool = False) -> None:
    """A table and an empty line; columns on the right are left out where they don't fit.

    names: its cells are names, which may be broken where a number may not.
    """
    from rich.table import Table
    from rich.text import Text

    from hedgerow.cli.output import plain, say, stdout

    body = [[*map(plain, row)] for row in body]
    cells = [[head[at], *(row[at] for row in body)] for at in range(len(head))]
    widths: list[int | None] = [None] * len(head)
    shown = len(head)
    if not names and sum(max(map(len, each)) + GAP for each in cells) > stdout.width:
        # Headings may be broken between words; a number never is.
        narrow = [max(_longest_word(each[0]), *map(len, each[1:])) for each in cells]
        narrow[0] = min(narrow[0], max(FIRST, stdout.width // 3))
        left = stdout.width
        for shown, width in enumerate(narrow):  # noqa: B007  # how many fit is what is sought
            left -= width + GAP
            if left < -GAP:
                break
        else:
            shown = len(head)
        widths = [*narrow]
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim")
    for at in range(shown):
        is_first = at == 0
        table.add_column(
            head[at], justify="left" if is_first else "right", overflow="fold", width=widths[at]
        )
    for row in body:
        table.add_row(*map(Text, row[:shown]), style="red" if "NO" in row else None)
    stdout.print(table)
    stdout.print()
    if shown < len(head):
        missing = ", ".join(head[shown:])
        say(f"No room for: {missing}. A wider window shows them; --out and --json have them.")


def _longest_word(text: str) -> int:
    return max(map(len, text.split()))
