"""What the rooms raise, as problems: the one table of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TypeVar

from hedgerow import (
    accounts,
    banks,
    cases,
    fetch,
    index,
    matching,
    media,
    signals,
    store,
    survivors,
)
from hedgerow.web.problems import MAX_DETAIL, Code, Problem

Value = TypeVar("Value")

_log = logging.getLogger(__name__)

_CODES: Mapping[type[Exception], Code] = {
    banks.BanksProblem: Code.INVALID,
    banks.BankExists: Code.BANK_EXISTS,
    banks.NoSuchBank: Code.NO_SUCH_BANK,
    banks.NoSuchContent: Code.NO_SUCH_CONTENT,
    banks.ExportBroken: Code.IMPORT_BROKEN,
    banks.ImportBroken: Code.IMPORT_BROKEN,
    banks.ImportRefused: Code.IMPORT_REFUSED,
    banks.NoSuchImport: Code.NO_SUCH_IMPORT,
    banks.NumbersUsedUp: Code.UNAVAILABLE,
    accounts.AccountsProblem: Code.INVALID,
    accounts.NoSuchKey: Code.NO_SUCH_KEY,
    cases.CasesProblem: Code.INVALID,
    cases.NoSuchCase: Code.NO_SUCH_CASE,
    cases.NoSuchWebhook: Code.NOT_FOUND,
    cases.NoSuchDelivery: Code.NOT_FOUND,
    survivors.SurvivorsProblem: Code.INVALID,
    survivors.NoSuchOwnCase: Code.NOT_FOUND,
    signals.SignalProblem: Code.INVALID,
    fetch.FetchRefused: Code.FETCH_REFUSED,
    matching.Overloaded: Code.OVERLOADED,
    store.StoreProblem: Code.UNAVAILABLE,
    index.IndexProblem: Code.UNAVAILABLE,
    media.WorkerStartError: Code.UNAVAILABLE,
    media.WorkersClosedError: Code.UNAVAILABLE,
}

_INNER: Mapping[type[Exception], str] = {
    store.DatabaseBusy: "another change of the database takes long; try again",
    store.StoreProblem: "the database can't be used now; the service's log says why; try again",
    index.IndexProblem: "the index can't be used now; the service's log says why; try again",
    media.WorkerStartError: "no process can be had to hash files; try again",
    media.WorkersClosedError: "the service is ending; try again",
}
"""Told instead of the message, which is for whoever runs the service, and goes to its log."""

FAILURES = tuple(_CODES)
"""All that `problem_of` knows; what is raised may be a subclass."""


def problem_of(error: Exception, retry_seconds: int) -> Problem:
    """The problem to answer where a room raised `error`, which is one of `FAILURES`."""
    code = _found(_CODES, error)
    assert code is not None
    detail = error.message if isinstance(error, fetch.FetchRefused) else str(error)
    if (inner := _found(_INNER, error)) is not None:
        _log.warning("a request could not be answered: %s", error)
        detail = inner
    again = code in (Code.UNAVAILABLE, Code.OVERLOADED)
    headers = {"Retry-After": str(retry_seconds)} if again else {}
    extra = _found(_EXTRA, error)
    told = {} if extra is None else extra(error)
    return Problem(code, detail[:MAX_DETAIL], headers=headers, **told)


def _refused_rows(error: Exception) -> dict[str, object]:
    assert isinstance(error, banks.ImportRefused)
    return {"total": error.total, "rows": [vars(row) for row in error.rows]}


def _reason(error: Exception) -> dict[str, object]:
    assert isinstance(error, fetch.FetchRefused)
    return {"reason": str(error.code)}


_EXTRA: Mapping[type[Exception], Callable[[Exception], dict[str, object]]] = {
    banks.ImportRefused: _refused_rows,
    fetch.FetchRefused: _reason,
}


def _found(table: Mapping[type[Exception], Value], error: Exception) -> Value | None:
    return next((table[kind] for kind in type(error).__mro__ if kind in table), None)
