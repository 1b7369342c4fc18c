"""What webhooks can refuse.

CasesProblem
└── WebhookProblem
    ├── BadWebhook       an address, an event or another value isn't possible
    ├── NoSuchWebhook
    ├── NoSuchDelivery
    └── WebhookOff       nothing is sent to an endpoint that is switched off
"""

from hedgerow.cases.errors import CasesProblem


class WebhookProblem(CasesProblem):
    """Anything that webhooks refuse."""


class BadWebhook(WebhookProblem):
    """An address, an event or another value isn't possible."""


class NoSuchWebhook(WebhookProblem):
    """No endpoint has this number."""

    def __init__(self, endpoint_id: int) -> None:
        super().__init__(f"there is no webhook {endpoint_id}; list them to see their numbers")


class NoSuchDelivery(WebhookProblem):
    """No delivery has this number."""

    def __init__(self, delivery_id: int) -> None:
        super().__init__(
            f"there is no delivery {delivery_id}; those that ended long ago are not kept"
        )


class WebhookOff(WebhookProblem):
    """Nothing is sent to an endpoint that is switched off."""

    def __init__(self, endpoint_id: int) -> None:
        super().__init__(f"webhook {endpoint_id} is switched off; switch it on, then send again")
