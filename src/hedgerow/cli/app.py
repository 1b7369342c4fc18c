"""The command line's front: its commands, and how it ends.

Importing this loads no room: each command imports what it needs when it runs, so that `--help`
answers at once.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated

import typer

from hedgerow import __version__
from hedgerow.cli import (
    audit,
    bank,
    cases,
    config,
    database,
    demo,
    evaluating,
    hashing,
    keys,
    matching,
    scanning,
    sentinel,
    serve,
    users,
)
from hedgerow.lazy import start_swiftly

app = typer.Typer(
    name="hedgerow",
    help="Recognise known pictures, even edited ones, and keep the lists they are known by.",
    epilog="Exit codes: 0 fine, 1 some input could not be checked, 2 wrong usage.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("hash")(hashing.hash_files)
app.command("match")(matching.match)
app.command("scan")(scanning.scan_files)
app.command("serve")(serve.serve)
app.command("sentinel")(sentinel.sentinel)
app.command("eval")(evaluating.evaluate_files)
app.command("demo")(demo.demo)
app.add_typer(audit.app, name="audit")
app.add_typer(bank.app, name="bank")
app.add_typer(cases.app, name="case")
app.add_typer(config.app, name="config")
app.add_typer(database.app, name="db")
app.add_typer(keys.app, name="key")
app.add_typer(users.app, name="user")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"hedgerow {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _version_asked: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line. What the rooms refuse becomes one line that says what to do."""
    start_swiftly()
    from hedgerow.cli.ending import UNCHECKED, exit_code_of, message_of

    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name that can't be shown in the terminal's encoding is no reason to stop.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does: not all of it was told.
        _let_go_of_stdout()
        sys.exit(UNCHECKED)
    except Exception as problem:
        code = exit_code_of(problem)
        if code is None:
            raise
        from hedgerow.cli.output import say

        say(f"error: {message_of(problem)}", style="red")
        _let_go_of_stdout()
        sys.exit(code)


def _let_go_of_stdout() -> None:
    """What is still to be written goes nowhere, where writing has failed."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
