"""What was found of banked contents, for telling the person in the picture."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time
from typing import cast
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from hedgerow.cases.figures import Found
from hedgerow.cases.models import CaseRow, CopyRow
from hedgerow.cases.records import Outcome

MOST_PLACES = 20
"""Hosts that are told of one content."""

_HOST = re.compile(r"(?=.{1,253}$)[\w-]+(\.[\w-]+)+")
_SCHEMES = ("http", "https")
_READ_AT_ONCE = 1_000


def found(
    session: Session, bank_id: int, content_ids: Collection[int], since: date | None = None
) -> dict[int, Found]:
    """What was found of each of these contents of a bank; nothing of those without a case.

    since: uploads from that day (UTC) on alone: what came before somebody protected their picture
    is none of theirs to be told.
    """
    fits = _of(bank_id, content_ids)
    cases: dict[int, list[Row[int, str | None, int, int, datetime]]] = defaultdict(list)
    for row in session.execute(
        select(
            CaseRow.content_id,
            CaseRow.outcome,
            func.count(),
            func.sum(CaseRow.copies),
            func.min(CaseRow.opened_at),
        )
        .where(*fits)
        .group_by(CaseRow.content_id, CaseRow.outcome)
    ):
        cases[row[0]].append(row)
    begin = None if since is None else datetime.combine(since, time(), UTC)
    before = {} if begin is None else _before(session, fits, begin)
    latest, places = _uploads(session, fits, begin)
    told = {
        content_id: _found(rows, latest.get(content_id), places[content_id], before, begin)
        for content_id, rows in cases.items()
    }
    return {content_id: each for content_id, each in told.items() if each.uploads}


def _before(
    session: Session, fits: list[ColumnElement[bool]], begin: datetime
) -> dict[tuple[int, str | None], int]:
    """How many uploads of each content and outcome came before."""
    rows = session.execute(
        select(CaseRow.content_id, CaseRow.outcome, func.count())
        .join(CopyRow, CopyRow.case_id == CaseRow.id)
        .where(*fits, CopyRow.seen_at < begin)
        .group_by(CaseRow.content_id, CaseRow.outcome)
    )
    return {(content_id, outcome): number for content_id, outcome, number in rows}


def _of(bank_id: int, content_ids: Collection[int]) -> list[ColumnElement[bool]]:
    """Cases of these contents that are no tests.

    The bank is told as an expression that no index has: SQLite would go through all its cases.
    """
    return [
        CaseRow.content_id.in_(content_ids),
        func.coalesce(CaseRow.bank_id, 0) == bank_id,
        func.coalesce(CaseRow.test, True).is_(False),
    ]


def _uploads(
    session: Session, fits: list[ColumnElement[bool]], begin: datetime | None
) -> tuple[dict[int, datetime], dict[int, Counter[str]]]:
    """When the latest upload of each content came, and how many were on which host."""
    if begin is not None:
        fits = [*fits, CopyRow.seen_at >= begin]
    url = cast("ColumnElement[str | None]", CopyRow.context["url"].as_string())
    rows = session.execute(
        select(CaseRow.content_id, url, func.count(), func.max(CopyRow.seen_at))
        .join(CopyRow, CopyRow.case_id == CaseRow.id)
        .where(*fits)
        .group_by(CaseRow.content_id, url)
        .execution_options(yield_per=_READ_AT_ONCE)
    )
    latest: dict[int, datetime] = {}
    places: dict[int, Counter[str]] = defaultdict(Counter)
    for content_id, address, number, seen_at in rows:
        latest[content_id] = max(seen_at, latest.get(content_id, seen_at))
        host = host_of(address or "")
        if host:
            places[content_id][host] += number
    return latest, places


def host_of(url: str) -> str:
    """The host of a web address alone; "" where it is none.

    Whatever else an address holds may name an uploader or a file, and is none of their business
    who is told of it. A text without a scheme may be anything.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""
    return host if parts.scheme in _SCHEMES and _HOST.fullmatch(host) else ""


def _found(
    rows: list[Row[int, str | None, int, int, datetime]],
    latest: datetime | None,
    places: Counter[str],
    before: Mapping[tuple[int, str | None], int],
    begin: datetime | None,
) -> Found:
    cases: Counter[str | None] = Counter()
    uploads: Counter[str | None] = Counter()
    for content_id, outcome, number, copies, _opened in rows:
        cases[outcome] = number
        uploads[outcome] = max(0, copies - before.get((content_id, outcome), 0))
    first = min(row[4] for row in rows)
    first = first if begin is None else max(first, begin)
    return Found(
        uploads=uploads.total(),
        confirmed=uploads[Outcome.CONFIRMED],
        disputed=uploads[Outcome.DISPUTED],
        waiting=uploads[None],
        confirmations=cases[Outcome.CONFIRMED],
        disputes=cases[Outcome.DISPUTED],
        first_on=first.date(),
        last_on=max(first, latest or first).date(),
        places=tuple(sorted(places.items(), key=lambda each: (-each[1], each[0]))[:MOST_PLACES]),
    )
