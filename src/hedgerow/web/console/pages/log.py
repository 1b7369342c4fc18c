"""The log: who did or saw what, when and why; verified and taken along."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import NamedTuple

from starlette.responses import Response, StreamingResponse

from hedgerow.accounts import Permission
from hedgerow.store import (
    AuditEntry,
    AuditProblem,
    VaultProblem,
    Verification,
    now,
    record,
)
from hedgerow.web.console.log_filters import (
    action_choices,
    actor_choices,
    asked_of,
    before_of,
    filter_of,
    is_narrowed,
    query_of,
)
from hedgerow.web.console.logged import Names, line_of, people_in
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.html.refusals import Refusal
from hedgerow.web.service import Service

CHOICES = 500
"""People and keys that can be chosen from; the log itself names all."""

_LINES = 200
"""Of an export, that are read at a time."""

_verifying = threading.Lock()
"""One at a time in each process: it keeps a thread and the database busy for long."""

_log = logging.getLogger(__name__)


class _Listed(NamedTuple):
    entries: list[AuditEntry]
    names: Names
    choices: Names
    actions: list[str]


@page("GET", "/log", needs=Permission.LOG)
async def log(visit: Visit) -> Response:
    """One page of the log, newest first."""
    wanted, before = filter_of(visit.query), before_of(visit.query)
    service, rows = visit.service, visit.limits.page_rows

    def listed() -> _Listed:
        entries = service.audit.entries(
            before,
            rows + 1,
            action_prefix=wanted.action,
            actor=wanted.who,
            subject=wanted.subject,
            since=wanted.since,
            until=wanted.until,
        )
        keys = {each.id: each.name for each in service.keys.list(0, CHOICES)}
        people = {each.id: each.name for each in service.people.list(0, CHOICES)}
        names = Names(service.people.names(people_in(entries)), keys)
        return _Listed(entries, names, Names(people, keys), service.audit.actions())

    shown = await visit.read(listed)
    opens = frozenset(each for each in Permission if visit.may(each))
    return visit.render(
        "log.html",
        lines=[line_of(each, shown.names, opens) for each in shown.entries[:rows]],
        more=shown.entries[rows - 1].number if len(shown.entries) > rows else None,
        first=before is None,
        wanted=wanted,
        narrowed=is_narrowed(visit.query),
        query=query_of(visit.query),
        asked=asked_of(visit.query),
        who=actor_choices(shown.choices, wanted.who),
        actions=action_choices(shown.actions, wanted.action),
    )


@page("POST", "/log/verify", needs=Permission.LOG)
async def verify(visit: Visit) -> Response:
    """Go through the whole log, and tell what was found."""
    service = visit.service
    # Nothing is imported: its place is what tells a long call that the service is ending.
    told = service.calls.importing().told

    def verified() -> Verification:
        # Within the call, as that goes on where nobody waits for it any more.
        if not _verifying.acquire(blocking=False):
            raise Refusal(
                429,
                "The log is being verified already",
                "Somebody has begun before you. Wait until that is done, and verify it again.",
            )
        try:
            return service.audit.verify(told)
        finally:
            _verifying.release()

    began = now()
    try:
        found = await visit.read(verified)
    except (AuditProblem, VaultProblem) as problem:
        raise _cannot("verified", problem) from problem
    return visit.render("log/verified.html", found=found, began=began)


@page("POST", "/log/export", needs=Permission.LOG)
async def export(visit: Visit) -> Response:
    """The whole log as a file, which can be verified without the database; the log tells of it."""
    service = visit.service

    def begun() -> Iterator[str]:
        with service.database.write() as session:
            record(session, "log.exported")
        try:
            service.audit.checkpoint()
        except AuditProblem as problem:
            # A log whose end was cut off is signed no more. It is handed out all the same, as
            # whoever verifies it finds that.
            _log.warning("the log is exported without a new signature: %s", problem)
        return service.audit.export()

    try:
        lines = await visit.write(begun)
        # Read before the answer begins, so that a failure of it can be told.
        first = await visit.read(lambda: _piece(lines))
    except (AuditProblem, VaultProblem) as problem:
        raise _cannot("exported", problem) from problem
    name = f"hedgerow-log-{now():%Y-%m-%d}.ndjson"
    return StreamingResponse(
        _pieces(service, first, lines),
        media_type="application/x-ndjson",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _piece(lines: Iterator[str]) -> str:
    return "".join(islice(lines, _LINES))


async def _pieces(service: Service, first: str, lines: Iterator[str]) -> AsyncIterator[str]:
    """The pieces of an export, each read when the client has taken the one before."""
    piece = first
    while piece:
        yield piece
        piece = await service.calls.read_on(lambda: _piece(lines))


def _cannot(be: str, problem: Exception) -> Refusal:
    _log.warning("the log could not be %s: %s", be, problem)
    return Refusal(
        503,
        f"The log can't be {be} now",
        "The file of checkpoints or the key file can't be used. The service's own log says why; "
        "“hedgerow audit verify” on the machine tells the same.",
    )
