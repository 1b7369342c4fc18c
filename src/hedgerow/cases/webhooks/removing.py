"""Removing an endpoint: closed at once, emptied a few deliveries at a time.

An endpoint may have had millions of them. Whoever tells of an event locks the endpoints, and would
wait for as long as one transaction takes to delete all that. So an endpoint is closed first, in a
transaction of its own: from then on nobody finds it, and nothing is written or sent to it. What is
left of it goes in short ones. Where the process is killed in between, the courier's next tidying
goes on.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, delete, exists, select
from sqlalchemy.orm import Session

from hedgerow.cases.webhooks.models import AttemptRow, DeliveryRow, EndpointRow
from hedgerow.store import Database, StoreProblem

REMOVED = "removed"
"""The state of an endpoint that is closed. No state that is shown: for everybody it is gone."""

OF_REMOVED: ColumnElement[bool] = DeliveryRow.endpoint_id.in_(
    select(EndpointRow.id).where(EndpointRow.state == REMOVED)
)
"""Whether a delivery is what is left of an endpoint."""

A_TIME = 200
"""Deliveries that are deleted in one transaction."""


_A_MOMENT = 2.0

_log = logging.getLogger(__name__)


def close(row: EndpointRow) -> None:
    """Take from an endpoint all that it was; its row stays for as long as deliveries point to it.

    The caller has locked it.
    """
    row.state = REMOVED
    row.url = row.events = row.description = ""
    row.secret = b""
    row.old_secret = row.old_until = None


def go_on(database: Database) -> int:
    """Delete a few deliveries of closed endpoints, or the endpoints that have none any more.

    Returns how many deliveries; at 0 nothing is left. Raises StoreProblem.
    """
    with database.write() as session:
        number = delete_some(session, OF_REMOVED)
        if not number:
            has_any = exists().where(DeliveryRow.endpoint_id == EndpointRow.id)
            session.execute(
                delete(EndpointRow)
                .where(EndpointRow.state == REMOVED, ~has_any)
                .execution_options(synchronize_session=False)
            )
    return number


def for_a_moment(database: Database) -> None:
    """Go on for a second or two; the endpoint is gone already, so nothing here is a failure."""
    until = time.monotonic() + _A_MOMENT
    try:
        while time.monotonic() < until and go_on(database):
            pass
    except StoreProblem as problem:
        _log.warning("what is left of a removed webhook is deleted later: %s", problem)


def delete_some(
    session: Session, *which: ColumnElement[bool], first: SQLColumnExpression[Any] | None = None
) -> int:
    """Delete a few of these deliveries with their attempts; returns how many.

    What somebody else has locked is left for the next time. first: what they are ordered by.
    """
    query = select(DeliveryRow.id).where(*which).order_by(first).limit(A_TIME)
    locked = query.with_for_update(skip_locked=True, of=DeliveryRow)
    found = session.execute(locked).scalars().all()
    session.execute(delete(AttemptRow).where(AttemptRow.delivery_id.in_(found)))
    session.execute(delete(DeliveryRow).where(DeliveryRow.id.in_(found)))
    return len(found)
