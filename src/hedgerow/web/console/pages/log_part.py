"""A part of the log as a file, for reading elsewhere: what it was narrowed to, and no proof."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from functools import partial

from starlette.responses import Response, StreamingResponse

from hedgerow.accounts import Permission
from hedgerow.store import AuditEntry, now, record
from hedgerow.web.console.log_filters import NAMES, LogFilter, asked_of, filter_of, is_narrowed
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.html.refusals import Refusal
from hedgerow.web.service import Service

NOTE = (
    "A part of the log, newest first. It proves nothing by itself: only the whole log is chained "
    "and signed, so that a line that was changed or left out could be found."
)

_LINES = 200
"""That are read at a time."""


@page("POST", "/log/part", needs=Permission.LOG)
async def export_part(visit: Visit) -> Response:
    """The entries that the log is narrowed to; the log tells that they were taken along."""
    asked = asked_of({name: visit.form.text(name) for name in NAMES})
    if not is_narrowed(asked):
        raise Refusal(422, "Nothing was exported", "Narrow the log first, or export all of it.")
    service, wanted = visit.service, filter_of(asked)

    def begun() -> list[AuditEntry]:
        # Read first: the line that tells of it is none of what was asked for.
        entries = _entries(service, wanted, None)
        with service.database.write() as session:
            # By what it was narrowed, not to what: that may be a word that somebody typed.
            record(session, "log.part_exported", narrowed_to=" ".join(asked))
        return entries

    first = await visit.write(begun)
    name = f"hedgerow-log-part-{now():%Y-%m-%d}.ndjson"
    return StreamingResponse(
        _lines(service, wanted, asked, first),
        media_type="application/x-ndjson",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _entries(service: Service, wanted: LogFilter, before: int | None) -> list[AuditEntry]:
    return service.audit.entries(
        before,
        _LINES,
        action_prefix=wanted.action,
        actor=wanted.who,
        subject=wanted.subject,
        since=wanted.since,
        until=wanted.until,
    )


async def _lines(
    service: Service, wanted: LogFilter, asked: Mapping[str, str], entries: list[AuditEntry]
) -> AsyncIterator[str]:
    yield _line({"note": NOTE, "narrowed_to": asked})
    while entries:
        yield "".join(map(_entry_line, entries))
        more = partial(_entries, service, wanted, entries[-1].number)
        entries = await service.calls.read_on(more)


def _entry_line(entry: AuditEntry) -> str:
    return _line(
        {
            "number": entry.number,
            "at": None if entry.at is None else entry.at.isoformat(),
            "actor": None if entry.actor is None else str(entry.actor),
            "action": entry.action,
            "subject": entry.subject,
            "why": entry.why,
            "details": entry.details,
            "hash": entry.hash,
        }
    )


def _line(told: Mapping[str, object]) -> str:
    return json.dumps(told, ensure_ascii=False) + "\n"
