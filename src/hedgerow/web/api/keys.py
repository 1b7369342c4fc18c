"""API keys: made, listed, revoked."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter, Request, Response

from hedgerow.accounts import ApiKey, Scope
from hedgerow.store import StoreProblem
from hedgerow.web.access import service_of
from hedgerow.web.api import examples
from hedgerow.web.api.answers import json_response, no_content, read_json
from hedgerow.web.api.operations import Given, Sent, operation
from hedgerow.web.api.paths import Number
from hedgerow.web.api.service_schemas import KeyIn, KeyOut, KeysOut, NewKeyOut
from hedgerow.web.paging import Cursor, Limit, after_number, page_json
from hedgerow.web.problems import Code
from hedgerow.web.service import Service

router = APIRouter(tags=["keys"])

_log = logging.getLogger(__name__)


@router.get(
    "/keys",
    summary="List the API keys",
    **operation(
        Scope.ADMIN,
        Given(200, "A page of keys, by number; revoked ones too.", KeysOut, examples.KEYS),
        problems=[Code.INVALID, Code.UNAVAILABLE],
    ),
)
async def list_keys(request: Request, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """All API keys by their numbers, page by page; the keys themselves nobody can show."""
    service = service_of(request)
    most = min(limit, service.limits.max_page)
    after = after_number(cursor)
    found = await service.calls.read(lambda: service.keys.list(after, most))
    return json_response(page_json(found, most, _key_json, lambda key: key.id))


@router.post(
    "/keys",
    summary="Make an API key",
    **operation(
        Scope.ADMIN,
        Given(201, "It was made.", NewKeyOut, examples.NEW_KEY, headers=("Location",)),
        sent=[Sent("application/json", KeyIn, example=examples.KEY_IN)],
        problems=[Code.UNAVAILABLE],
    ),
)
async def create_key(request: Request) -> Response:
    """Make an API key. The key itself is in this answer, and nowhere else ever.

    So this takes no Idempotency-Key. Where the answer was lost, revoke the key and make another.
    """
    service = service_of(request)
    given = await read_json(request, KeyIn)
    made, key = await service.calls.write(lambda: _create(service, given))
    location = {"Location": f"/api/v1/keys/{made.id}", "Cache-Control": "no-store"}
    return json_response(_key_json(made) | {"key": key}, 201, location)


@router.get(
    "/keys/{key_id}",
    summary="Get an API key",
    **operation(
        Scope.ADMIN,
        Given(200, "What is known of the key.", KeyOut, examples.KEY),
        problems=[Code.INVALID, Code.NO_SUCH_KEY, Code.UNAVAILABLE],
    ),
)
async def get_key(request: Request, key_id: Number) -> Response:
    """What is known of an API key, which isn't the key itself."""
    service = service_of(request)
    return json_response(_key_json(await service.calls.read(lambda: service.keys.get(key_id))))


@router.delete(
    "/keys/{key_id}",
    summary="Revoke an API key",
    **operation(
        Scope.ADMIN,
        Given(204, "It is good for nothing any more."),
        problems=[Code.INVALID, Code.NO_SUCH_KEY, Code.UNAVAILABLE],
    ),
)
async def revoke_key(request: Request, key_id: Number) -> Response:
    """Revoke an API key: at once in this process, within a second in all others."""
    service = service_of(request)
    await service.calls.write(lambda: _revoke(service, key_id))
    return no_content()


def _create(service: Service, given: KeyIn) -> tuple[ApiKey, str]:
    made = service.keys.create(given.name, given.scopes)
    try:
        service.ring.refresh()
    except StoreProblem as problem:
        # It is made, and can be shown only now; the ring is refreshed soon by itself.
        _log.warning("a key was made, but is not known yet: %s", problem)
    return made


def _revoke(service: Service, key_id: int) -> None:
    service.keys.revoke(key_id)
    service.ring.refresh()  # where it fails, so does the request: the key may be in use still


def _key_json(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "hint": key.hint,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }
