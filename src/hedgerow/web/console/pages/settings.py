"""Settings: each with its value and where that comes from, and whether everything works.

They are changed where the service is started, not here: who can sign in can't loosen a limit.
"""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.store import shown
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence
from hedgerow.web.service import Service

DEFAULT = "default"
"""Where the value of a setting comes from that nobody set."""

HIDDEN = "set, and not shown"

_SECRET = ("secret", "password", "token")


class Shown(NamedTuple):
    """A setting. source: where its value comes from. about: what it means."""

    key: str
    value: str
    source: str
    about: str


class Health(NamedTuple):
    """One thing that was looked at. state: "good", "note" or "bad"."""

    name: str
    state: str
    words: str


@page("GET", "/settings", needs=Permission.SETTINGS)
async def settings(visit: Visit) -> Response:
    """What is in force, and whether it works."""
    service = visit.service
    why = await service.problem()
    health = [_uploads(why), *await visit.read(lambda: _others(service))]
    rows = [_safe(*each) for each in service.plan.settings_shown]
    return visit.render(
        "settings.html",
        health=health,
        chosen=[each for each in rows if each.source != DEFAULT],
        groups=[
            (name, list(found))
            for name, found in groupby(rows, lambda row: row.key.rpartition(".")[0])
        ],
        DEFAULT=DEFAULT,
    )


def _safe(key: str, value: str, source: str, about: str) -> Shown:
    """Without a secret, whoever made the row: its own name tells that it is one."""
    name = key.rpartition(".")[2]
    if value and source != DEFAULT and any(word in name for word in _SECRET):
        value = HIDDEN
    return Shown(key, value, source, about)


def _uploads(why: str | None) -> Health:
    if why is not None:
        return Health("Uploads", "bad", sentence(f"An upload sent now is not checked: {why}"))
    return Health("Uploads", "good", "An upload sent now is checked.")


def _survivors(service: Service) -> Health:
    name, on = "Survivors' pages", service.plan.help.enabled
    if not on:
        words = "Off (help.enabled). Read docs/help.md before you switch them on."
        return Health(name, "note", words)
    if not service.people.active(Permission.SURVIVORS):
        words = (
            "On, and nobody who is active has the role companion: nobody answers. See docs/help.md."
        )
        return Health(name, "bad", words)
    return Health(name, "good", "On, at /help/. docs/help.md tells what they promise.")


def _others(service: Service) -> list[Health]:
    stuck = service.webhooks.problem()
    return [
        Health("Database", "good", f"It answers: {shown(service.database.engine.url)}"),
        Health("Webhooks", "bad", sentence(f"Events don't go out: {stuck}"))
        if stuck
        else Health("Webhooks", "good", "No event waits in vain."),
        _survivors(service),
        Health("Uploads for review", "good", "They are kept where a bank's policy says so.")
        if service.cases.keeps_media
        else Health(
            "Uploads for review",
            "note",
            "No vault is set up, so none is kept: cases are decided on their evidence.",
        ),
    ]
