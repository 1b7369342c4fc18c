"""How reviewing goes, in numbers alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hedgerow.cases.figures import BankPrecision, Consequence, Day, Overview
from hedgerow.cases.models import CaseRow, TallyRow
from hedgerow.cases.records import Outcome, Status
from hedgerow.matching import wilson
from hedgerow.store import now

DAYS = 14
"""That the overview shows unless it is asked for others."""

_LATEST_DECIDED = 1000

_JUDGED = (Outcome.CONFIRMED, Outcome.DISPUTED)
"""Outcomes that say something of a match: people decided so."""


def overview(session: Session) -> Overview:
    """All numbers but those of single days, as of now; tests don't count."""
    at = now()
    by_status, oldest = _standing(session)
    return Overview(
        at=at,
        by_status=by_status,
        oldest=oldest,
        days=(),
        unchecked={},
        verdicts={},
        precision=precision(session),
        median_minutes=_median_minutes(session),
        reviewers=_reviewers(session, at),
    )


class Daily(NamedTuple):
    """What an `Overview` tells of the last days."""

    days: tuple[Day, ...]
    unchecked: Mapping[str, int]
    verdicts: Mapping[str, int]


def daily(session: Session, number: int) -> Daily:
    """The last `number` days, today among them."""
    today = now().date()
    days = [today - timedelta(days=back) for back in reversed(range(number))]
    tallies, unchecked = _tallies(session, days[0])
    opened = _by_day(session, CaseRow.opened_at, days)
    decided = _by_day(session, CaseRow.decided_at, days, CaseRow.outcome.in_(_JUDGED))
    return Daily(
        tuple(Day(day, opened[day], decided[day], tallies.get(day, {})) for day in days),
        unchecked,
        sum(tallies.values(), Counter()),
    )


def _standing(session: Session) -> tuple[dict[Status, int], dict[Status, datetime]]:
    rows = session.execute(
        select(CaseRow.status, func.count(), func.min(CaseRow.waiting_since))
        .where(CaseRow.test.is_(False))
        .group_by(CaseRow.status)
    )
    numbers = dict.fromkeys(Status, 0)
    oldest = {}
    for status, number, since in rows:
        numbers[Status(status)] = number
        oldest[Status(status)] = since
    return numbers, oldest


def _by_day(
    session: Session,
    when: InstrumentedAttribute[Any],
    days: Sequence[date],
    *fits: ColumnElement[bool],
) -> Mapping[date, int]:
    """How many cases that fit have a time on each day: one question a day, each by the index."""
    found: Counter[date] = Counter()
    for day in days:
        begins = datetime.combine(day, time(), UTC)
        found[day] = session.execute(
            select(func.count()).where(
                when >= begins, when < begins + timedelta(days=1), CaseRow.test.is_(False), *fits
            )
        ).scalar_one()
    return found


def _tallies(session: Session, first: date) -> tuple[dict[date, Counter[str]], dict[str, int]]:
    """Uploads by day and verdict, and those that could not be checked by the code of why."""
    by_day: dict[date, Counter[str]] = {}
    codes: Counter[str] = Counter()
    for row in session.execute(select(TallyRow).where(TallyRow.day >= first)).scalars():
        by_day.setdefault(row.day, Counter())[row.verdict] += row.number
        if row.verdict == "unchecked":
            codes[row.code] += row.number
    return by_day, dict(codes.most_common())


def precision(session: Session) -> tuple[BankPrecision, ...]:
    """How often each bank's matches were right, by the name that it had in its latest case."""
    rows = session.execute(
        select(CaseRow.bank_id, CaseRow.outcome, func.count(), func.max(CaseRow.id))
        .where(CaseRow.outcome.in_(_JUDGED), CaseRow.test.is_(False))
        .group_by(CaseRow.bank_id, CaseRow.outcome)
    )
    found: dict[int, Counter[str | None]] = {}
    latest: dict[int, int] = {}
    for bank_id, outcome, number, last in rows:
        found.setdefault(bank_id, Counter())[outcome] = number
        latest[bank_id] = max(last, latest.get(bank_id, 0))
    named = session.execute(
        select(CaseRow.bank_id, CaseRow.bank).where(CaseRow.id.in_(latest.values()))
    )
    made = []
    for bank_id, name in named:
        counted = found[bank_id]
        confirmed, disputed = counted[Outcome.CONFIRMED], counted[Outcome.DISPUTED]
        low, high = wilson(confirmed, confirmed + disputed)
        made.append(BankPrecision(bank_id, name, confirmed, disputed, low, high))
    return tuple(sorted(made, key=lambda each: each.bank))


def consequences(session: Session, bank_id: int, signal_type: str) -> tuple[Consequence, ...]:
    """The decided matches of a bank with one signal type, by distance."""
    rows = session.execute(
        select(CaseRow.distance, CaseRow.outcome, func.count())
        .where(
            CaseRow.bank_id == bank_id,
            CaseRow.signal_type == signal_type,
            CaseRow.outcome.in_(_JUDGED),
        )
        .group_by(CaseRow.distance, CaseRow.outcome)
    )
    found: dict[int, Counter[str | None]] = {}
    for distance, outcome, number in rows:
        found.setdefault(distance, Counter())[outcome] = number
    return tuple(
        Consequence(distance, each[Outcome.CONFIRMED], each[Outcome.DISPUTED])
        for distance, each in sorted(found.items())
    )


def _median_minutes(session: Session) -> float | None:
    rows = session.execute(
        select(CaseRow.opened_at, CaseRow.decided_at)
        .where(
            CaseRow.decided_at.is_not(None), CaseRow.test.is_(False), CaseRow.outcome.in_(_JUDGED)
        )
        .order_by(CaseRow.decided_at.desc())
        .limit(_LATEST_DECIDED)
    )
    minutes = [(decided - opened).total_seconds() / 60 for opened, decided in rows if decided]
    return median(minutes) if minutes else None


def _reviewers(session: Session, at: datetime) -> int:
    query = select(func.count(func.distinct(CaseRow.lease_person))).where(
        CaseRow.lease_person.is_not(None), CaseRow.lease_until > at
    )
    return session.execute(query).scalar_one()
