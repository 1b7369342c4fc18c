"""Whether a request comes from Hedgerow, as it was sent and just now. Needs nothing but Python."""

import base64
import hmac
import time
from collections.abc import Mapping

TOLERANCE = 300  # seconds by which the clocks may differ, and that a request may take


class Refused(Exception):
    """Answer 400, and do nothing else."""


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> str:
    """The event's number: the same each time that this event is sent. Raises Refused.

    secret: whsec_…, as it was shown. headers: with names in small letters, or any mapping that
    doesn't mind. body: the bytes as they came, before anything reads them.
    """
    number = headers.get("webhook-id") or ""
    seconds = headers.get("webhook-timestamp") or ""
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
        raise Refused("no time")
    if abs(time.time() - int(seconds)) > TOLERANCE:
        raise Refused("too old, or of a clock that is ahead")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{number}.{seconds}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))
    given = (headers.get("webhook-signature") or "").split(" ")
    # In a time that tells nothing of how much was right.
    if not any(hmac.compare_digest(expected, each.encode()) for each in given):
        raise Refused("not signed with this secret")
    return number
