"""Requests before they are sent: where to, what with, what to make of the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx2

from hedgerow.client.bodies import Body
from hedgerow.client.errors import UnexpectedAnswer
from hedgerow.client.reading import read

Result = TypeVar("Result")
Record = TypeVar("Record")
Parameters = Mapping[str, str | int | list[str] | None]

OK, CREATED, NO_CONTENT = 200, 201, 204


@dataclass(frozen=True)
class Call(Generic[Result]):
    """One request.

    result: makes the result from an answer with one of `statuses`.
    repeatable: doing it twice is like doing it once, so that it may be sent again when its answer
        was lost.
    removes: when its answer was lost and the thing is gone at the second try, it is done.
    stream: the answer's body is read by the caller.
    seconds: to wait for the answer, where it takes longer than usual.
    """

    method: str
    path: str
    result: Callable[[httpx2.Response], Result]
    parameters: Parameters = field(default_factory=dict)
    body: Body | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    statuses: tuple[int, ...] = (OK,)
    repeatable: bool = True
    removes: bool = False
    stream: bool = False
    seconds: float | None = None

    def query(self) -> dict[str, Any]:
        """The parameters that are given."""
        return {name: value for name, value in self.parameters.items() if value is not None}


def path(*parts: str | int) -> str:
    """A path of the API."""
    return "/api/v1/" + "/".join(quote(str(part), safe="") for part in parts)


def record(kind: type[Record]) -> Callable[[httpx2.Response], Record]:
    """Makes a record of an answer's JSON."""
    return lambda response: read(kind, document(response))


def document(response: httpx2.Response) -> Any:
    """The answer's JSON. Raises UnexpectedAnswer."""
    try:
        return response.json()
    except ValueError:
        raise UnexpectedAnswer("the answer is not JSON; does the service live there?") from None


def nothing(_: httpx2.Response) -> None:
    """For answers that say nothing."""


def once() -> dict[str, str]:
    """The header of a request that makes something: however often it is sent, it is done once."""
    return {"Idempotency-Key": str(uuid4())}
