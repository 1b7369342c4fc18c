"""Problems as RFC 9457 tells them: every refusal of the API has a code, a title and a detail."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic_core import to_json
from starlette.responses import Response

TYPE = "application/problem+json"

MAX_DETAIL = 500
"""Characters; some messages quote what was sent."""


class _Kind(NamedTuple):
    status: int
    title: str


class Code(StrEnum):
    """What can be wrong with a request; `KINDS` has the status and title of each."""

    BAD_REQUEST = "bad_request"
    INVALID = "invalid"
    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    NO_SUCH_BANK = "no_such_bank"
    NO_SUCH_CONTENT = "no_such_content"
    NO_SUCH_IMPORT = "no_such_import"
    NO_SUCH_KEY = "no_such_key"
    NO_SUCH_CASE = "no_such_case"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    TOO_SLOW = "too_slow"
    BANK_EXISTS = "bank_exists"
    IMPORT_BROKEN = "import_broken"
    IMPORT_REFUSED = "import_refused"
    TOO_LARGE = "too_large"
    UNSUPPORTED_TYPE = "unsupported_type"
    FETCH_REFUSED = "fetch_refused"
    KEY_REUSED = "key_reused"
    TOO_MANY_REQUESTS = "too_many_requests"
    INTERNAL = "internal"
    OVERLOADED = "overloaded"
    UNAVAILABLE = "unavailable"


KINDS: Mapping[Code, _Kind] = {
    Code.BAD_REQUEST: _Kind(400, "The request can't be read"),
    Code.INVALID: _Kind(422, "A value is not possible"),
    Code.UNAUTHORISED: _Kind(401, "A valid API key is needed"),
    Code.FORBIDDEN: _Kind(403, "The API key has not the scope for this"),
    Code.NOT_FOUND: _Kind(404, "There is nothing here"),
    Code.NO_SUCH_BANK: _Kind(404, "There is no such bank"),
    Code.NO_SUCH_CONTENT: _Kind(404, "There is no such content"),
    Code.NO_SUCH_IMPORT: _Kind(404, "There is no such unfinished import"),
    Code.NO_SUCH_KEY: _Kind(404, "There is no such API key"),
    Code.NO_SUCH_CASE: _Kind(404, "There is no such case"),
    Code.METHOD_NOT_ALLOWED: _Kind(405, "This can't be done here"),
    Code.TOO_SLOW: _Kind(408, "The request came too slowly"),
    Code.BANK_EXISTS: _Kind(409, "The name is taken"),
    Code.IMPORT_BROKEN: _Kind(409, "Something came in between"),
    Code.IMPORT_REFUSED: _Kind(422, "Rows of the list can't be imported"),
    Code.TOO_LARGE: _Kind(413, "The request is too large"),
    Code.UNSUPPORTED_TYPE: _Kind(415, "This kind of content is not taken here"),
    Code.FETCH_REFUSED: _Kind(422, "The URL can't be fetched"),
    Code.KEY_REUSED: _Kind(422, "The idempotency key was used for another request"),
    Code.TOO_MANY_REQUESTS: _Kind(429, "This API key has too many requests under way"),
    Code.INTERNAL: _Kind(500, "A fault of the service"),
    Code.OVERLOADED: _Kind(503, "The service has more to do than it can"),
    Code.UNAVAILABLE: _Kind(503, "The service can't do this now"),
}


class Problem(Exception):
    """What a route raises to refuse; becomes a problem document.

    `extra`: further members of the document, such as the bad rows of an import.
    """

    def __init__(
        self,
        code: Code,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.extra = extra

    @property
    def status(self) -> int:
        """The HTTP status."""
        return KINDS[self.code].status

    def document(self) -> dict[str, Any]:
        """The problem as RFC 9457 has it, with `code` beside `type` for who dislikes URNs."""
        kind = KINDS[self.code]
        return {
            "type": f"urn:hedgerow:problem:{self.code.replace('_', '-')}",
            "title": kind.title,
            "status": kind.status,
            "code": self.code,
            "detail": self.detail,
        } | self.extra

    def response(self) -> Response:
        """The answer to send."""
        return Response(to_json(self.document()), self.status, self.headers, TYPE)


def first_mistake(errors: object) -> str:
    """Where the first of the errors that pydantic found is, and what it says."""
    assert isinstance(errors, list | tuple)
    first = errors[0]
    where = ".".join(str(part) for part in first["loc"])
    message = str(first["msg"])
    return (f"{where}: {message}" if where else message)[:MAX_DETAIL]


def overloaded(detail: str, retry_seconds: int) -> Problem:
    """The service has more to do than it can; the client is told when to come again."""
    return Problem(Code.OVERLOADED, detail, headers={"Retry-After": str(retry_seconds)})
