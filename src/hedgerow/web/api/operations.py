"""What is told of a route, said where the route is: scope, bodies, problems and examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Security
from pydantic import BaseModel

from hedgerow.accounts import Scope
from hedgerow.web.access import bearer_key
from hedgerow.web.problems import TYPE, Code, Problem

ALWAYS = (
    Code.UNAUTHORISED, Code.FORBIDDEN, Code.TOO_MANY_REQUESTS, Code.INTERNAL, Code.OVERLOADED,
)  # fmt: skip
"""What any request can be answered."""

OF_BODIES = (Code.BAD_REQUEST, Code.TOO_SLOW, Code.TOO_LARGE, Code.UNSUPPORTED_TYPE, Code.INVALID)
"""What any request with a body can be answered."""

_DETAILS: Mapping[Code, str] = {
    Code.BAD_REQUEST: "Invalid JSON: EOF while parsing an object at line 1 column 12",
    Code.INVALID: "limit: Input should be greater than or equal to 1",
    Code.UNAUTHORISED: "send a key that is not revoked as “Authorization: Bearer hr_…”",
    Code.FORBIDDEN: "this needs a key with the scope write; this one has match, read",
    Code.NO_SUCH_BANK: "there is no bank named 'known'; list the banks to see their names",
    Code.NO_SUCH_CONTENT: "bank 'known' has no content 7; list its contents to see their numbers",
    Code.NO_SUCH_IMPORT: "there is no unfinished import 3 of this bank",
    Code.NO_SUCH_KEY: "there is no API key 5",
    Code.NO_SUCH_CASE: "there is no case 12",
    Code.TOO_SLOW: "send without pauses of 20 s, and at least 8192 bytes a second",
    Code.BANK_EXISTS: "a bank named 'known' exists already; choose another name",
    Code.IMPORT_BROKEN: "another process is doing the same import; let it finish",
    Code.IMPORT_REFUSED: "2 row(s) can't be imported, so nothing was",
    Code.TOO_LARGE: "at most 4,194,304 bytes are taken",
    Code.UNSUPPORTED_TYPE: "send the body as application/json",
    Code.FETCH_REFUSED: "the host's address is not a public one",
    Code.KEY_REUSED: "this Idempotency-Key came with another request before; use a new one",
    Code.TOO_MANY_REQUESTS: "at most 256 requests of one key at once",
    Code.INTERNAL: "this is a fault of the service; its log tells of it under the reference "
    "9f2c61d0a4b7e835",
    Code.OVERLOADED: "too many requests at once",
    Code.UNAVAILABLE: "the database can't be used now; the service's log says why; try again",
}

_EXTRA: Mapping[Code, Mapping[str, Any]] = {
    Code.IMPORT_REFUSED: {"total": 2, "rows": [{"line": 3, "reason": "it is no PDQ hash"}]},
    Code.FETCH_REFUSED: {"reason": "forbidden_address"},
    Code.INTERNAL: {"reference": "9f2c61d0a4b7e835"},
}


@dataclass(frozen=True)
class Sent:
    """One kind of body that a route takes.

    `media_type`: its Content-Type. `model`: of JSON, or of a form's field `context`; `other`:
    what JSON can be instead. `form`: whether it is a form with a file. `example`: of JSON or text;
    bytes need none.
    """

    media_type: str
    model: type[BaseModel] | None = None
    other: type[BaseModel] | None = None
    form: bool = False
    example: Any = None


@dataclass(frozen=True)
class Given:
    """One answer of a route that isn't a problem."""

    status: int
    description: str
    model: type[BaseModel] | None = None
    example: Any = None
    text: Mapping[str, str] | None = None
    headers: tuple[str, ...] = ()


def operation(
    scope: Scope,
    *given: Given,
    sent: Sequence[Sent] = (),
    parameters: Sequence[Mapping[str, Any]] = (),
    problems: Sequence[Code] = (),
) -> dict[str, Any]:
    """The keywords of a route's decorator.

    `scope` is what a key needs for it; `given` all its answers but problems, the usual one first;
    `sent` the bodies that it takes; `parameters` those that the framework doesn't see; `problems`
    those that not every route has.
    """
    codes = dict.fromkeys([*(OF_BODIES if sent else ()), *problems, *ALWAYS])
    first = given[0]
    return {
        "dependencies": [Security(bearer_key, scopes=[str(scope)])],
        "status_code": first.status,
        "response_model": first.model,
        "responses": {each.status: _given(each) for each in given} | _problems(list(codes)),
        "openapi_extra": {"x-scope": str(scope)}
        | ({"requestBody": _body(sent)} if sent else {})
        | ({"parameters": list(parameters)} if parameters else {}),
    }


def _given(given: Given) -> dict[str, Any]:
    told: dict[str, Any] = {"description": given.description}
    if given.model is not None:
        told["model"] = given.model
        EXAMPLES[given.model.__name__] = given.example
    if given.text is not None:
        told["content"] = {
            kind: {"schema": {"type": "string"}, "example": example}
            for kind, example in given.text.items()
        }
    if given.headers:
        told["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in given.headers}
    return told


def _problems(codes: Sequence[Code]) -> dict[int | str, Any]:
    """The problem answers, by status; each code has its example."""
    by_status: dict[int | str, Any] = {}
    for code in codes:
        problem = Problem(code, _DETAILS[code], **_EXTRA.get(code, {}))
        told = by_status.setdefault(
            problem.status,
            {
                "description": problem.document()["title"],
                "content": {
                    TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
                },
            },
        )
        told["content"][TYPE]["examples"][str(code)] = {"value": problem.document()}
        if problem.status in (429, 503):
            told["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return by_status


def _body(sent: Sequence[Sent]) -> dict[str, Any]:
    return {"required": True, "content": {each.media_type: _kind(each) for each in sent}}


def _kind(sent: Sent) -> dict[str, Any]:
    if sent.form:
        return {"schema": _form(sent.model)}
    if sent.model is not None:
        schema = _reference(sent.model)
        EXAMPLES[sent.model.__name__] = sent.example
        if sent.other is not None:
            schema = {"oneOf": [schema, _reference(sent.other)]}
        return {"schema": schema}
    if isinstance(sent.example, str):
        return {"schema": {"type": "string"}, "example": sent.example}
    return {"schema": {"type": "string", "format": "binary"}}


def _form(context: type[BaseModel] | None) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "file": {"type": "string", "format": "binary", "description": "The file."}
    }
    if context is not None:
        properties["context"] = {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": _reference(context),
            "description": f"JSON: {context.__name__}.",
        }
    return {"type": "object", "properties": properties, "required": ["file"]}


def _reference(model: type[BaseModel]) -> dict[str, Any]:
    TAKEN.add(model)
    return {"$ref": f"#/components/schemas/{model.__name__}"}


TAKEN: set[type[BaseModel]] = set()
"""Models that bodies are described by."""

EXAMPLES: dict[str, Any] = {}
"""By the name of the model; kept apart, as the framework takes each null out of them."""
