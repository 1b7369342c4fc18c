"""How a command ends when a room refuses, or when it is stopped."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import typer

UNCHECKED = 1
"""Some input could not be checked, or the work could not be done."""

USAGE = 2
"""What was asked for makes no sense here."""

INTERRUPTED = 130
"""Stopped by Ctrl-C."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def stoppable(how_to_go_on: str) -> Iterator[None]:
    """End with a word on how to go on where Ctrl-C stops what is done inside."""
    from hedgerow.cli.output import say

    try:
        yield
    except KeyboardInterrupt:
        say(f"Stopped. {how_to_go_on}")
        raise typer.Exit(INTERRUPTED) from None


def message_of(problem: Exception) -> str:
    """What is told of a problem: what it is, and what to do next."""
    if not isinstance(problem, OSError):
        return str(problem)
    where = f"{problem.filename}: " if problem.filename is not None else ""
    next_step = (
        "make room, or choose another place"
        if problem.errno in _FULL
        else "check that it exists and that you may read and write there"
    )
    return f"{where}{problem.strerror}; {next_step}"


def exit_code_of(problem: Exception) -> int | None:
    """The exit code of a problem that the rooms report; None for a fault of ours."""
    from hedgerow import (
        accounts,
        banks,
        cases,
        index,
        matching,
        media,
        settings,
        signals,
        store,
        survivors,
        web,
    )

    failed = (
        banks.ImportFailed,
        index.IndexProblem,
        media.WorkerStartError,
        store.StoreProblem,
    )
    wrong = (
        accounts.AccountsProblem,
        banks.BanksProblem,
        cases.CasesProblem,
        matching.ResultsProblem,
        settings.BadSettings,
        signals.SignalProblem,
        survivors.UnfitBank,
        web.BadFile,
        web.BadListening,
    )
    # A file or a full disk of the caller's, not a fault of ours.
    theirs = isinstance(problem, OSError) and (problem.filename or problem.errno in _FULL)
    if theirs or isinstance(problem, failed):
        return UNCHECKED
    return USAGE if isinstance(problem, wrong) else None
