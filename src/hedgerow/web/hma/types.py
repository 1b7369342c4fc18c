"""Signal types and content types."""

from __future__ import annotations

from starlette.responses import Response

from hedgerow.signals import single_types
from hedgerow.web.hma.asking import PHOTO, VIDEO, Ask
from hedgerow.web.hma.refusals import json_response, require_type
from hedgerow.web.hma.schemas import TypeChange
from hedgerow.web.hma.state import lock, read, set_type_ratio


async def list_signal_types(ask: Ask) -> Response:
    """GET: the signal types, and how often each takes part."""
    known = await ask.read(lambda: read(ask.service.database))
    return json_response(
        [{"name": name, "enabled_ratio": known.type_ratio(name)} for name in single_types()]
    )


async def change_signal_type(ask: Ask) -> Response:
    """PUT: set how often a signal type takes part."""
    name = ask.path("signal_type")
    require_type(name)
    given = await ask.json(TypeChange)

    def update() -> None:
        with ask.service.database.write() as session:
            lock(session)
            set_type_ratio(session, name, given.enabled_ratio)

    await ask.change(update)
    return Response(status_code=204)


async def list_content_types(_ask: Ask) -> Response:
    """GET: photos, and videos that aren't hashed yet."""
    return json_response([{"name": PHOTO, "enabled": True}, {"name": VIDEO, "enabled": False}])
