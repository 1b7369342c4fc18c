"""What can go wrong when the service is asked.

ClientError
├── Unreachable          no answer came: nobody knows whether it was done
├── UnexpectedAnswer     an answer came that isn't one of the service's
└── ApiProblem           the service refused (RFC 9457)
    ├── Unauthorised     401
    ├── Forbidden        403
    ├── NotFound         404
    ├── Conflict         409
    ├── TooLarge         413
    ├── Invalid          400, 415, 422
    │   ├── UrlRefused
    │   └── ImportRefused
    ├── Overloaded       429, 503
    └── ServiceFault     500 and other 5xx
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ClientError(Exception):
    """All that the client raises by itself."""


class Unreachable(ClientError):
    """No answer came. Whether a change was done, nobody knows: look, or do it again."""


class UnexpectedAnswer(ClientError):
    """An answer that isn't one of the service's: something else answers under its address."""


class ApiProblem(ClientError):
    """The service refused.

    status: of HTTP. code: for programs; "unknown" where something in between answered.
    title, detail: for people. extra: further members, such as `reason`.
    retry_after: seconds until it is worth another try, where the service says so.
    """

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str,
        extra: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {detail or title}")
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.extra = dict(extra or {})
        self.retry_after = retry_after


class Unauthorised(ApiProblem):
    """The API key is missing, wrong or revoked."""


class Forbidden(ApiProblem):
    """The API key lacks the scope."""


class NotFound(ApiProblem):
    """There is no such bank, content, import, case or key."""


class Conflict(ApiProblem):
    """The name is taken, or somebody else came in between."""


class TooLarge(ApiProblem):
    """More than the service takes."""


class Invalid(ApiProblem):
    """A value isn't possible; `detail` says which."""


class UrlRefused(Invalid):
    """The URL can't be fetched; `extra["reason"]` says why."""


class ImportRefused(Invalid):
    """Rows of the list are bad; `extra` has their `total`, and the first `rows`."""


class Overloaded(ApiProblem):
    """The service has too much to do, or can't do it now. Nothing was found out."""


class ServiceFault(ApiProblem):
    """A fault of the service, or of something in front of it."""


_BY_CODE: Mapping[str, type[ApiProblem]] = {
    "fetch_refused": UrlRefused,
    "import_refused": ImportRefused,
}
_BY_STATUS: Mapping[int, type[ApiProblem]] = {
    400: Invalid,
    401: Unauthorised,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    415: Invalid,
    422: Invalid,
    429: Overloaded,
    503: Overloaded,
}
_SERVER = 500


def problem_kind(status: int, code: str) -> type[ApiProblem]:
    """The class for a refusal."""
    fallback = ServiceFault if status >= _SERVER else ApiProblem
    return _BY_CODE.get(code) or _BY_STATUS.get(status, fallback)
