"""Exchanges: this version has none, and every route says so."""

from __future__ import annotations

from starlette.responses import Response

from hedgerow.web.hma.asking import Ask
from hedgerow.web.hma.refusals import Refusal, json_response, quoted
from hedgerow.web.hma.schemas import NewExchange


async def nothing(_ask: Ask) -> Response:
    """GET: an empty list, of exchanges or of their APIs."""
    return json_response([])


async def no_api(ask: Ask) -> Response:
    """GET and POST: an exchange API by its name; there is none."""
    raise Refusal(404, _not_installed(ask.path("api")))


async def create(ask: Ask) -> Response:
    """POST: make an exchange; there is no API for one."""
    given = await ask.json(NewExchange)
    msg = f"{_not_installed(given.api)}; import its list with POST /api/v1/banks/<name>/import"
    raise Refusal(400, msg)


async def no_exchange(ask: Ask) -> Response:
    """GET and PUT: an exchange by its name; there is none."""
    raise Refusal(404, f"Exchange {quoted(ask.path('exchange'))} not found")


async def delete(_ask: Ask) -> Response:
    """DELETE: as HMA answers where there is none."""
    return json_response({"message": "Exchange deleted"})


def _not_installed(name: str) -> str:
    return f"no exchange API named {quoted(name)} is installed: this version has none"
