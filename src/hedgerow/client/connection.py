"""What both clients have in common: how requests are made, and the newest sequence."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2

from hedgerow import __version__
from hedgerow.client.calls import Call
from hedgerow.client.conversation import Patience

MAX_CONNECT_SECONDS = 5.0
"""A service that takes no connection for so long isn't there."""


@cache
def _certificates() -> ssl.SSLContext:
    """The system's: read once, as that takes longer than many a request."""
    return httpx2.create_ssl_context(trust_env=False)


@dataclass(frozen=True)
class Place:
    """Where the service is, and how it is spoken to.

    key: an API key. timeout: seconds in which the service must begin to answer, and go on.
    """

    base_url: str
    key: str
    timeout: float
    patience: Patience
    ssl_context: ssl.SSLContext | None

    def __post_init__(self) -> None:
        if not self.base_url.startswith(("http://", "https://")):
            raise ValueError("base_url begins with http:// or https://, and ends before /api")
        if not (self.key.isascii() and self.key.isprintable() and self.key.strip()):
            raise ValueError("key is an API key as `hedgerow key create` shows it")
        if not self.timeout > 0:
            raise ValueError("timeout must be more than 0 seconds")

    def settings(self) -> dict[str, Any]:
        """How to make a client of httpx2."""
        return {
            "base_url": self.base_url.rstrip("/"),
            "headers": {
                "Authorization": f"Bearer {self.key}",
                "User-Agent": f"hedgerow-client/{__version__}",
            },
            "timeout": self._patience(self.timeout),
            "verify": self.ssl_context or _certificates(),
            "trust_env": False,
            "follow_redirects": False,
        }

    def request(self, call: Call[Any]) -> dict[str, Any]:
        """How to make the request of a call, its body left out."""
        kind = {} if call.body is None else {"Content-Type": call.body.kind}
        return {
            "method": call.method,
            "url": call.path,
            "params": call.query(),
            "headers": {**call.headers, **kind},
            "timeout": self._patience(call.seconds or self.timeout),
        }

    def _patience(self, seconds: float) -> httpx2.Timeout:
        return httpx2.Timeout(seconds, connect=min(self.timeout, MAX_CONNECT_SECONDS))


class Newest:
    """The newest state of the banks that an answer told of."""

    def __init__(self) -> None:
        self.sequence = 0

    def note(self, response: httpx2.Response) -> None:
        """Look at an answer."""
        told = response.headers.get("Hedgerow-Sequence", "")
        if told.isascii() and told.isdigit():
            self.sequence = max(self.sequence, int(told))
