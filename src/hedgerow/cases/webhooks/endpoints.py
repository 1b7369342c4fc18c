"""Endpoints: what they can be, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hedgerow.cases.webhooks.addresses import checked_url
from hedgerow.cases.webhooks.errors import BadWebhook, NoSuchWebhook
from hedgerow.cases.webhooks.models import DeliveryRow, EndpointRow
from hedgerow.cases.webhooks.records import (
    CHOICES,
    UNDER_WAY,
    DeliveryState,
    Endpoint,
    EndpointState,
)
from hedgerow.cases.webhooks.removing import REMOVED

MAX_DESCRIPTION = 200
"""Characters of a description."""

_MAX_ID = 2**63 - 1

Counts = Mapping[tuple[int, str], int]
"""How many deliveries, by endpoint and state."""


def checked(
    *, url: str | None, events: Iterable[str] | None, description: str | None
) -> dict[str, str]:
    """The columns for what is given. Raises BadWebhook where it isn't possible."""
    values: dict[str, str] = {}
    if url is not None:
        values["url"] = checked_url(url)
    if events is not None:
        values["events"] = " ".join(_checked_events(set(events)))
    if description is not None:
        text = description.strip()
        if len(text) > MAX_DESCRIPTION or not (text.isprintable() or not text):
            raise BadWebhook(f"a description has at most {MAX_DESCRIPTION} printable characters")
        values["description"] = text
    return values


def _checked_events(wanted: set[str]) -> list[str]:
    if unknown := wanted - set(CHOICES):
        raise BadWebhook(f"there is no event {min(unknown)[:40]!r}; there are {', '.join(CHOICES)}")
    if not wanted:
        raise BadWebhook(f"choose at least one event: {', '.join(CHOICES)}")
    return [each for each in CHOICES if each in wanted]


def row_of(session: Session, endpoint_id: int, *, locked: bool = False) -> EndpointRow:
    """The row. Raises NoSuchWebhook."""
    possible = 0 < endpoint_id <= _MAX_ID
    row = session.get(EndpointRow, endpoint_id, with_for_update=locked) if possible else None
    if row is None or row.state == REMOVED:
        raise NoSuchWebhook(endpoint_id)
    return row


def all_of(session: Session) -> Sequence[EndpointRow]:
    """The rows of all endpoints that there are."""
    query = select(EndpointRow).where(EndpointRow.state != REMOVED).order_by(EndpointRow.id)
    return session.execute(query).scalars().all()


def number(session: Session) -> int:
    """How many endpoints there are."""
    query = select(func.count(EndpointRow.id)).where(EndpointRow.state != REMOVED)
    return session.execute(query).scalar_one()


def counts(session: Session, endpoint_id: int | None = None) -> Counts:
    """How many deliveries are under way or have failed, of one endpoint or of each."""
    query = (
        select(DeliveryRow.endpoint_id, DeliveryRow.state, func.count(DeliveryRow.id))
        .where(DeliveryRow.state.in_((*UNDER_WAY, DeliveryState.FAILED)))
        .group_by(DeliveryRow.endpoint_id, DeliveryRow.state)
    )
    if endpoint_id is not None:
        query = query.where(DeliveryRow.endpoint_id == endpoint_id)
    return {(whose, state): number for whose, state, number in session.execute(query)}


def record_of(row: EndpointRow, at: datetime, numbers: Counts) -> Endpoint:
    """What is handed out of a row."""
    replaced = row.old_until is not None and row.old_until > at
    return Endpoint(
        id=row.id,
        url=row.url,
        events=tuple(row.events.split()),
        description=row.description,
        state=EndpointState(row.state),
        created_at=row.created_at,
        rotated_at=row.rotated_at,
        old_until=row.old_until if replaced else None,
        waiting=sum(numbers.get((row.id, state), 0) for state in UNDER_WAY),
        failed=numbers.get((row.id, DeliveryState.FAILED), 0),
    )
