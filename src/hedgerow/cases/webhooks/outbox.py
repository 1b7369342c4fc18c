"""Telling of an event: a row for each endpoint, written with whatever it tells of.

The rows are in the caller's transaction. So an event is told if and only if it happened, whether
the courier runs just then or not, and nobody waits for a platform's server.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hedgerow.cases.webhooks.models import DeliveryRow, EndpointRow
from hedgerow.cases.webhooks.records import EVENTS, DeliveryState, EndpointState
from hedgerow.store import allocate, now

COUNTER = "webhook_delivery"
_ID_BYTES = 18


def emit(
    session: Session, event: str, data: Mapping[str, Any], *, at: datetime | None = None
) -> int:
    """Put an event into the outbox of every active endpoint that wants it.

    Call it after the caller's own changes and before the line in the log: it takes the counter of
    the deliveries, where somebody wants the event, and holds it until the commit. So the sequence
    numbers that receivers see are in the order of the commits.

    Args:
        session: a writing session.
        event: one of `EVENTS`.
        data: what is told, which JSON must be able to hold: numbers and words, no hash and
            nothing of a picture.
        at: when it happened; now unless given.

    Returns:
        How many deliveries were made.

    Raises:
        ValueError: there is no such event, or JSON can't hold the data.
    """
    if event not in EVENTS:
        raise ValueError(f"there is no event {event!r}; there are {', '.join(EVENTS)}")
    # Locked, so that one that is deleted meanwhile breaks nothing here.
    query = (
        select(EndpointRow.id, EndpointRow.events)
        .where(EndpointRow.state == EndpointState.ACTIVE)
        .order_by(EndpointRow.id)
        .with_for_update(read=True, key_share=True)
    )
    wanted = [each for each, events in session.execute(query) if event in events.split()]
    if wanted:
        insert(session, wanted, event, data, at or now())
    return len(wanted)


def insert(
    session: Session,
    endpoints: Sequence[int],
    event: str,
    data: Mapping[str, Any],
    at: datetime,
) -> int:
    """Make a delivery for each of these endpoints, at least one; returns the first one's number.

    The caller holds a lock on the endpoints, so that they are there.
    """
    sequence = allocate(session, COUNTER, len(endpoints))
    payload = json.dumps(
        {"type": event, "timestamp": at.isoformat(), "sequence": sequence, "data": dict(data)},
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )
    message_id = "msg_" + secrets.token_urlsafe(_ID_BYTES)
    session.add_all(
        DeliveryRow(
            id=sequence + place,
            endpoint_id=endpoint,
            event=event,
            message_id=message_id,
            sequence=sequence,
            payload=payload,
            state=DeliveryState.NEW,
            series=1,
            attempts=0,
            created_at=at,
            next_at=at,
        )
        for place, endpoint in enumerate(endpoints)
    )
    session.flush()
    return sequence
