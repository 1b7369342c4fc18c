"""Pages of long lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import httpx2

from hedgerow.client.calls import Call, document
from hedgerow.client.errors import UnexpectedAnswer
from hedgerow.client.reading import read

Item = TypeVar("Item")

_ALL: Mapping[str, str] = {}


@dataclass(frozen=True)
class Page(Generic[Item]):
    """A page of a long list; `next` is the cursor of the one after it."""

    items: tuple[Item, ...]
    next: str | None


def page_call(
    where: str,
    kind: type[Item],
    limit: int,
    cursor: str | None,
    chosen: Mapping[str, str] = _ALL,
) -> Call[Page[Item]]:
    """Ask for a page. chosen: parameters that say which of the list."""
    return Call("GET", where, page_of(kind), {**chosen, "limit": limit, "cursor": cursor})


def page_of(kind: type[Item]) -> Callable[[httpx2.Response], Page[Item]]:
    """Makes a page of an answer's JSON."""

    def result(response: httpx2.Response) -> Page[Item]:
        found = document(response)
        if not isinstance(found, dict) or not isinstance(found.get("items"), list):
            raise UnexpectedAnswer("the answer is no page of a list")
        cursor = found.get("next")
        items = tuple(read(kind, item) for item in found["items"])
        return Page(items, None if cursor is None else str(cursor))

    return result
