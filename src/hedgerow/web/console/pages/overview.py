"""The overview: how reviewing goes, in numbers alone, for everybody who may see numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.cases import DeliveryState, Status
from hedgerow.web.console.drawings import bars_of, range_of
from hedgerow.web.console.reasons import reason_of
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import plural, sentence

_SHOWN = (Status.WAITING, Status.SECOND, Status.ESCALATED, Status.HELD)

SPANS = (7, 14, 30, 90)
"""Days that can be looked at."""

_SPAN = 14

_FAILED = (DeliveryState.FAILED,)

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
    cases, reviews = visit.service.cases, visit.may(Permission.REVIEW)
    span = _span(visit)
    found = await visit.read(lambda: cases.overview(span))
    at_hand = await visit.read(lambda: cases.at_hand(visit.person.id)) if reviews else None
    own = None
    if visit.may(Permission.SURVIVORS) or visit.may(Permission.LEAD):
        own = await visit.read(visit.service.survivors.waiting)
    return visit.render(
        "overview.html",
        own=own,
        overview=found,
        statuses=_SHOWN,
        waiting=sum(found.by_status.get(status, 0) for status in _SHOWN),
        days=bars_of(found.days),
        ranges=[range_of(bank) for bank in found.precision],
        shares=shares_of(found.verdicts),
        unchecked=[(code, number, reason_of(code)) for code, number in found.unchecked.items()],
        troubles=[*await _troubles(visit), *await _of_survivors(visit, own)],
        spans=SPANS,
        span=span,
        at_hand=at_hand,
        keeps_media=cases.keeps_media,
    )


@page("GET", "/overview/numbers.csv", needs=Permission.NUMBERS)
async def numbers(visit: Visit) -> Response:
    """The numbers of the days as a file, for a spreadsheet."""
    span = _span(visit)
    found = await visit.read(lambda: visit.service.cases.overview(span))
    lines = [",".join(["day", "opened", "decided", *_VERDICTS])]
    for each in found.days:
        counts = (each.opened, each.decided, *(each.verdicts.get(name, 0) for name in _VERDICTS))
        lines.append(",".join([each.day.isoformat(), *map(str, counts)]))
    name = f"hedgerow-numbers-{found.at:%Y-%m-%d}-{span}-days.csv"
    return Response(
        "\r\n".join([*lines, ""]),
        media_type="text/csv",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _span(visit: Visit) -> int:
    asked = visit.query.get("days", "")
    return next((each for each in SPANS if str(each) == asked), _SPAN)


class Trouble(NamedTuple):
    """What doesn't work, where it is looked into, and how that is called."""

    what: str
    words: str
    path: str = ""
    link: str = ""


async def _troubles(visit: Visit) -> list[Trouble]:
    """What doesn't work just now, told to those who wait for it or can do something about it."""
    found, settings = [], visit.may(Permission.SETTINGS)
    if settings or visit.may(Permission.REVIEW):
        problem = await visit.service.problem()
        if problem:
            where = ("/settings", "Whether everything works") if settings else ()
            found.append(Trouble("Uploads can't be checked now:", sentence(problem), *where))
    if visit.may(Permission.WEBHOOKS):
        hooks = visit.service.webhooks
        stuck, failed = await visit.read(
            lambda: (hooks.problem(), hooks.deliveries(states=_FAILED, limit=1))
        )
        where = ("/webhooks", "Webhooks")
        if stuck:
            found.append(Trouble("Platforms are not told what becomes of cases:", sentence(stuck),
                                 *where))  # fmt: skip
        if failed:
            words = "Somebody should look why, and send them again."
            found.append(Trouble("Deliveries of webhooks were given up.", words, *where))
    return found


async def _of_survivors(visit: Visit, waiting: tuple[int, int, int] | None) -> list[Trouble]:
    """That notices are late, or that nobody is there for them."""
    found = []
    late = waiting[2] if waiting else 0
    if late:
        where = ("/notices", "Notices") if visit.may(Permission.SURVIVORS) else ()
        what = f"{plural(late, 'removal notice is', 'removal notices are')} late."
        words = "The time that the law or this house gives for an answer is over."
        found.append(Trouble(what, words, *where))
    if visit.may(Permission.PEOPLE) and visit.service.plan.help.enabled:
        people = visit.service.people
        if not await visit.read(lambda: people.active(Permission.SURVIVORS)):
            words = "Nobody who is active has the role companion: give it to whoever is trained."
            what = "The survivors' pages are on, and nobody answers."
            found.append(Trouble(what, words, "/people", "People"))
    return found


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
