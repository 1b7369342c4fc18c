"""Telling platforms what became of cases: signed, retried until it arrives, resent by hand.

`outbox` writes an event down beside what it tells of; a process of its own, the courier, brings it
to each endpoint. `attempts` is one request, `chains` makes it again later, `taking` sees that
nothing is forgotten, `service` is what people do with all of it.
"""

from typing import TYPE_CHECKING

from hedgerow.cases.webhooks.errors import (
    BadWebhook,
    NoSuchDelivery,
    NoSuchWebhook,
    WebhookOff,
    WebhookProblem,
)
from hedgerow.cases.webhooks.limits import WebhookLimits
from hedgerow.cases.webhooks.records import (
    CHOICES,
    EVENTS,
    Attempt,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
)
from hedgerow.lazy import late

if TYPE_CHECKING:
    from hedgerow.cases.webhooks.outbox import emit
    from hedgerow.cases.webhooks.plan import CourierPlan
    from hedgerow.cases.webhooks.service import Webhooks
    from hedgerow.cases.webhooks.watching import Courier

__all__ = [
    "CHOICES",
    "EVENTS",
    "Attempt",
    "BadWebhook",
    "Courier",
    "CourierPlan",
    "Delivery",
    "DeliveryState",
    "Endpoint",
    "EndpointState",
    "NoSuchDelivery",
    "NoSuchWebhook",
    "WebhookLimits",
    "WebhookOff",
    "WebhookProblem",
    "Webhooks",
    "emit",
]

__getattr__ = late(
    __name__,
    {
        "Courier": "watching",
        "CourierPlan": "plan",
        "Webhooks": "service",
        "emit": "outbox",
    },
)
