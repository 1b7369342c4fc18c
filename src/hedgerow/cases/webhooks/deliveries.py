"""Reading deliveries, sending them again, giving them up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hedgerow.cases.webhooks.errors import NoSuchDelivery
from hedgerow.cases.webhooks.models import AttemptRow, DeliveryRow
from hedgerow.cases.webhooks.records import UNDER_WAY, Attempt, Delivery, DeliveryState
from hedgerow.cases.webhooks.removing import OF_REMOVED

_MAX_ID = 2**63 - 1


def page(
    session: Session,
    endpoint_id: int | None,
    states: Sequence[DeliveryState],
    before: int | None,
    limit: int,
) -> list[Delivery]:
    """The newest deliveries with numbers below `before`, without their attempts."""
    query = select(DeliveryRow).where(~OF_REMOVED).order_by(DeliveryRow.id.desc()).limit(limit)
    if endpoint_id is not None:
        query = query.where(DeliveryRow.endpoint_id == endpoint_id)
    if states:
        query = query.where(DeliveryRow.state.in_(states))
    if before is not None:
        query = query.where(DeliveryRow.id < min(before, _MAX_ID))
    return [record_of(row, ()) for row in session.execute(query).scalars()]


def one(session: Session, delivery_id: int) -> Delivery:
    """A delivery with its attempts. Raises NoSuchDelivery."""
    row = row_of(session, delivery_id)
    attempts = session.execute(
        select(AttemptRow)
        .where(AttemptRow.delivery_id == delivery_id)
        .order_by(AttemptRow.series.desc(), AttemptRow.number.desc())
    ).scalars()
    return record_of(row, [_attempt(each) for each in attempts])


def row_of(session: Session, delivery_id: int, *, locked: bool = False) -> DeliveryRow:
    """The row. Raises NoSuchDelivery."""
    query = select(DeliveryRow).where(DeliveryRow.id == delivery_id, ~OF_REMOVED)
    if locked:
        # As it is now, whatever was read before.
        query = query.with_for_update(of=DeliveryRow).execution_options(populate_existing=True)
    possible = 0 < delivery_id <= _MAX_ID
    row = session.execute(query).scalar_one_or_none() if possible else None
    if row is None:
        raise NoSuchDelivery(delivery_id)
    return row


def send_again(row: DeliveryRow, at: datetime) -> None:
    """Put a delivery into the outbox anew, with all its attempts before it.

    A chain that still has it finds another ticket, and ends.
    """
    row.state = DeliveryState.NEW
    row.series += 1
    row.attempts = 0
    row.ticket = None
    row.next_at = at  # without it, nobody would miss a chain that is lost before its attempt
    row.ended_at = None


def drop_waiting(session: Session, endpoint_id: int, at: datetime) -> int:
    """Give up what is on its way to an endpoint; returns how many deliveries that were."""
    done = session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.endpoint_id == endpoint_id, DeliveryRow.state.in_(UNDER_WAY))
        .values(state=DeliveryState.DROPPED, next_at=None, ended_at=at)
        .returning(DeliveryRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())


def record_of(row: DeliveryRow, attempts: Sequence[Attempt]) -> Delivery:
    """What is handed out of a row."""
    return Delivery(
        id=row.id,
        endpoint_id=row.endpoint_id,
        event=row.event,
        message_id=row.message_id,
        sequence=row.sequence,
        payload=row.payload,
        state=DeliveryState(row.state),
        series=row.series,
        tried=row.attempts,
        created_at=row.created_at,
        next_at=row.next_at,
        ended_at=row.ended_at,
        attempts=tuple(attempts),
    )


def _attempt(row: AttemptRow) -> Attempt:
    return Attempt(row.series, row.number, row.at, row.status, row.reason, row.milliseconds)
