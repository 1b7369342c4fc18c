"""From the outbox to the chains of workflows that send, and back where such a chain was lost.

The database is the truth. What the courier remembers beside it may be deleted or be of another
time, as after a backup was put back: whatever is on its way and has no chain gets a new one.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session, load_only

from hedgerow.cases.webhooks import removing
from hedgerow.cases.webhooks.models import CourierRow, DeliveryRow, EndpointRow
from hedgerow.cases.webhooks.records import UNDER_WAY, DeliveryState
from hedgerow.store import Database, set_row

_A_TIME = 200

_KNOWN = load_only(
    DeliveryRow.id,
    DeliveryRow.endpoint_id,
    DeliveryRow.ticket,
    DeliveryRow.state,
    DeliveryRow.attempts,
)
"""All that is needed here; the bodies of two days of events don't fit into memory."""
_TICKET_BYTES = 12
_ONLY = 1


class Chains(Protocol):
    """What makes the attempts: durable, with the waits between them."""

    def start(
        self, delivery_id: int, endpoint_id: int, ticket: str, number: int, wait: float
    ) -> None:
        """Have the attempt `number` made after `wait` seconds; again with the same: nothing."""

    def alive(self) -> Collection[str]:
        """The tickets of all chains that have not ended."""


def take(database: Database, chains: Chains) -> int:
    """Start a chain for each of the oldest new deliveries; returns how many those were.

    Killed at any point and called again, it starts none twice.
    """
    with database.write() as session:
        query = (
            select(DeliveryRow)
            .options(_KNOWN)
            .where(DeliveryRow.state == DeliveryState.NEW, ~removing.OF_REMOVED)
            .order_by(DeliveryRow.id)
            .limit(_A_TIME)
            .with_for_update(skip_locked=True, of=DeliveryRow)
        )
        rows = session.execute(query).scalars().all()
        for row in rows:
            row.ticket = row.ticket or secrets.token_urlsafe(_TICKET_BYTES)
    # The tickets are on the disk: from here on a chain can be known again.
    for row in rows:
        assert row.ticket is not None
        chains.start(row.id, row.endpoint_id, row.ticket, row.attempts + 1, 0.0)
    with database.write() as session:
        for row in rows:
            _mark(session, row, DeliveryState.NEW, state=DeliveryState.SENDING)
    return len(rows)


def give_back(database: Database, chains: Chains, overdue_since: datetime | None) -> int:
    """Put deliveries whose chain was lost back into the outbox; returns how many.

    overdue_since: only those whose attempt should have been made by then; None for all.
    """
    with database.read() as session:
        sending = DeliveryRow.state == DeliveryState.SENDING
        query = select(DeliveryRow).options(_KNOWN).where(sending, ~removing.OF_REMOVED)
        if overdue_since is not None:
            query = query.where(DeliveryRow.next_at < overdue_since)
        rows: Sequence[DeliveryRow] = session.execute(query).scalars().all()
    if not rows:
        return 0
    # After the rows: a chain that goes on meanwhile has counted its attempt, and is left alone.
    alive = chains.alive()
    lost = [row for row in rows if row.ticket not in alive]
    with database.write() as session:
        return sum(
            _mark(session, row, DeliveryState.SENDING, state=DeliveryState.NEW, ticket=None)
            for row in lost
        )


def _mark(session: Session, row: DeliveryRow, was: DeliveryState, **values: object) -> int:
    done = session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.id == row.id,
            DeliveryRow.state == was,
            DeliveryRow.ticket == row.ticket,
            DeliveryRow.attempts == row.attempts,
        )
        .values(**values)
        .returning(DeliveryRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())


def tidy(database: Database, at: datetime, keep_days: int) -> int:
    """Delete a few deliveries that ended long ago or whose endpoint was removed; returns how many.

    Secrets that sign no more are deleted too.
    """
    with database.write() as session:
        session.execute(
            update(EndpointRow)
            .where(EndpointRow.old_until <= at)
            .values(old_secret=None, old_until=None)
            .execution_options(synchronize_session=False)
        )
        number = removing.delete_some(
            session,
            DeliveryRow.ended_at < at - timedelta(days=keep_days),
            DeliveryRow.state.not_in(UNDER_WAY),
            first=DeliveryRow.ended_at,
        )
    return number + removing.go_on(database)


def note_alive(database: Database, at: datetime) -> None:
    """Note that a courier is at work."""
    with database.write() as session:
        # One that lost its place may not have noticed when the next begins.
        set_row(session, CourierRow(id=_ONLY, seen_at=at))


def last_seen(session: Session) -> datetime | None:
    """When a courier last said that it is at work; None for never."""
    return session.execute(select(CourierRow.seen_at).where(CourierRow.id == _ONLY)).scalar()
