"""The overview: how reviewing goes, in numbers alone, for everybody who may see numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.cases import Status
from hedgerow.web.console.drawings import bars_of, range_of
from hedgerow.web.console.reasons import reason_of
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit

_SHOWN = (Status.WAITING, Status.SECOND, Status.ESCALATED, Status.HELD)

_VERDICTS = ("block", "review", "record", "clear", "unchecked")


@dataclass(frozen=True)
class Share:
    """One verdict's part of all uploads; positions in percent."""

    verdict: str
    number: int
    start: float
    width: float


@page("GET", "/overview", needs=Permission.NUMBERS)
async def overview(visit: Visit) -> Response:
    """Waiting, unchecked, opened and decided, and how often each bank is right."""
    found = await visit.read(visit.service.cases.overview)
    problem = await visit.service.problem() if visit.may(Permission.REVIEW) else None
    return visit.render(
        "overview.html",
        overview=found,
        statuses=_SHOWN,
        waiting=sum(found.by_status.get(status, 0) for status in _SHOWN),
        days=bars_of(found.days),
        ranges=[range_of(bank) for bank in found.precision],
        shares=shares_of(found.verdicts),
        unchecked=[(code, number, reason_of(code)) for code, number in found.unchecked.items()],
        problem=problem,
        keeps_media=visit.service.cases.keeps_media,
    )


def shares_of(verdicts: Mapping[str, int]) -> list[Share]:
    """The uploads by verdict, side by side; those that don't occur are left out."""
    total = sum(verdicts.values())
    found, start = [], 0.0
    for verdict in _VERDICTS:
        number = verdicts.get(verdict, 0)
        if number:
            width = 100 * number / total
            found.append(Share(verdict, number, round(start, 3), round(width, 3)))
            start += width
    return found
