"""Cases: what matched is put before people, decided, and told."""

from typing import TYPE_CHECKING

from hedgerow.cases.errors import (
    BadDecision,
    CasesProblem,
    NoSuchCase,
    NoSuchProposal,
    NotNow,
    NotYours,
    Resting,
)
from hedgerow.cases.figures import BankPrecision, Consequence, Day, Found, Overview
from hedgerow.cases.limits import Care, Intake, Limits
from hedgerow.cases.records import (
    AtHand,
    Case,
    CaseDetails,
    Choice,
    Context,
    Copies,
    Copy,
    Decision,
    Event,
    Filter,
    Lease,
    Outcome,
    Page,
    Proposal,
    Propose,
    Reason,
    Received,
    ReviewPolicy,
    Settled,
    Sought,
    Standing,
    Status,
)
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
    Attempt,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
)
from hedgerow.lazy import late

if TYPE_CHECKING:
    from hedgerow.cases.care import EVERYBODY
    from hedgerow.cases.policies import DEFAULTS
    from hedgerow.cases.queue import ALIKE_SHOWN, MOST_COUNTED, statuses_for
    from hedgerow.cases.service import Cases
    from hedgerow.cases.tally import Tally
    from hedgerow.cases.urgency import why_early
    from hedgerow.cases.viewing import MAX_PARTS, MAX_STILLS
    from hedgerow.cases.webhooks.outbox import emit
    from hedgerow.cases.webhooks.plan import CourierPlan
    from hedgerow.cases.webhooks.service import Webhooks
    from hedgerow.cases.webhooks.watching import Courier

__all__ = [
    "ALIKE_SHOWN",
    "CHOICES",
    "DEFAULTS",
    "EVERYBODY",
    "MAX_PARTS",
    "MAX_STILLS",
    "MOST_COUNTED",
    "AtHand",
    "Attempt",
    "BadDecision",
    "BadWebhook",
    "BankPrecision",
    "Care",
    "Case",
    "CaseDetails",
    "Cases",
    "CasesProblem",
    "Choice",
    "Consequence",
    "Context",
    "Copies",
    "Copy",
    "Courier",
    "CourierPlan",
    "Day",
    "Decision",
    "Delivery",
    "DeliveryState",
    "Endpoint",
    "EndpointState",
    "Event",
    "Filter",
    "Found",
    "Intake",
    "Lease",
    "Limits",
    "NoSuchCase",
    "NoSuchDelivery",
    "NoSuchProposal",
    "NoSuchWebhook",
    "NotNow",
    "NotYours",
    "Outcome",
    "Overview",
    "Page",
    "Proposal",
    "Propose",
    "Reason",
    "Received",
    "Resting",
    "ReviewPolicy",
    "Settled",
    "Sought",
    "Standing",
    "Status",
    "Tally",
    "WebhookLimits",
    "WebhookOff",
    "WebhookProblem",
    "Webhooks",
    "emit",
    "statuses_for",
    "why_early",
]

__getattr__ = late(
    __name__,
    {
        "ALIKE_SHOWN": "queue",
        "Cases": "service",
        "Courier": "webhooks.watching",
        "CourierPlan": "webhooks.plan",
        "DEFAULTS": "policies",
        "EVERYBODY": "care",
        "MAX_PARTS": "viewing",
        "MAX_STILLS": "viewing",
        "MOST_COUNTED": "queue",
        "Tally": "tally",
        "Webhooks": "webhooks.service",
        "emit": "webhooks.outbox",
        "statuses_for": "queue",
        "why_early": "urgency",
    },
)
