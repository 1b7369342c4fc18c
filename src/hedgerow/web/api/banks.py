"""Banks: made, listed, changed, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from hedgerow.accounts import Scope
from hedgerow.banks import Bank, BankDetails, NoSuchBank
from hedgerow.web.access import service_of
from hedgerow.web.api import examples
from hedgerow.web.api.answers import done_response, json_response, no_content, read_json
from hedgerow.web.api.bank_schemas import BankChange, BankDetailsOut, BankIn, BankOut, BanksOut
from hedgerow.web.api.operations import Given, Sent, operation
from hedgerow.web.api.paths import BankName
from hedgerow.web.changing import change
from hedgerow.web.idempotency import Done, IdempotencyKey, asked, once
from hedgerow.web.paging import Cursor, Limit, after_name, page_json
from hedgerow.web.problems import Code
from hedgerow.web.service import Service

router = APIRouter(tags=["banks"])
JSON = "application/json"


@router.get(
    "/banks",
    summary="List the banks",
    **operation(
        Scope.READ,
        Given(200, "A page of banks, by name.", BanksOut, examples.BANKS),
        problems=[Code.INVALID, Code.UNAVAILABLE],
    ),
)
async def list_banks(request: Request, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """All banks by name, page by page."""
    service = service_of(request)
    most = min(limit, service.limits.max_page)
    after = after_name(cursor)
    found = await service.calls.read(lambda: service.banks.page(after, most))
    return json_response(page_json(found, most, bank_json, lambda bank: bank.name))


@router.post(
    "/banks",
    summary="Make a bank",
    **operation(
        Scope.WRITE,
        Given(
            201, "It was made.", BankOut, examples.BANK,
            headers=("Location", "Idempotency-Replayed"),
        ),
        sent=[Sent(JSON, BankIn, example=examples.BANK_IN)],
        problems=[Code.NO_SUCH_BANK, Code.BANK_EXISTS, Code.KEY_REUSED, Code.UNAVAILABLE],
    ),
)  # fmt: skip
async def create_bank(request: Request, idempotency_key: IdempotencyKey = None) -> Response:
    """Make a bank.

    With an Idempotency-Key the same request can be sent again: the bank is made once, and the
    answer is the bank as it is then; 404 where it was renamed or deleted since.
    """
    service = service_of(request)
    given = await read_json(request, BankIn)
    question = asked(request, idempotency_key, given.model_dump_json().encode())

    def make() -> Done:
        made = service.banks.create(
            given.name,
            given.action,
            given.kind,
            given.thresholds,
            given.description,
            local=given.local,
        )
        return Done(201, bank_json(made), {"id": made.id, "name": made.name})

    call = partial(
        once, service.database, service.limits.answers_hours, question, make,
        partial(_made_before, service),
    )  # fmt: skip
    return done_response(await change(service, call), f"/api/v1/banks/{given.name}")


def _made_before(service: Service, reference: Mapping[str, Any]) -> Mapping[str, Any]:
    found = service.banks.get(reference["name"])
    if found.id != reference["id"]:
        raise NoSuchBank(reference["name"])
    return bank_json(found)


@router.get(
    "/banks/{name}",
    summary="Get a bank",
    **operation(
        Scope.READ,
        Given(200, "The bank.", BankDetailsOut, examples.BANK_DETAILS),
        problems=[Code.INVALID, Code.NO_SUCH_BANK, Code.UNAVAILABLE],
    ),
)
async def get_bank(request: Request, name: BankName) -> Response:
    """A bank, how many signals of each type it has, and its unfinished imports."""
    service = service_of(request)
    return json_response(_details_json(await service.calls.read(lambda: service.banks.get(name))))


@router.patch(
    "/banks/{name}",
    summary="Change a bank",
    **operation(
        Scope.WRITE,
        Given(200, "The bank as it is now.", BankOut, examples.BANK),
        sent=[Sent(JSON, BankChange, example=examples.BANK_CHANGE)],
        problems=[Code.NO_SUCH_BANK, Code.BANK_EXISTS, Code.UNAVAILABLE],
    ),
)
async def change_bank(request: Request, name: BankName) -> Response:
    """Change a bank's name, action, thresholds or description; what isn't given stays."""
    service = service_of(request)
    given = await read_json(request, BankChange)
    changed = await change(
        service,
        lambda: service.banks.update(
            name,
            new_name=given.name,
            action=given.action,
            thresholds=given.thresholds,
            description=given.description,
            local=given.local,
        ),
    )
    return json_response(bank_json(changed))


@router.delete(
    "/banks/{name}",
    summary="Delete a bank",
    **operation(
        Scope.WRITE,
        Given(204, "It and all that was in it is gone."),
        problems=[Code.INVALID, Code.NO_SUCH_BANK, Code.UNAVAILABLE],
    ),
)
async def delete_bank(request: Request, name: BankName) -> Response:
    """Delete a bank and all that is in it, at once and for good."""
    service = service_of(request)
    await change(service, lambda: service.banks.delete(name))
    return no_content()


def bank_json(bank: Bank) -> dict[str, Any]:
    """A bank as the API gives it."""
    told = {
        "name": bank.name,
        "kind": bank.kind,
        "action": bank.action,
        "thresholds": bank.thresholds,
        "description": bank.description,
        "contents": bank.contents,
        "created_at": bank.created_at,
    }
    return told | {
        name: True for name, said in (("test", bank.test), ("local", bank.local)) if said
    }


def _details_json(bank: BankDetails) -> dict[str, Any]:
    return bank_json(bank) | {
        "signals": bank.signals,
        "unfinished": [
            {
                "id": one.id,
                "line": one.line,
                "added": one.added,
                "duplicates": one.duplicates,
                "bad": one.bad,
                "started_at": one.started_at,
            }
            for one in bank.unfinished
        ],
    }
