"""Asking until there is an answer, without sending anything: the two clients do what it says.

It yields what to do next, and is given what came of it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Generator
from dataclasses import dataclass
from random import SystemRandom
from typing import Any

import httpx2

from hedgerow.client.calls import Call, Result
from hedgerow.client.errors import (
    ApiProblem,
    NotFound,
    Overloaded,
    UnexpectedAnswer,
    Unreachable,
    problem_kind,
)

_UNSENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_FIRST_WAIT = 0.1
_random = SystemRandom()


class Send:
    """Send the request; give back the response, or the error by which none came."""


@dataclass(frozen=True)
class Wait:
    """Wait so many seconds."""

    seconds: float


Steps = Generator[Send | Wait, httpx2.Response | httpx2.RequestError | None, Result]


@dataclass(frozen=True)
class Patience:
    """How long to go on.

    retries: requests after the first one. max_wait: seconds to wait before one; where the
        service asks for more, that is left to the caller.
    """

    retries: int = 2
    max_wait: float = 10.0

    def __post_init__(self) -> None:
        if self.retries < 0 or self.max_wait < 0:
            raise ValueError("retries and max_wait must not be below 0")


def converse(call: Call[Result], patience: Patience) -> Steps[Result]:
    """Ask, and again where that is safe. Raises ClientError."""
    lost = False
    for attempt in range(patience.retries + 1):
        outcome = yield Send()
        last = attempt == patience.retries or (call.body is not None and not call.body.repeatable)
        if isinstance(outcome, httpx2.RequestError):
            sent = not isinstance(outcome, _UNSENT)
            lost = lost or sent
            if last or (sent and not _may_repeat(call, outcome)):
                raise _unreachable(outcome) from outcome
            yield Wait(_backoff(attempt))
            continue
        assert outcome is not None
        if outcome.status_code in call.statuses:
            return call.result(outcome)
        problem = _problem(outcome)
        if call.removes and lost and isinstance(problem, NotFound):
            return call.result(outcome)  # the try before did it
        seconds = _seconds_to(problem, call, attempt)
        if last or seconds is None or seconds > patience.max_wait:
            raise problem
        yield Wait(seconds)
    raise AssertionError("the last try either returns or raises")


def _may_repeat(call: Call[Any], error: httpx2.RequestError) -> bool:
    # Who was too slow once is not asked again: that makes it only slower.
    return call.repeatable and not isinstance(error, httpx2.TimeoutException)


def _seconds_to(problem: Exception, call: Call[Any], attempt: int) -> float | None:
    """Seconds until another try, or None where it is of no use."""
    if not isinstance(problem, Overloaded):
        return None
    # In all but these nothing was done.
    if problem.code in ("unavailable", "unknown") and not call.repeatable:
        return None
    wanted = problem.retry_after or 0.0
    return wanted + _backoff(attempt)


def _backoff(attempt: int) -> float:
    """Seconds, doubled each time, and spread so that not all come at once."""
    return _FIRST_WAIT * float(2**attempt) * _random.uniform(0.5, 1.5)


def _unreachable(error: httpx2.RequestError) -> Unreachable:
    what = "no answer in time" if isinstance(error, httpx2.TimeoutException) else "no answer"
    return Unreachable(f"{what} from the service ({type(error).__name__}); is it running there?")


def _problem(response: httpx2.Response) -> ApiProblem | UnexpectedAnswer:
    status = response.status_code
    if status < httpx2.codes.BAD_REQUEST:
        return UnexpectedAnswer(f"an answer {status}; give the service's own address")
    members: dict[str, Any] = {}
    with contextlib.suppress(ValueError):
        found = json.loads(response.content)
        members = found if isinstance(found, dict) else {}
    code = str(members.pop("code", "unknown"))
    title = str(members.pop("title", response.reason_phrase))
    detail = str(members.pop("detail", ""))
    extra = {name: value for name, value in members.items() if name not in ("type", "status")}
    kind = problem_kind(status, code)
    return kind(status, code, title, detail, extra, _retry_after(response))


def _retry_after(response: httpx2.Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdigit() else None
