"""What people see: bars on a terminal, tables, plain lines in a pipe."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

VERDICT_STYLES = {
    "block": "bold red",
    "review": "yellow",
    "record": "cyan",
    "clear": "green",
    "unchecked": "magenta",
}

TEST_STYLE = "dim"
"""Of what the test picture gives."""

PIPE_COLUMNS = 10_000
"""In a pipe a line of a table stays one line, however long the file's name is."""

stdout = Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_COLUMNS)
stderr = Console(stderr=True, highlight=False)


def say(message: str, style: str | None = None) -> None:
    """Tell people something that is not the command's answer."""
    lines = "\n".join(map(plain, message.split("\n")))
    stderr.print(lines, style=style, markup=False, soft_wrap=True)


def print_json(record: Mapping[str, Any]) -> None:
    """One JSON object on a line of its own."""
    sys.stdout.write(json.dumps(record) + "\n")


def plain(text: str) -> str:
    """`text` without anything that a terminal would obey: file names may be anything."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def print_line(text: str) -> None:
    """One line of the command's answer, whatever is in it."""
    sys.stdout.write(plain(text) + "\n")


def _bar(*columns: ProgressColumn, transient: bool = False) -> Progress:
    return Progress(
        *columns,
        console=stderr,
        disable=not stderr.is_terminal,
        transient=transient,
        # Lines of the answer go above the bar, but into a file or pipe just as they are.
        redirect_stdout=stdout.is_terminal,
    )


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """The rate, or nothing while it is not known."""
        return Text("" if task.speed is None else f"{task.speed:,.0f}/s", style="cyan")


@contextmanager
def progress(description: str, total: int | None) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on stderr with rate and remaining time; nothing where stderr is no terminal.

    Gives a function (done, total) to call as the work goes on.
    """
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with _bar(*columns) as bar:
        task = bar.add_task(description, total=total)
        yield lambda done, known: bar.update(task, completed=done, total=known)


@contextmanager
def counting(description: str) -> Iterator[Callable[[int], None]]:
    """A count on stderr that is only shown once there is something to count."""
    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed:,.0f}"), _Rate())
    with _bar(*columns, transient=True) as bar:
        task = bar.add_task(description, total=None, visible=False)

        def advance(more: int) -> None:
            bar.update(task, advance=more, visible=True)

        yield advance


@contextmanager
def waiting(description: str) -> Iterator[None]:
    """Say on a terminal's stderr what is being waited for."""
    if not stderr.is_terminal:
        yield
        return
    with stderr.status(description):
        yield
