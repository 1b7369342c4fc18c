"""The table of all pages: each says its method, its path and the one permission that it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response

from hedgerow.accounts import Permission, Stage

Handler = Callable[..., Awaitable[Response]]
"""Takes the visit, and what is in the path by name."""

_Handler = TypeVar("_Handler", bound=Handler)


@dataclass(frozen=True)
class Page:
    """One thing that can be asked of the console.

    method: GET or POST; what answers GET answers HEAD.
    path: below /console, with parts such as `{case_id:id}`.
    needs: the permission; None where anybody may come, signed in or not.
    stage: for a page with `needs` None, the stage of signing in that it is for, if for one.
    upload: whether its form may carry a file.
    run: what answers.
    """

    method: str
    path: str
    needs: Permission | None
    stage: Stage | None
    upload: bool
    run: Handler


PAGES: list[Page] = []
"""All pages, in the order in which their modules are loaded; tests walk it."""


def page(
    method: str,
    path: str,
    *,
    needs: Permission | None,
    stage: Stage | None = None,
    upload: bool = False,
) -> Callable[[_Handler], _Handler]:
    """Put a function into the table; the arguments are as in `Page`."""
    if method not in ("GET", "POST"):
        raise ValueError(f"a page is for GET or POST, not {method!r}")
    if not path.startswith("/") or (path.endswith("/") and path != "/"):
        raise ValueError(f"a path begins with a slash and doesn't end with one: {path!r}")
    if any((one.method, one.path) == (method, path) for one in PAGES):
        raise ValueError(f"there are two pages for {method} {path}")

    def put(function: _Handler) -> _Handler:
        PAGES.append(Page(method, path, needs, stage, upload, function))
        return function

    return put


class _Id(Convertor[int]):
    """A number of a row; what fits no column is no path of ours."""

    regex = "[1-9][0-9]{0,17}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("id", _Id())
