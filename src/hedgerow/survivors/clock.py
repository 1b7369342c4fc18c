"""How urgent a notice is: its time alone decides, and one place says how."""

from __future__ import annotations

from datetime import datetime, timedelta

from hedgerow.survivors.limits import Limits

IN_TIME, LITTLE_TIME, VERY_LITTLE_TIME, LATE = range(4)


def escalation(due_at: datetime, at: datetime, limits: Limits) -> int:
    """The level that a notice is at: `IN_TIME` to `LATE`."""
    left = due_at - at
    if left <= timedelta(0):
        return LATE
    if left <= timedelta(hours=limits.notice_urgent_hours):
        return VERY_LITTLE_TIME
    return LITTLE_TIME if left <= timedelta(hours=limits.notice_warn_hours) else IN_TIME
