"""What webhooks hand out: plain values, never rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

EVENTS = (
    "case.opened",
    "case.copied",
    "case.decided",
    "case.reopened",
    "complaint.received",
    "notice.received",
    "notice.escalated",
    "notice.accepted",
    "notice.declined",
    "test",
)
"""Every event that there is. `test` is sent to an endpoint when somebody asks for it."""

CHOICES = EVENTS[:-1]
"""The events that an endpoint can want."""


class EndpointState(StrEnum):
    """Whether an endpoint is told of events."""

    ACTIVE = "active"
    OFF = "off"
    """Switched off by a person."""
    GONE = "gone"
    """Switched off because it answered 410: it wants no more."""


class DeliveryState(StrEnum):
    """How far a delivery is."""

    NEW = "new"
    """In the outbox; the courier hasn't taken it."""
    SENDING = "sending"
    """The courier has it: it is being tried, or waits to be tried again."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up after the last attempt."""
    DROPPED = "dropped"
    """Not tried any more, since its endpoint was switched off."""


UNDER_WAY = (DeliveryState.NEW, DeliveryState.SENDING)
"""Those that have not ended."""


@dataclass(frozen=True)
class Endpoint:
    """Where a platform is told of events.

    Attributes:
        id: number, never used again.
        url: where to.
        events: which it wants, of `CHOICES`.
        description: whose it is.
        state: whether it is told.
        created_at: UTC.
        rotated_at: UTC; when it last got a new secret, None for never.
        old_until: UTC; until when the secret before signs too, None where only one does.
        waiting, failed: deliveries in these states, where they were counted; else 0.
    """

    id: int
    url: str
    events: tuple[str, ...]
    description: str
    state: EndpointState
    created_at: datetime
    rotated_at: datetime | None
    old_until: datetime | None
    waiting: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Attempt:
    """One time that a delivery was tried.

    Attributes:
        series: 1, and one more with each time that it was resent.
        number: within the series, from 1.
        at: UTC; when it began.
        status: HTTP's; None where there was no answer.
        reason: why it counts as not delivered; empty where it was.
        milliseconds: that it took.
    """

    series: int
    number: int
    at: datetime
    status: int | None
    reason: str
    milliseconds: int


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one endpoint.

    Attributes:
        id: number, never used again.
        endpoint_id: where to.
        event: one of `EVENTS`.
        message_id: the header `webhook-id`, the same in every attempt.
        sequence: larger for what was committed later.
        payload: the body, JSON.
        state: how far it is.
        series: 1, and one more with each time that it was resent.
        tried: attempts of this series.
        created_at: UTC.
        next_at: UTC; when it is tried next, None where it isn't.
        ended_at: UTC; None while it is on its way.
        attempts: the latest first; empty in lists.
    """

    id: int
    endpoint_id: int
    event: str
    message_id: str
    sequence: int
    payload: str
    state: DeliveryState
    series: int
    tried: int
    created_at: datetime
    next_at: datetime | None
    ended_at: datetime | None
    attempts: tuple[Attempt, ...] = ()
