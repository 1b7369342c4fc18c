"""Matching: a file, its hashes, a URL, or many hashes at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response, Security
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from hedgerow.fetch import FetchRefused
from hedgerow.matching import Overloaded, Query, described, query_of
from hedgerow.media import Outcome
from hedgerow.signals import SignalProblem, parse
from hedgerow.web.access import bearer_key, service_of
from hedgerow.web.api.schemas import AnswerOut, BatchEntry, BatchIn, BatchOut, SignalsIn, UrlIn
from hedgerow.web.bodies import max_file_bytes, read_body, read_form
from hedgerow.web.problems import Code, Problem, overloaded
from hedgerow.web.service import Service

router = APIRouter(tags=["match"])
Body = TypeVar("Body", bound=BaseModel)


@router.post(
    "/match", response_model=AnswerOut, dependencies=[Security(bearer_key, scopes=["match"])]
)
async def match(request: Request) -> Response:
    """Check one upload: a file, its hashes, or a URL to fetch it from."""
    service = service_of(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    with service.memory() as memory:
        if kind == "application/json":
            body = await read_body(request, memory, service.limits.max_json_bytes)
            return await _from_json(service, body)
        if kind == "multipart/form-data":
            file, banks = _file(await read_form(request, memory, max_file_bytes(request)))
        elif kind.startswith(("image/", "video/")) or kind == "application/octet-stream":
            file, banks = await read_body(request, memory, max_file_bytes(request)), None
        else:
            msg = "send a form with a file, the file itself, or JSON with signals or a url"
            raise Problem(Code.UNSUPPORTED_TYPE, msg)
        return await _checked(service, file, banks)


async def _from_json(service: Service, body: bytes) -> Response:
    if b'"url"' in body:
        asked = parsed(UrlIn, body)
        try:
            file = await service.fetcher.fetch(asked.url)
        except FetchRefused as refused:
            raise Problem(Code.FETCH_REFUSED, str(refused), reason=refused.code) from None
        return await _checked(service, file, asked.banks)
    given = parsed(SignalsIn, body)
    return await _compared(service, query_from(given.signals), given.banks, {})


def _file(parts: list[Any]) -> tuple[bytes, list[str] | None]:
    files = [part for part in parts if part.name == "file"]
    if len(files) != 1:
        raise Problem(Code.INVALID, "the form needs exactly one field named file")
    return bytes(files[0].data), None


async def _checked(service: Service, file: bytes, banks: Collection[str] | None) -> Response:
    outcome: Outcome = await service.hash(file)
    return await _compared(service, query_of(outcome), banks, described(outcome))


async def _compared(
    service: Service, query: Query, banks: Collection[str] | None, facts: Mapping[str, Any]
) -> Response:
    try:
        answer = (await service.compare([query], banks))[0]
    except Overloaded as problem:
        raise overloaded(str(problem), service.limits.retry_seconds) from None
    return json_response(answer.as_json() | dict(facts))


@router.post(
    "/match/batch", response_model=BatchOut, dependencies=[Security(bearer_key, scopes=["match"])]
)
async def match_batch(request: Request) -> Response:
    """Check up to 10,000 hashes, each of an upload of its own."""
    service = service_of(request)
    with service.memory() as memory:
        body = await read_body(request, memory, service.limits.max_json_bytes)
    given = parsed(BatchIn, body)
    if len(given.signals) > service.limits.max_batch:
        raise Problem(Code.TOO_LARGE, f"at most {service.limits.max_batch} hashes in one batch")
    queries = [
        query_from({one.signal_type: one.value} if isinstance(one, BatchEntry) else {"pdq": one})
        for one in given.signals
    ]
    try:
        answers = await service.compare(queries, given.banks)
    except Overloaded as problem:
        raise overloaded(str(problem), service.limits.retry_seconds) from None
    sequence = min(answer.sequence for answer in answers)
    results = [answer.as_json() for answer in answers]
    return json_response({"sequence": sequence, "results": results})


def query_from(signals: Mapping[str, str]) -> Query:
    """The question for hashes that a client gives; raises Problem where one is none."""
    try:
        return Query({name: {"value": parse(name, value)} for name, value in signals.items()})
    except SignalProblem as problem:
        raise Problem(Code.INVALID, str(problem)[:300]) from None


def parsed(model: type[Body], body: bytes) -> Body:
    """The body as `model`; raises Problem that says where it isn't."""
    try:
        return model.model_validate_json(body)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        code = Code.BAD_REQUEST if first["type"] == "json_invalid" else Code.INVALID
        raise Problem(code, f"{where}: {first['msg']}" if where else first["msg"]) from None


def json_response(content: Any) -> Response:
    """`content` as JSON, without a second look at what we made ourselves."""
    return Response(to_json(content), media_type="application/json")
