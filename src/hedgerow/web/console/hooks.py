"""What the pages of the webhooks share: words, and what isn't there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from hedgerow.cases import DeliveryState, EndpointState, NoSuchDelivery, NoSuchWebhook
from hedgerow.web.console.refusals import nothing_here

EVENTS: Mapping[str, str] = {
    "case.opened": "A match became a case",
    "case.copied": "An upload is a copy of one that is, or was, under review",
    "case.decided": "People came to a decision",
    "case.reopened": "A case is to be decided anew",
    "complaint.received": "The uploader complained",
    "notice.received": "Somebody asks for a removal, or disagrees with the answer",
    "notice.escalated": "A removal notice is running out of time",
    "notice.accepted": "A removal notice was accepted: take down what it names",
    "notice.declined": "A removal notice was declined",
}
"""What each event means."""

STATES: Mapping[DeliveryState, tuple[str, str]] = {
    DeliveryState.NEW: ("waits", "note"),
    DeliveryState.SENDING: ("on its way", "note"),
    DeliveryState.DELIVERED: ("delivered", "good"),
    DeliveryState.FAILED: ("failed", "bad"),
    DeliveryState.DROPPED: ("dropped", "plain"),
}
"""Words for each state of a delivery, and the kind of the tag that shows them."""

ENDPOINTS: Mapping[EndpointState, tuple[str, str]] = {
    EndpointState.ACTIVE: ("on", "good"),
    EndpointState.OFF: ("off", "plain"),
    EndpointState.GONE: ("gone", "bad"),
}
"""Likewise of a webhook."""

FILTERS: Mapping[str, tuple[DeliveryState, ...]] = {
    "failed": (DeliveryState.FAILED,),
    "waiting": (DeliveryState.NEW, DeliveryState.SENDING),
    "delivered": (DeliveryState.DELIVERED,),
    "dropped": (DeliveryState.DROPPED,),
}
"""What a list of deliveries can be narrowed to."""


@contextmanager
def known() -> Iterator[None]:
    """A webhook or a delivery that isn't there is a page that isn't there."""
    try:
        yield
    except (NoSuchWebhook, NoSuchDelivery):
        raise nothing_here() from None


def before(after: str) -> int | None:
    """The number that a page of deliveries goes on below, as its address says; None for the top."""
    return int(after) if after.isascii() and after.isdigit() and len(after) <= 18 else None
