"""Refusals as HMA tells them: `{"message": …}`, or a list of mistakes with 422."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response

from hedgerow.banks import FixedBank
from hedgerow.fetch import FetchCode, FetchRefused
from hedgerow.media import RefusalCode
from hedgerow.signals import single_types
from hedgerow.web.failures import FAILURES, problem_of
from hedgerow.web.problems import Code, Problem

KNOWN: tuple[type[Exception], ...] = (Problem, *FAILURES)
"""What `refusal_of` turns into a refusal."""

_STATUSES: Mapping[Code, int] = {
    Code.INVALID: 400,
    Code.BANK_EXISTS: 403,
    Code.FETCH_REFUSED: 400,
}
"""Where HMA answers another status than API v1."""

_UNREAD: Mapping[str, int] = {
    RefusalCode.TOO_LARGE: 413,
    RefusalCode.TASK_FAILED: 500,
}
"""The status for a file that can't be hashed, where it isn't the 400 of a bad file."""


_MAX_NAME = 80
"""Characters of a name that somebody sent, where a message tells of it."""


def quoted(name: str) -> str:
    """A name that somebody sent, as messages show it."""
    return repr(name[:_MAX_NAME])


class Refusal(Exception):
    """What an operation raises to refuse."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers

    def response(self) -> Response:
        """The answer to send."""
        return json_response({"message": self.message}, self.status, self.headers)


class Mistakes(Exception):
    """Parameters or a body that don't fit; `errors` as pydantic lists them."""

    def __init__(self, errors: list[Any]) -> None:
        super().__init__()
        self.errors = errors

    def response(self) -> Response:
        """The answer to send."""
        return json_response(self.errors, 422)


def require_type(name: str) -> None:
    """See that there is a signal type of this name; raises Refusal."""
    if name not in single_types():
        raise Refusal(
            400, f"No such signal type {quoted(name)}; there are {', '.join(single_types())}"
        )


def refusal_of(error: Exception, retry_seconds: int) -> Refusal:
    """The refusal for one of `KNOWN`."""
    problem = error if isinstance(error, Problem) else problem_of(error, retry_seconds)
    status = _STATUSES.get(problem.code, problem.status)
    if isinstance(error, FetchRefused) and error.code is FetchCode.TOO_LARGE:
        status = 413
    if isinstance(error, FixedBank):
        status = 403
    return Refusal(status, problem.detail, problem.headers)


def unread(code: str, message: str) -> Refusal:
    """A file that can't be hashed, by the code of its refusal."""
    return Refusal(_UNREAD.get(code, 400), f"the file could not be hashed ({code}): {message}")


def json_response(
    content: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """`content` as JSON."""
    return Response(to_json(content), status, headers, "application/json")
