"""What is in a bank: added, listed, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from hedgerow.accounts import Scope
from hedgerow.banks import Content
from hedgerow.matching import banked_signals, query_of
from hedgerow.signals import Signal
from hedgerow.web.access import service_of
from hedgerow.web.api import examples
from hedgerow.web.api.answers import (
    done_response,
    json_response,
    media_type,
    no_content,
    parsed,
    read_json,
)
from hedgerow.web.api.bank_schemas import (
    ContentFacts,
    ContentIn,
    ContentOut,
    ContentsOut,
    RemovedOut,
    SignalIn,
)
from hedgerow.web.api.operations import Given, Sent, operation
from hedgerow.web.api.paths import BankName, Number, SignalText, SignalTypeName
from hedgerow.web.bodies import max_file_bytes, one_file, read_form
from hedgerow.web.changing import change
from hedgerow.web.idempotency import Done, IdempotencyKey, asked, once
from hedgerow.web.paging import Cursor, Limit, after_number, page_json
from hedgerow.web.problems import Code, Problem
from hedgerow.web.service import Service

router = APIRouter(tags=["content"])


@router.get(
    "/banks/{name}/content",
    summary="List a bank's contents",
    **operation(
        Scope.READ,
        Given(200, "A page of contents, in the order of their numbers.", ContentsOut,
              examples.CONTENTS),
        problems=[Code.INVALID, Code.NO_SUCH_BANK, Code.UNAVAILABLE],
    ),
)  # fmt: skip
async def list_content(
    request: Request, name: BankName, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """The contents of a bank in the order of their numbers, page by page."""
    service = service_of(request)
    most = min(limit, service.limits.max_page, service.banks.limits.max_page)
    after = after_number(cursor)
    found = await service.calls.read(lambda: service.banks.list_content(name, after, most))
    return json_response(page_json(found, most, content_json, lambda content: content.id))


@router.post(
    "/banks/{name}/content",
    summary="Bank a content",
    **operation(
        Scope.WRITE,
        Given(
            201, "It is in the bank.", ContentOut, examples.CONTENT,
            headers=("Location", "Idempotency-Replayed"),
        ),
        Given(
            200, "One with the same signals was in the bank, and stays as it is.", ContentOut,
            examples.CONTENT, headers=("Idempotency-Replayed",),
        ),
        sent=[
            Sent("application/json", ContentIn, example=examples.CONTENT_IN),
            Sent("multipart/form-data", ContentFacts, form=True),
        ],
        problems=[
            Code.NO_SUCH_BANK, Code.NO_SUCH_CONTENT, Code.KEY_REUSED, Code.UNAVAILABLE,
        ],
    ),
)  # fmt: skip
async def add_content(
    request: Request, name: BankName, idempotency_key: IdempotencyKey = None
) -> Response:
    """Bank a content by its signals, or by a file that is hashed and not kept.

    A file whose picture can't be hashed is refused, and `reason` says why. With an
    Idempotency-Key the same request can be sent again; it is answered 404 where the content was
    withdrawn since.
    """
    service = service_of(request)
    if media_type(request) == "multipart/form-data":
        facts, found = await _hashed(request, service, name)
    else:
        given = await read_json(request, ContentIn)
        facts, found = given, _signals(given)
    said = f"{sorted(map(repr, found))}{[facts.labels, facts.note, facts.source, facts.reference]}"
    question = asked(request, idempotency_key, said.encode())

    def add() -> Done:
        added = service.banks.add_content(
            name, found, facts.labels, facts.note, facts.source, facts.reference
        )
        status = 201 if added.created else 200
        reference = {"bank": name, "id": added.content.id}
        return Done(status, content_json(added.content), reference)

    call = partial(
        once, service.database, service.limits.answers_hours, question, add,
        partial(_added_before, service),
    )  # fmt: skip
    done = await change(service, call)
    return done_response(done, f"/api/v1/banks/{name}/content/{done.reference['id']}")


def _added_before(service: Service, reference: Mapping[str, Any]) -> Mapping[str, Any]:
    return content_json(service.banks.content(reference["bank"], reference["id"]))


def _signals(given: ContentIn) -> list[Signal]:
    return [
        Signal(kind, one.value, one.quality) if isinstance(one, SignalIn) else Signal(kind, one)
        for kind, one in given.signals.items()
    ]


async def _hashed(
    request: Request, service: Service, bank: str
) -> tuple[ContentFacts, list[Signal]]:
    """What is noted of a file, and its signals; raises Problem where it has none to bank."""
    with service.memory() as memory:
        form = await read_form(request, memory, max_file_bytes(request))
        file, context = one_file(form)
        facts = parsed(ContentFacts, context or b"{}")
        types = await service.calls.read(lambda: service.banks.types_kept(bank))
        query = query_of(await service.hash(file, types))
    if query.refused is not None:
        raise Problem(Code.INVALID, query.refused["message"], reason=query.refused["code"])
    return facts, banked_signals(query.signals)


@router.get(
    "/banks/{name}/content/{content_id}",
    summary="Get a content",
    **operation(
        Scope.READ,
        Given(200, "The content.", ContentOut, examples.CONTENT),
        problems=[Code.INVALID, Code.NO_SUCH_BANK, Code.NO_SUCH_CONTENT, Code.UNAVAILABLE],
    ),
)
async def get_content(request: Request, name: BankName, content_id: Number) -> Response:
    """One content of a bank."""
    service = service_of(request)
    found = await service.calls.read(lambda: service.banks.content(name, content_id))
    return json_response(content_json(found))


@router.delete(
    "/banks/{name}/content/{content_id}",
    summary="Withdraw a content",
    **operation(
        Scope.WRITE,
        Given(204, "It is gone, and no upload is matched with it any more."),
        problems=[Code.INVALID, Code.NO_SUCH_BANK, Code.NO_SUCH_CONTENT, Code.UNAVAILABLE],
    ),
)
async def delete_content(request: Request, name: BankName, content_id: Number) -> Response:
    """Withdraw one content, at once and for good."""
    service = service_of(request)
    await change(service, lambda: service.banks.remove_content(name, content_id))
    return no_content()


@router.delete(
    "/banks/{name}/signals/{signal_type}/{value:path}",
    summary="Withdraw a signal",
    **operation(
        Scope.WRITE,
        Given(200, "What was withdrawn; nothing where no content had the signal.", RemovedOut,
              examples.REMOVED),
        problems=[Code.INVALID, Code.NO_SUCH_BANK, Code.UNAVAILABLE],
    ),
)  # fmt: skip
async def delete_signal(
    request: Request, name: BankName, signal_type: SignalTypeName, value: SignalText
) -> Response:
    """Withdraw all contents of a bank that have this very signal, at once and for good.

    Those that an unfinished import has prepared go, too.
    """
    service = service_of(request)
    removed = await change(
        service, lambda: service.banks.remove_by_signal(name, signal_type, value)
    )
    return json_response({"removed": list(removed)})


def content_json(content: Content) -> dict[str, Any]:
    """A content as the API gives it."""
    told = {
        "id": content.id,
        "bank": content.bank,
        "signals": {
            one.type: {"value": one.value}
            | ({} if one.quality is None else {"quality": one.quality})
            for one in content.signals
        },
        "labels": content.labels,
        "note": content.note,
        "source": content.source,
        "reference": content.reference,
        "created_at": content.created_at,
    }
    return told | ({} if content.import_id is None else {"import_id": content.import_id})
