"""The webhooks as other rooms use them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hedgerow.cases.webhooks import deliveries, endpoints, outbox, removing, secrecy, taking
from hedgerow.cases.webhooks.errors import BadWebhook, WebhookOff
from hedgerow.cases.webhooks.limits import WebhookLimits
from hedgerow.cases.webhooks.models import DeliveryRow, EndpointRow
from hedgerow.cases.webhooks.records import (
    UNDER_WAY,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
)
from hedgerow.store import Database, Vault, allocate, hold, now, record, release_key

_COUNTER = "webhook_endpoint"
_QUIET_SECONDS = 60
"""Without a word from a courier, after which none is believed to be at work."""


class Webhooks:
    """Where platforms are told of events. Safe to share between threads.

    Each method is a transaction and, where it changes something, a line in the log by whoever
    acts. All raise StoreProblem.

    Args:
        database: where they are.
        vault: where the key is that secrets are sealed with.
        limits: how many, and for how long.
        clock: tells the time; the tests have one of their own.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        limits: WebhookLimits | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._database = database
        self._vault = vault
        self.limits = limits or WebhookLimits()
        self._clock = clock

    def create(
        self, url: str, events: Iterable[str], description: str = ""
    ) -> tuple[Endpoint, str]:
        """Make an endpoint; returns it with its secret, which nobody can show again.

        Args:
            url: https, or http to this machine itself; see `addresses`.
            events: which it wants, of `CHOICES`, at least one.
            description: whose it is.

        Raises:
            BadWebhook: one of these isn't possible, or there are `max_endpoints` already.
            VaultProblem: there is no key to seal the secret with.
        """
        values = endpoints.checked(url=url, events=events, description=description)
        with self._database.write() as session:
            number = allocate(session, _COUNTER)
            if endpoints.number(session) >= self.limits.max_endpoints:
                raise BadWebhook(
                    f"there are {self.limits.max_endpoints} webhooks already; remove one, or raise "
                    "the setting webhooks.max_endpoints"
                )
            row = EndpointRow(
                id=number,
                state=EndpointState.ACTIVE,
                created_at=self._clock(),
                **values,
            )
            secret = secrecy.give(session, self._vault, row)
            session.add(row)
            session.flush()
            record(session, "webhook.created", _subject(row.id), events=[*row.events.split()])
            return self._shown(row), secret

    def list(self) -> Sequence[Endpoint]:
        """All endpoints, with how many deliveries wait and have failed."""
        with self._database.read() as session:
            counts = endpoints.counts(session)
            return [self._shown(row, counts) for row in endpoints.all_of(session)]

    def get(self, endpoint_id: int) -> Endpoint:
        """One endpoint, as in `list`. Raises NoSuchWebhook."""
        with self._database.read() as session:
            row = endpoints.row_of(session, endpoint_id)
            return self._shown(row, endpoints.counts(session, endpoint_id))

    def update(
        self,
        endpoint_id: int,
        *,
        url: str | None = None,
        events: Iterable[str] | None = None,
        description: str | None = None,
        active: bool | None = None,
    ) -> Endpoint:
        """Change an endpoint; what isn't given stays.

        Switched off (`active=False`), it is told of nothing, and what was on its way is dropped;
        it can be resent. One that is gone can be switched on again.

        Raises:
            NoSuchWebhook: there is none.
            BadWebhook: a value isn't possible; nothing is changed.
        """
        values = endpoints.checked(url=url, events=events, description=description)
        with self._database.write() as session:
            row = endpoints.row_of(session, endpoint_id, locked=True)
            changed = [name for name, value in values.items() if getattr(row, name) != value]
            for name in changed:
                setattr(row, name, values[name])
            dropped = 0
            if active is not None and active != (row.state == EndpointState.ACTIVE):
                changed.append("state")
                row.state = EndpointState.ACTIVE if active else EndpointState.OFF
                dropped = (
                    0 if active else deliveries.drop_waiting(session, endpoint_id, self._clock())
                )
            session.flush()
            shown = self._shown(row)
            if changed:
                # Not the address itself: some hold a secret in their path.
                record(
                    session,
                    "webhook.changed",
                    _subject(endpoint_id),
                    changed=[*changed],
                    state=row.state,
                    dropped=dropped,
                )
            return shown

    def rotate(self, endpoint_id: int, *, at_once: bool = False) -> str:
        """Give an endpoint a new secret; returns it, which nobody can show again.

        The one before signs too for `rotation_hours`, so that the receiver can change over without
        missing anything. `at_once`: it signs no more from now on, for when it became known.

        Raises:
            NoSuchWebhook: there is none.
            BadWebhook: it is being replaced already; only `at_once` is possible until that is over.
            VaultProblem: there is no key to seal the secret with.
        """
        hours = 0.0 if at_once else self.limits.rotation_hours
        with self._database.write() as session:
            row = endpoints.row_of(session, endpoint_id, locked=True)
            secret = secrecy.rotate(session, self._vault, row, self._clock(), hours)
            session.flush()
            record(session, "webhook.rotated", _subject(endpoint_id), at_once=at_once)
            return secret

    def remove(self, endpoint_id: int) -> None:
        """Delete an endpoint with its secret, its deliveries and their attempts.

        The endpoint and its secret are gone first, all at once. Many deliveries take a while: what
        is left after a moment the courier deletes.

        Raises NoSuchWebhook.
        """
        with self._database.write() as session:
            row = endpoints.row_of(session, endpoint_id, locked=True)
            hold(session, _COUNTER)  # nobody makes another one meanwhile
            removing.close(row)
            session.flush()
            if not endpoints.number(session):
                release_key(session, secrecy.PURPOSE)
            record(session, "webhook.removed", _subject(endpoint_id))
        removing.for_a_moment(self._database)

    def send_test(self, endpoint_id: int) -> int:
        """Send a harmless event of type `test` to one endpoint; returns the delivery's number.

        Raises:
            NoSuchWebhook: there is none.
            WebhookOff: it is switched off.
        """
        with self._database.write() as session:
            self._active(session, endpoint_id)
            data = {"message": "This is a test: nothing happened."}
            number = outbox.insert(session, [endpoint_id], "test", data, self._clock())
            record(session, "webhook.tested", _subject(endpoint_id))
            return number

    def deliveries(
        self,
        endpoint_id: int | None = None,
        states: Sequence[DeliveryState] = (),
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[Delivery]:
        """Deliveries, the newest first, without their attempts.

        Args:
            endpoint_id: only to this one.
            states: only in one of these; any unless given.
            before: only numbers below this one: the last of the page before.
            limit: how many at most, up to `max_page`.
        """
        limit = max(1, min(limit, self.limits.max_page))
        with self._database.read() as session:
            return deliveries.page(session, endpoint_id, states, before, limit)

    def delivery(self, delivery_id: int) -> Delivery:
        """One delivery with all its attempts, the latest first. Raises NoSuchDelivery."""
        with self._database.read() as session:
            return deliveries.one(session, delivery_id)

    def resend(self, delivery_id: int) -> Delivery:
        """Send a delivery again, now, with all its attempts before it; also one that waits.

        Its body and its `webhook-id` stay the same: a receiver that had it knows it again.

        Raises:
            NoSuchDelivery: there is none.
            WebhookOff: its endpoint is switched off.
        """
        with self._database.write() as session:
            endpoint_id = deliveries.row_of(session, delivery_id).endpoint_id
            self._active(session, endpoint_id)
            row = deliveries.row_of(session, delivery_id, locked=True)
            deliveries.send_again(row, self._clock())
            session.flush()
            record(session, "webhook.resent", _subject(endpoint_id), deliveries=1)
            return deliveries.one(session, delivery_id)

    def resend_all(self, endpoint_id: int) -> int:
        """Send again what failed or was dropped, the oldest `max_page` first; returns how many.

        Raises:
            NoSuchWebhook: there is none.
            WebhookOff: it is switched off.
        """
        states = (DeliveryState.FAILED, DeliveryState.DROPPED)
        with self._database.write() as session:
            self._active(session, endpoint_id)
            query = (
                select(DeliveryRow)
                .where(DeliveryRow.endpoint_id == endpoint_id, DeliveryRow.state.in_(states))
                .order_by(DeliveryRow.id)
                .limit(self.limits.max_page)
                .with_for_update()
            )
            rows = session.execute(query).scalars().all()
            for row in rows:
                deliveries.send_again(row, self._clock())
            session.flush()
            if rows:
                record(session, "webhook.resent", _subject(endpoint_id), deliveries=len(rows))
            return len(rows)

    def problem(self) -> str | None:
        """Why events don't go out just now, for a person; None where they do or none wait."""
        with self._database.read() as session:
            seen = taking.last_seen(session)
            waiting = DeliveryRow.state.in_(UNDER_WAY), ~removing.OF_REMOVED
            if session.execute(select(DeliveryRow.id).where(*waiting).limit(1)).first() is None:
                return None
        if seen is None:
            return "no courier has ever been at work here: start the service"
        if self._clock() - seen > timedelta(seconds=_QUIET_SECONDS):
            return (
                f"the courier was last at work at {seen:%Y-%m-%d %H:%M} UTC: see the service's log"
            )
        return None

    def _active(self, session: Session, endpoint_id: int) -> EndpointRow:
        row = endpoints.row_of(session, endpoint_id, locked=True)
        if row.state != EndpointState.ACTIVE:
            raise WebhookOff(endpoint_id)
        return row

    def _shown(self, row: EndpointRow, counts: endpoints.Counts | None = None) -> Endpoint:
        return endpoints.record_of(row, self._clock(), counts or {})


def _subject(endpoint_id: int) -> str:
    return f"webhook:{endpoint_id}"
