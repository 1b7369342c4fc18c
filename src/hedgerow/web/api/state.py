"""What is installed here, and how it is doing."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from hedgerow import __version__
from hedgerow.accounts import Scope
from hedgerow.signals import registry
from hedgerow.web.access import service_of
from hedgerow.web.api import examples
from hedgerow.web.api.answers import json_response
from hedgerow.web.api.operations import Given, operation
from hedgerow.web.api.service_schemas import SignalTypesOut, StatusOut

router = APIRouter(tags=["service"])


@router.get(
    "/signal-types",
    summary="List the signal types",
    **operation(
        Scope.READ,
        Given(200, "All that are installed.", SignalTypesOut, examples.SIGNAL_TYPES),
    ),
)
async def list_signal_types(_request: Request) -> Response:
    """The kinds of hashes that are installed here, those of other packages too."""
    items = [
        {
            "name": one.name,
            "comparison": one.comparison,
            "needs_picture": one.needs_picture,
            "max_distance": one.max_distance,
            "default_threshold": one.default_threshold,
            "minimum_quality": one.minimum_quality,
        }
        for _name, one in sorted(registry().items())
    ]
    return json_response({"items": items, "next": None})


@router.get(
    "/status",
    summary="Get the state of the service",
    **operation(Scope.READ, Given(200, "How it is doing.", StatusOut, examples.STATUS)),
)
async def get_status(request: Request) -> Response:
    """How the process that answers is doing; where there are several, each tells of itself."""
    service = service_of(request)
    age = service.fresh.age
    problem = service.fresh.problem()
    told: dict[str, Any] = {
        "version": __version__,
        "sequence": service.fresh.sequence,
        "age_seconds": None if age is None else round(age, 3),
        "indexes": {name: {"codes": codes} for name, codes in service.fresh.matcher.codes.items()},
        "queued": service.turns.queued,
        "uploads": service.uploads,
        "ready": problem is None,
    }
    return json_response(told if problem is None else told | {"problem": problem})
