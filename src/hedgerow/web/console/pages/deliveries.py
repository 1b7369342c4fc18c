"""Deliveries of webhooks: what was sent, what came of each attempt, and sending it again."""

from __future__ import annotations

import json

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.cases import Delivery, WebhookOff
from hedgerow.web.console import hooks
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import plural, sentence


@page("GET", "/webhooks/deliveries/{delivery_id:id}", needs=Permission.WEBHOOKS)
async def delivery_page(visit: Visit, delivery_id: int) -> Response:
    """One delivery with its attempts."""
    rooms = visit.service.webhooks

    def found() -> tuple[object, object, bool]:
        delivery = rooms.delivery(delivery_id)
        return delivery, rooms.get(delivery.endpoint_id), _is_for(visit, delivery)

    with hooks.known():
        delivery, endpoint, shown = await visit.read(found)
    return visit.render(
        "webhooks/delivery.html",
        delivery=delivery,
        endpoint=endpoint,
        states=hooks.STATES,
        keep_days=rooms.limits.keep_days,
        shown=shown,
    )


def _is_for(visit: Visit, delivery: Delivery) -> bool:
    """Whether this person may know what it tells of uploads, or of a notice of the person in it."""
    if delivery.event == "test":
        return True
    told = json.loads(delivery.payload)["data"]
    if "notice" in told:
        return visit.may(Permission.SURVIVORS)
    if not visit.may(Permission.REVIEW):
        return False
    return not visit.service.cases.get(told["case"], visit.person).withheld


@page("POST", "/webhooks/deliveries/{delivery_id:id}/resend", needs=Permission.WEBHOOKS)
async def resend(visit: Visit, delivery_id: int) -> Response:
    """Send one again, now."""
    rooms, here = visit.service.webhooks, f"/console/webhooks/deliveries/{delivery_id}"
    try:
        with hooks.known():
            await visit.write(lambda: rooms.resend(delivery_id))
    except WebhookOff as problem:
        return visit.redirect(here, sentence(problem), kind="bad")
    return visit.redirect(here, "It is sent again. Load this page again to see what came of it.")


@page("POST", "/webhooks/{endpoint_id:id}/resend", needs=Permission.WEBHOOKS)
async def resend_failed(visit: Visit, endpoint_id: int) -> Response:
    """Send again all that failed or was dropped, as many as go at once."""
    rooms, here = visit.service.webhooks, f"/console/webhooks/{endpoint_id}"
    try:
        with hooks.known():
            number = await visit.write(lambda: rooms.resend_all(endpoint_id))
    except WebhookOff as problem:
        return visit.redirect(here, sentence(problem), kind="bad")
    if not number:
        return visit.redirect(here, "There was nothing to send again.", kind="note")
    return visit.redirect(here, f"{plural(number, 'delivery', 'deliveries')}: sent again.")
