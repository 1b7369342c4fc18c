"""Matching: a file, its hashes, a URL, or many hashes at once."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from hedgerow.accounts import Scope
from hedgerow.cases import Context
from hedgerow.matching import Answer, Query, described, query_of
from hedgerow.signals import parse
from hedgerow.web.access import service_of
from hedgerow.web.api import examples
from hedgerow.web.api.answers import json_response, media_type, parsed, read_json
from hedgerow.web.api.operations import Given, Sent, operation
from hedgerow.web.api.schemas import (
    AnswerOut,
    BatchEntry,
    BatchIn,
    BatchOut,
    ContextIn,
    MatchIn,
    SignalsIn,
    UploadIn,
    UrlIn,
)
from hedgerow.web.bodies import max_file_bytes, one_file, read_body, read_form
from hedgerow.web.problems import Code, Problem
from hedgerow.web.service import Memory, Service

router = APIRouter(tags=["match"])

CHECK_FAILED = {
    "code": "check_failed",
    "message": "the service could not look at the file; its log says why; try again",
}
"""Why a file is unchecked where the fault is ours and not the file's."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Upload:
    """An upload that is put before people where it matches.

    context: what is said of it. file: its bytes, where there are any.
    """

    context: Context
    file: bytes | None = None


_MAX_BANKS = 100
"""Names of banks in a query; a longer one is no longer a URL that servers take."""

_MAX_URL_KEPT = 4000
"""Characters of a fetched URL that a case keeps as where the upload was."""

_BANK = {
    "name": "bank",
    "in": "query",
    "required": False,
    "description": "Compare with this bank only; may be repeated. Not beside `banks` in the body.",
    "schema": {"type": "array", "items": {"type": "string"}, "maxItems": _MAX_BANKS},
    "example": ["known"],
}


@router.post(
    "/match",
    summary="Check an upload",
    **operation(
        Scope.MATCH,
        Given(200, "The verdict and what it rests on.", AnswerOut, examples.ANSWER),
        sent=[
            Sent("application/json", SignalsIn, UrlIn, example=examples.ASKED),
            Sent("multipart/form-data", ContextIn, form=True),
            Sent("image/*"),
            Sent("video/*"),
            Sent("application/octet-stream"),
        ],
        parameters=[_BANK],
        problems=[Code.NO_SUCH_BANK, Code.FETCH_REFUSED],
    ),
)
async def match(request: Request) -> Response:
    """Check one upload: a file, its hashes, or a URL to fetch it from.

    A file that can't be read is answered 200 with the verdict `unchecked` and the reason in
    `error`. It is never `clear`.
    """
    service = service_of(request)
    kind = media_type(request)
    with service.memory() as memory:
        if kind == "application/json":
            body = await read_body(request, memory, service.limits.max_json_bytes)
            return await _from_json(request, parsed(MatchIn, body), memory)
        if kind == "multipart/form-data":
            form = await read_form(request, memory, max_file_bytes(request))
            file, said = one_file(form)
            given = parsed(ContextIn, said) if said else ContextIn()
            banks, context = _banks(request, given.banks), _context(service, given)
        elif kind.startswith(("image/", "video/")) or kind == "application/octet-stream":
            file = await read_body(request, memory, max_file_bytes(request))
            banks, context = _banks(request, None), Context()
        else:
            msg = "send a form with a file, the file itself, or JSON with signals or a url"
            raise Problem(Code.UNSUPPORTED_TYPE, msg)
        return await _checked(service, _Upload(context, file), banks)


def _context(service: Service, given: UploadIn) -> Context:
    """What is said of an upload. Refused here or not at all: never just where it matches."""
    said = Context(**{name: getattr(given, name) for name in Context.__dataclass_fields__})
    return service.cases.checked(said)


