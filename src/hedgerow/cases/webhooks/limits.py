"""Every limit of webhooks, by name."""

from __future__ import annotations

from dataclasses import dataclass

_HOUR = 3600


@dataclass(frozen=True)
class WebhookLimits:
    """How platforms are told of events, how often it is tried, and what is kept of it.

    enabled: whether this installation runs a courier; without one, events wait.
    max_endpoints: endpoints that there can be.
    retry_seconds: how long to wait after each attempt that failed; after one more than there are
        numbers here, the delivery has failed.
    jitter: the part of such a wait by which it may be longer, at random, so that not all of what
        failed together comes again together.
    max_retry_after_seconds: that a receiver can ask to be left alone for, by Retry-After.
    timeout_seconds: for one attempt, from the name's lookup to the answer's headers.
    max_under_way: attempts at once.
    max_per_endpoint: attempts at once at one endpoint, so that a slow one doesn't hold up others.
    rotation_hours: for which the secret before signs too, once there is a new one.
    keep_days: that a delivery is kept after it ended, with its body.
    poll_seconds: between two looks for new events.
    stop_seconds: for attempts under way when the courier is told to stop.
    max_page: deliveries of one page.
    """

    enabled: bool = True
    max_endpoints: int = 50
    retry_seconds: tuple[float, ...] = (
        10, 60, 300, 1800, 2 * _HOUR, 6 * _HOUR, 12 * _HOUR, 12 * _HOUR, 12 * _HOUR,
    )  # fmt: skip
    jitter: float = 0.2
    max_retry_after_seconds: float = 86_400
    timeout_seconds: float = 15.0
    max_under_way: int = 32
    max_per_endpoint: int = 8
    rotation_hours: float = 24.0
    keep_days: int = 30
    poll_seconds: float = 0.5
    stop_seconds: float = 5.0
    max_page: int = 200

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, tuple):
                if not all(each > 0 for each in value):
                    raise ValueError(f"{name} must be numbers above 0, not {value!r}")
            elif not isinstance(value, bool) and (value < 0 or (value == 0 and name != "jitter")):
                raise ValueError(f"{name} must be above 0, not {value!r}")
