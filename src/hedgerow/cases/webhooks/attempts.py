"""One attempt at one delivery: read, signed, sent, and written down."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hedgerow.cases.webhooks import deliveries, retries, secrecy, signing
from hedgerow.cases.webhooks.limits import WebhookLimits
from hedgerow.cases.webhooks.models import AttemptRow, DeliveryRow, EndpointRow
from hedgerow.cases.webhooks.records import UNDER_WAY, DeliveryState, EndpointState
from hedgerow.cases.webhooks.removing import REMOVED
from hedgerow.cases.webhooks.sending import Answer, Sender
from hedgerow.store import SERVICE, Database, Vault, VaultProblem, acting, now, record

_GONE = 410

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Job:
    series: int
    url: str
    message_id: str
    body: bytes
    keys: tuple[bytes, ...]  # none where they can't be opened


class Attempts:
    """Makes attempts. Safe to share between threads.

    Args:
        database: where the deliveries are.
        vault: where the key to the endpoints' secrets is.
        sender: makes the requests.
        limits: how often it is tried.
        chance: of which waits are lengthened.
        clock: tells the time; the tests have one of their own.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        sender: Sender,
        limits: WebhookLimits,
        chance: random.Random | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._database = database
        self._vault = vault
        self._sender = sender
        self._limits = limits
        self._chance = chance or random.Random()  # noqa: S311  # spreads waits, keeps no secret
        self._clock = clock

    def attempt(self, delivery_id: int, ticket: str, number: int) -> float | None:
        """Make the attempt `number` of a delivery; seconds until the next, None where none is due.

        Called again after the process was killed, it sends again only where nothing of the first
        time was written down: so a receiver may have an event twice, and never not at all.

        Raises StoreProblem.
        """
        job = self._prepare(delivery_id, ticket, number)
        if not isinstance(job, _Job):
            return job
        began, watch = self._clock(), time.monotonic()
        answer = self._send(job, began)
        milliseconds = round((time.monotonic() - watch) * 1000)
        # Threads of dbos begin with nobody acting.
        with acting(SERVICE), self._database.write() as session:
            if answer.status == _GONE:
                # The endpoint first, as everybody locks it before its deliveries.
                _lock_endpoint(session, delivery_id)
            row = session.get(DeliveryRow, delivery_id, with_for_update=True)
            if row is None:
                return None
            if row.ticket == ticket and row.attempts >= number:
                return self._left(row)  # another process was quicker with the same attempt
            session.merge(
                AttemptRow(
                    delivery_id=delivery_id,
                    series=job.series,
                    number=number,
                    at=began,
                    status=answer.status,
                    reason=answer.reason,
                    milliseconds=milliseconds,
                )
            )
            if row.ticket != ticket or (row.state not in UNDER_WAY and answer.reason):
                return None  # it was resent meanwhile, or its endpoint was switched off
            return self._settle(session, row, number, answer)

    def _prepare(self, delivery_id: int, ticket: str, number: int) -> _Job | float | None:
        at = self._clock()
        with self._database.read() as session:
            row = session.get(DeliveryRow, delivery_id)
            if row is None or row.ticket != ticket or row.state not in UNDER_WAY:
                return None
            if row.attempts >= number:  # written down before this process was killed
                return self._left(row)
            endpoint = session.get(EndpointRow, row.endpoint_id)
            assert endpoint is not None
            if endpoint.state == REMOVED:
                return None
            return _Job(
                row.series,
                endpoint.url,
                row.message_id,
                row.payload.encode(),
                self._keys(session, endpoint, at),
            )

    def _keys(self, session: Session, endpoint: EndpointRow, at: datetime) -> tuple[bytes, ...]:
        try:
            return tuple(secrecy.keys(session, self._vault, endpoint, at))
        except VaultProblem as problem:
            _log.warning("webhook %d: %s", endpoint.id, problem)
            return ()

    def _send(self, job: _Job, at: datetime) -> Answer:
        if not job.keys:
            return Answer(None, "not sent, since its secret can't be decrypted: see the key file")
        headers = signing.headers(job.keys, job.message_id, at, job.body)
        return self._sender.post(job.url, headers, job.body)

    def _left(self, row: DeliveryRow) -> float | None:
        """Seconds until the next attempt that is written down."""
        if row.next_at is None:
            return None
        return max(0.0, (row.next_at - self._clock()).total_seconds())

    def _settle(
        self, session: Session, row: DeliveryRow, number: int, answer: Answer
    ) -> float | None:
        at = self._clock()
        row.attempts = number
        row.next_at = None
        if not answer.reason:
            row.state, row.ended_at = DeliveryState.DELIVERED, at
            return None
        if answer.status == _GONE:
            _gone(session, row, at)
            return None
        asked = retries.retry_after(answer.retry_after, at)
        wait = retries.wait_after(number, self._limits, asked, self._chance)
        if wait is None:
            row.state, row.ended_at = DeliveryState.FAILED, at
            return None
        row.state, row.next_at = DeliveryState.SENDING, at + timedelta(seconds=wait)
        return wait


def _lock_endpoint(session: Session, delivery_id: int) -> None:
    whose = select(DeliveryRow.endpoint_id).where(DeliveryRow.id == delivery_id)
    query = select(EndpointRow.id).where(EndpointRow.id == whose.scalar_subquery())
    session.execute(query.with_for_update())


def _gone(session: Session, row: DeliveryRow, at: datetime) -> None:
    """The receiver said that it wants no more, so nothing more is sent there."""
    row.state, row.ended_at = DeliveryState.FAILED, at
    session.flush()
    switched_off = session.execute(
        update(EndpointRow)
        .where(EndpointRow.id == row.endpoint_id, EndpointRow.state == EndpointState.ACTIVE)
        .values(state=EndpointState.GONE)
        .returning(EndpointRow.id)
        .execution_options(synchronize_session=False)
    )
    if not switched_off.all():
        return  # it was switched off or removed meanwhile
    dropped = deliveries.drop_waiting(session, row.endpoint_id, at)
    record(session, "webhook.gone", f"webhook:{row.endpoint_id}", dropped=dropped)
