"""Cases: what became of matches, and the uploader's complaint."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from hedgerow.accounts import Scope
from hedgerow.cases import Case, CaseDetails, Filter, Sought, Status
from hedgerow.web.access import service_of
from hedgerow.web.api import examples
from hedgerow.web.api.answers import done_response, json_response, read_json
from hedgerow.web.api.case_schemas import CaseDetailsOut, CasesOut, ComplaintIn, StatusName
from hedgerow.web.api.operations import Given, Sent, operation
from hedgerow.web.api.paths import Number
from hedgerow.web.idempotency import Done, IdempotencyKey, asked, once
from hedgerow.web.paging import Cursor, Limit
from hedgerow.web.problems import Code
from hedgerow.web.service import Service

router = APIRouter(tags=["cases"])

_OUT = (
    "id", "status", "reason", "outcome", "bank", "content_id", "labels", "signal_type", "distance",
    "threshold", "transform", "media", "copies", "opened_at", "decided_at", "test",
)  # fmt: skip

WithStatus = Annotated[
    StatusName | None,
    Query(
        description="Only those that stand there; `waiting` unless given, and any where they are "
        "asked for by `reference` or `uploader`."
    ),
]
Reference = Annotated[
    str, Query(max_length=4000, description="Only that of the upload that you call so, exactly.")
]
Uploader = Annotated[
    str, Query(max_length=4000, description="Only those of what this uploader sent, exactly.")
]


@router.get(
    "/cases",
    summary="List the cases",
    **operation(
        Scope.CASES,
        Given(200, "A page of cases, the most urgent first.", CasesOut, examples.CASES),
        problems=[Code.INVALID, Code.UNAVAILABLE],
    ),
)
async def list_cases(
    request: Request,
    status: WithStatus = None,
    reference: Reference = "",
    uploader: Uploader = "",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """The cases of one status, the most urgent first; of decided ones the newest case.

    Those of a `reference` or an `uploader` are listed wherever they stand, the newest first.
    """
    service = service_of(request)
    cases = service.cases
    most = min(limit, service.limits.max_page, cases.limits.max_page)
    stands = None if status is None else Status(status)
    if reference or uploader:
        pages = partial(cases.find, Sought(uploader, reference, stands))
    else:
        pages = partial(cases.page, Filter(status=stands or Status.WAITING))
    page = await service.calls.read(lambda: pages(cursor, most))
    return json_response({"items": [_case_json(each) for each in page.cases], "next": page.next})


@router.get(
    "/cases/{case_id}",
    summary="Get a case",
    **operation(
        Scope.CASES,
        Given(200, "The case.", CaseDetailsOut, examples.CASE_DETAILS),
        problems=[Code.INVALID, Code.NO_SUCH_CASE, Code.UNAVAILABLE],
    ),
)
async def get_case(request: Request, case_id: Number) -> Response:
    """One case and the latest of its uploads. Who decided it is told to nobody here."""
    service = service_of(request)
    return json_response(
        _details_json(await service.calls.read(lambda: service.cases.get(case_id)))
    )


@router.post(
    "/cases/{case_id}/complaints",
    summary="Hand in a complaint",
    **operation(
        Scope.CASES,
        Given(
            201, "It was taken in.", CaseDetailsOut, examples.CASE_DETAILS,
            headers=("Location", "Idempotency-Replayed"),
        ),
        sent=[Sent("application/json", ComplaintIn, example=examples.COMPLAINT_IN)],
        problems=[Code.NO_SUCH_CASE, Code.KEY_REUSED, Code.UNAVAILABLE],
    ),
)  # fmt: skip
async def complain(
    request: Request, case_id: Number, idempotency_key: IdempotencyKey = None
) -> Response:
    """Hand in what the uploader says against the case; somebody who hasn't decided it looks anew.

    A case that was decided is open again. What comes of it is told by a webhook, and by the case.
    With an Idempotency-Key the same complaint can be sent again: it is taken in once.
    """
    service = service_of(request)
    given = await read_json(request, ComplaintIn)
    question = asked(request, idempotency_key, given.text.encode())

    def take_in() -> Done:
        found = service.cases.complain(case_id, given.text)
        return Done(201, _details_json(found), {"case": case_id})

    call = partial(
        once, service.database, service.limits.answers_hours, question, take_in,
        partial(_taken_in_before, service),
    )  # fmt: skip
    done = await service.calls.write(call)
    return done_response(done, f"/api/v1/cases/{case_id}")


def _taken_in_before(service: Service, reference: Mapping[str, Any]) -> Mapping[str, Any]:
    return _details_json(service.cases.get(reference["case"]))


def _case_json(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in _OUT}


def _details_json(case: CaseDetails) -> dict[str, Any]:
    uploads = [
        vars(each.context) | {"seen_at": each.seen_at, "same_file": each.same_file}
        for each in case.copies_kept
    ]
    return _case_json(case) | {"uploads": uploads}
