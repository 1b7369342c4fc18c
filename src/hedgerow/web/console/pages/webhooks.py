"""Webhooks: where the platform is told of cases, and the secrets that it knows us by."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.cases import BadWebhook, DeliveryState, Endpoint, WebhookOff
from hedgerow.web.console import hooks
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence
from hedgerow.web.html.refusals import Refusal

_PAGE = 25
_FAILED_SHOWN = 10


@page("GET", "/webhooks", needs=Permission.WEBHOOKS)
async def webhooks(visit: Visit) -> Response:
    """All of them, and before them the deliveries that have failed."""
    rooms = visit.service.webhooks
    found, failed, problem = await visit.read(
        lambda: (
            rooms.list(),
            rooms.deliveries(states=(DeliveryState.FAILED,), limit=_FAILED_SHOWN),
            rooms.problem(),
        )
    )
    names = {each.id: each.description or each.url for each in found}
    return visit.render(
        "webhooks/list.html",
        webhooks=found,
        failed=failed,
        names=names,
        stuck=sentence(problem) if problem else "",
        states=hooks.STATES,
        endpoint_states=hooks.ENDPOINTS,
    )


@page("GET", "/webhooks/new", needs=Permission.WEBHOOKS)
async def new_webhook(visit: Visit) -> Response:
    """The form for a new one."""
    return _new(visit, list(hooks.EVENTS))


def _new(visit: Visit, chosen: list[str], problem: str = "", status: int = 200) -> Response:
    return visit.render(
        "webhooks/new.html", status, events=hooks.EVENTS, chosen=chosen, problem=problem
    )


@page("POST", "/webhooks", needs=Permission.WEBHOOKS)
async def create_webhook(visit: Visit) -> Response:
    """Make one, and show its secret for the only time."""
    form, rooms = visit.form, visit.service.webhooks
    url, chosen, words = form.text("url"), form.many("event"), form.text("description")
    try:
        made, secret = await visit.write(lambda: rooms.create(url, chosen, words))
    except BadWebhook as problem:
        return _new(visit, chosen, sentence(problem), 422)
    return _secret(visit, made, secret, new=True)


def _secret(visit: Visit, endpoint: Endpoint, secret: str, *, new: bool) -> Response:
    return visit.render("webhooks/secret.html", endpoint=endpoint, secret=secret, new=new)


@page("GET", "/webhooks/{endpoint_id:id}", needs=Permission.WEBHOOKS)
async def webhook_page(visit: Visit, endpoint_id: int) -> Response:
    """One, with its deliveries."""
    return await _show(visit, endpoint_id)


async def _show(visit: Visit, endpoint_id: int, problem: str = "", status: int = 200) -> Response:
    rooms, shown = visit.service.webhooks, visit.query.get("show", "")
    after = hooks.before(visit.query.get("after", ""))
    with hooks.known():
        endpoint, found = await visit.read(
            lambda: (
                rooms.get(endpoint_id),
                rooms.deliveries(endpoint_id, hooks.FILTERS.get(shown, ()), after, _PAGE + 1),
            )
        )
    context: dict[str, Any] = {
        "endpoint": endpoint,
        "deliveries": found[:_PAGE],
        "more": found[_PAGE - 1].id if len(found) > _PAGE else None,
        "first": after is None,
        "shown": shown if shown in hooks.FILTERS else "",
        "limits": rooms.limits,
    }
    return visit.render(
        "webhooks/webhook.html",
        status,
        **context,
        events=hooks.EVENTS,
        states=hooks.STATES,
        endpoint_states=hooks.ENDPOINTS,
        filters=hooks.FILTERS,
        problem=problem,
    )


@page("POST", "/webhooks/{endpoint_id:id}", needs=Permission.WEBHOOKS)
async def change_webhook(visit: Visit, endpoint_id: int) -> Response:
    """Give it another address, description or choice of events."""
    form, rooms = visit.form, visit.service.webhooks
    url, chosen, words = form.text("url"), form.many("event"), form.text("description")
    try:
        with hooks.known():
            await visit.write(
                lambda: rooms.update(endpoint_id, url=url, events=chosen, description=words)
            )
    except BadWebhook as problem:
        return await _show(visit, endpoint_id, sentence(problem), 422)
    return visit.redirect(f"/console/webhooks/{endpoint_id}", "It is changed, for events from now.")


@page("POST", "/webhooks/{endpoint_id:id}/switch", needs=Permission.WEBHOOKS)
async def switch_webhook(visit: Visit, endpoint_id: int) -> Response:
    """Switch it on or off."""
    rooms, on = visit.service.webhooks, visit.form.text("to") == "on"
    with hooks.known():
        await visit.write(lambda: rooms.update(endpoint_id, active=on))
    told = "It is on." if on else "It is off: what waited is dropped, and can be sent again."
    return visit.redirect(f"/console/webhooks/{endpoint_id}", told)


@page("POST", "/webhooks/{endpoint_id:id}/rotate", needs=Permission.WEBHOOKS)
async def rotate_secret(visit: Visit, endpoint_id: int) -> Response:
    """Give it a new secret, and show that for the only time."""
    rooms, at_once = visit.service.webhooks, visit.form.ticked("at_once")
    try:
        with hooks.known():
            endpoint, secret = await visit.write(
                lambda: (rooms.get(endpoint_id), rooms.rotate(endpoint_id, at_once=at_once))
            )
    except BadWebhook as problem:
        return await _show(visit, endpoint_id, sentence(problem), 422)
    return _secret(visit, endpoint, secret, new=False)


@page("POST", "/webhooks/{endpoint_id:id}/test", needs=Permission.WEBHOOKS)
async def try_webhook(visit: Visit, endpoint_id: int) -> Response:
    """Send it a test."""
    rooms = visit.service.webhooks
    try:
        with hooks.known():
            number = await visit.write(lambda: rooms.send_test(endpoint_id))
    except WebhookOff as problem:
        return visit.redirect(f"/console/webhooks/{endpoint_id}", sentence(problem), kind="bad")
    told = "The test is on its way. Load this page again to see what came of it."
    return visit.redirect(f"/console/webhooks/deliveries/{number}", told)


@page("POST", "/webhooks/{endpoint_id:id}/remove", needs=Permission.WEBHOOKS)
async def remove_webhook(visit: Visit, endpoint_id: int) -> Response:
    """Delete it with its secret and its deliveries."""
    rooms = visit.service.webhooks
    if not visit.form.ticked("sure"):
        with hooks.known():
            await visit.read(lambda: rooms.get(endpoint_id))
        raise Refusal(422, "Nothing was removed", "Tick the box that says what is deleted first.")
    with hooks.known():
        await visit.write(lambda: rooms.remove(endpoint_id))
    return visit.redirect("/console/webhooks", "The webhook is removed.")
