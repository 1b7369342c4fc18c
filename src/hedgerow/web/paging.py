"""Pages of long lists: a cursor says where the last one ended, in no form to rely on."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query

from hedgerow.web.problems import Code, Problem

Item = TypeVar("Item")

MAX_NUMBER = 2**63 - 1
"""The largest number that a database holds."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
_NUMBER = re.compile(r"[1-9][0-9]{0,18}")

Limit = Annotated[
    int,
    Query(
        ge=1,
        le=2**31 - 1,
        description="Entries of one page; there can be fewer, and never more than `max_page`.",
    ),
]
Cursor = Annotated[
    str | None,
    Query(max_length=128, description="`next` of the page before; none for the first page."),
]


def page_json(
    items: Sequence[Item],
    limit: int,
    as_json: Callable[[Item], dict[str, Any]],
    place: Callable[[Item], object],
) -> dict[str, Any]:
    """A page of at most `limit` items; a full one may be followed by an empty one.

    `place` is what a cursor says of the last entry.
    """
    after = None
    if len(items) >= limit:
        after = urlsafe_b64encode(str(place(items[-1])).encode()).rstrip(b"=").decode()
    return {"items": [as_json(item) for item in items], "next": after}


def after_number(cursor: str | None) -> int:
    """The number that the page begins after; 0 for the first. Raises Problem for no cursor."""
    text = _read(cursor, _NUMBER)
    number = int(text) if text else 0
    if number > MAX_NUMBER:
        raise _no_cursor()
    return number


def after_name(cursor: str | None) -> str:
    """The name that the page begins after; "" for the first. Raises Problem for no cursor."""
    return _read(cursor, _NAME)


def _read(cursor: str | None, form: re.Pattern[str]) -> str:
    if cursor is None:
        return ""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        text = urlsafe_b64decode(padded).decode("ascii")
    except (Error, ValueError):
        raise _no_cursor() from None
    if not form.fullmatch(text):
        raise _no_cursor()
    return text


def _no_cursor() -> Problem:
    return Problem(Code.INVALID, "cursor: give what a page of this list has as `next`")
