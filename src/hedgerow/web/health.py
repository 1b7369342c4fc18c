"""Whether the service lives, whether it can be trusted with uploads, and its measurements."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic_core import to_json

from hedgerow.accounts import Scope
from hedgerow.web.access import allowed, bearer_of, service_of

router = APIRouter(include_in_schema=False)

_ASKING = ["GET", "HEAD"]
"""Balancers that look at the status alone ask by HEAD."""


@router.api_route("/health/live", methods=_ASKING)
async def live() -> Response:
    """Answer, as long as the process does anything at all."""
    return _json({"status": "live"})


@router.api_route("/health/ready", methods=_ASKING)
async def ready(request: Request) -> Response:
    """Tell the truth: 200 only where an upload sent now would be checked."""
    service = service_of(request)
    problem = await service.problem()
    state = {"sequence": service.fresh.sequence, "age_seconds": service.fresh.age}
    if problem is None:
        return _json({"status": "ready", **state})
    return _json({"status": "not_ready", "problem": problem, **state}, 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Measurements as Prometheus reads them."""
    service = service_of(request)
    if not service.plan.options.open_metrics:
        allowed(request, bearer_of(request), Scope.READ)
    text, kind = service.metrics.text(service)
    return Response(text, headers={"Content-Type": kind})


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return Response(to_json(content), status, media_type="application/json")
