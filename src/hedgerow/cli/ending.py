"""How a command ends when a room refuses."""

from __future__ import annotations

UNCHECKED = 1
"""Some input could not be checked, or the work could not be done."""

USAGE = 2
"""What was asked for makes no sense here."""


def exit_code_of(problem: Exception) -> int | None:
    """The exit code of a problem that the rooms report; None for a fault of ours."""
    from hedgerow import banks, index, matching, media, settings, signals, store

    failed = (
        banks.ImportFailed,
        index.IndexProblem,
        media.WorkerStartError,
        store.StoreProblem,
    )
    wrong = (
        banks.BanksProblem,
        matching.ResultsProblem,
        settings.BadSettings,
        signals.SignalProblem,
    )
    if isinstance(problem, failed):
        return UNCHECKED
    return USAGE if isinstance(problem, wrong) else None
