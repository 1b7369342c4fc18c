"""The table of all pages: each says its method, its path, and whether it needs an open case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from starlette.responses import Response

Handler = Callable[..., Awaitable[Response]]
"""Takes the visit, and what is in the path by name."""

_Handler = TypeVar("_Handler", bound=Handler)


class Takes(StrEnum):
    """What a POST carries."""

    FORM = "form"
    JSON = "json"
    """From a script of ours: hashes, and nothing else."""


@dataclass(frozen=True)
class Page:
    """One thing that can be asked of the survivors' pages.

    method: GET or POST; what answers GET answers HEAD.
    path: below /help and the language.
    own: whether it is for whoever has a case open in this browser alone.
    switch: the option that has to be on for it; "" for none.
    takes: what a POST carries.
    run: what answers.
    """

    method: str
    path: str
    own: bool
    switch: str
    takes: Takes
    run: Handler


PAGES: list[Page] = []
"""All pages, in the order in which their modules are loaded; tests walk it."""


def page(
    method: str,
    path: str,
    *,
    own: bool = False,
    switch: str = "",
    takes: Takes = Takes.FORM,
) -> Callable[[_Handler], _Handler]:
    """Put a function into the table; the arguments are as in `Page`."""
    if any((one.method, one.path) == (method, path) for one in PAGES):
        raise ValueError(f"there are two pages for {method} {path}")

    def put(function: _Handler) -> _Handler:
        PAGES.append(Page(method, path, own, switch, takes, function))
        return function

    return put


Json = dict[str, Any]
"""What a script sends or is told."""
