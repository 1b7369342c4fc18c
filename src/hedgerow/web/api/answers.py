"""What the routes have in common: bodies as models, and answers as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from hedgerow.web.access import service_of
from hedgerow.web.bodies import read_body
from hedgerow.web.idempotency import Done
from hedgerow.web.problems import Code, Problem, first_mistake

Body = TypeVar("Body", bound=BaseModel)


def parsed(model: type[Body], body: bytes) -> Body:
    """The body as `model`; raises Problem that says where it isn't."""
    try:
        return model.model_validate_json(body)
    except ValidationError as problem:
        errors = problem.errors(include_url=False, include_input=False)
        code = Code.BAD_REQUEST if errors[0]["type"] == "json_invalid" else Code.INVALID
        raise Problem(code, first_mistake(errors)) from None


def media_type(request: Request) -> str:
    """The Content-Type of the request, in lower case and without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_json(request: Request, model: type[Body]) -> Body:
    """The request's body of JSON as `model`; raises Problem where it is none."""
    if media_type(request) != "application/json":
        raise Problem(Code.UNSUPPORTED_TYPE, "send the body as application/json")
    service = service_of(request)
    with service.memory() as memory:
        return parsed(model, await read_body(request, memory, service.limits.max_json_bytes))


def json_response(
    content: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """`content` as JSON, without a second look at what we made ourselves."""
    return Response(to_json(content), status, headers, "application/json")


def done_response(done: Done, location: str) -> Response:
    """The answer to a request that made something, which is at `location`."""
    headers = {"Location": location} if done.status == 201 else {}
    if done.replayed:
        headers["Idempotency-Replayed"] = "true"
    return json_response(done.document, done.status, headers)


def no_content() -> Response:
    """The answer that there is nothing to tell."""
    return Response(status_code=204)
