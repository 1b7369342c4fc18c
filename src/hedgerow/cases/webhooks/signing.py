"""Signatures, as the Standard Webhooks specification has them.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
"""Of every secret as people see it, so that scanners for leaked secrets can know one."""

SECRET_BYTES = 32


def new_secret() -> bytes:
    """A random secret."""
    return secrets.token_bytes(SECRET_BYTES)


def shown(secret: bytes) -> str:
    """A secret as a person copies it to the receiver."""
    return PREFIX + base64.b64encode(secret).decode()


def signature(secret: bytes, message_id: str, seconds: int, body: bytes) -> str:
    """The signature of one message, `v1,` and base64.

    seconds: of the attempt, since 1970.
    """
    signed = f"{message_id}.{seconds}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()


def headers(keys: Sequence[bytes], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that go with a body.

    Args:
        keys: every secret that is good now; the receiver needs one of them.
        message_id: the same in each attempt, by which receivers know what they have had.
        at: of this attempt, so that one that comes late is not taken for a replay.
        body: as it is sent.
    """
    seconds = int(at.timestamp())
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signature(each, message_id, seconds, body) for each in keys),
    }