def _banks(request: Request, said: list[str] | None) -> list[str] | None:
    """The banks to compare with, as the body said them or the query does; None for all."""
    if not request.scope["query_string"]:
        return said
    asked = request.query_params.getlist("bank")
    if len(asked) > _MAX_BANKS:
        raise Problem(Code.INVALID, f"bank: at most {_MAX_BANKS}; name more of them in the body")
    if asked and said is not None:
        raise Problem(Code.INVALID, "name banks in the body or as ?bank=, not in both")
    return asked or said


async def _from_json(request: Request, given: MatchIn, memory: Memory) -> Response:
    service = service_of(request)
    banks = _banks(request, given.banks)
    if given.url is not None and given.signals is None:
        kept = given.url[: min(_MAX_URL_KEPT, service.cases.limits.max_text)]
        context = _context(service, given.context or UploadIn(url=kept))
        file = await service.fetch(given.url, memory)
        return await _checked(service, _Upload(context, file), banks)
    if given.signals is None or given.url is not None:
        raise Problem(Code.INVALID, "give signals or a url, one of the two")
    # Hashes may be looked up for many reasons; with a context they are an upload's.
    upload = None if given.context is None else _Upload(_context(service, given.context))
    return await _compared(service, query_from(given.signals), banks, {}, upload)


async def _checked(service: Service, upload: _Upload, banks: Collection[str] | None) -> Response:
    assert upload.file is not None
    try:
        outcome = await service.hash(upload.file)
    except Problem:
        raise
    except Exception:  # noqa: BLE001  # logged, and answered as unchecked
        # Whatever it was, the file was not looked at, and nobody may take it for clear.
        _log.exception("an upload could not be hashed")
        return await _compared(service, Query({}, CHECK_FAILED), banks, {}, upload)
    return await _compared(service, query_of(outcome), banks, described(outcome), upload)


async def _compared(
    service: Service,
    query: Query,
    banks: Collection[str] | None,
    facts: Mapping[str, Any],
    upload: _Upload | None,
) -> Response:
    answer = (await service.compare([query], banks))[0]
    told = answer.as_json() | dict(facts)
    if upload is not None:
        service.tally.note(answer)
        if service.cases.is_for_people(answer):
            # Before it is answered: a match that nobody would look at must not look handled.
            told["case"] = await service.calls.take_in(
                lambda: _received(service, answer, facts, upload)
            )
    return json_response(told)


def _received(
    service: Service, answer: Answer, facts: Mapping[str, Any], upload: _Upload
) -> dict[str, Any]:
    found = service.cases.receive(answer, facts, upload.context, upload.file)
    assert found is not None
    return {
        "id": found.case_id,
        "opened": found.opened,
        "status": found.status,
        "outcome": found.outcome,
    }


@router.post(
    "/match/batch",
    summary="Check many hashes",
    **operation(
        Scope.MATCH,
        Given(200, "An answer for each hash, in their order.", BatchOut, examples.BATCH),
        sent=[Sent("application/json", BatchIn, example=examples.BATCH_IN)],
        problems=[Code.NO_SUCH_BANK],
    ),
)
async def match_batch(request: Request) -> Response:
    """Check up to 10,000 hashes, each of an upload of its own."""
    service = service_of(request)
    given = await read_json(request, BatchIn)
    if len(given.signals) > service.limits.max_batch:
        raise Problem(Code.TOO_LARGE, f"at most {service.limits.max_batch} hashes in one batch")
    queries = [
        query_from({one.signal_type: one.value} if isinstance(one, BatchEntry) else {"pdq": one})
        for one in given.signals
    ]
    answers = await service.compare(queries, given.banks)
    sequence = min(answer.sequence for answer in answers)
    results = [answer.as_json() for answer in answers]
    return json_response({"sequence": sequence, "results": results})


def query_from(signals: Mapping[str, str]) -> Query:
    """The question for hashes that a client gives. Raises SignalProblem where one is none."""
    return Query({name: {"value": parse(name, value)} for name, value in signals.items()})
