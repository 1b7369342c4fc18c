"""The headers that every answer of a door for browsers carries, whoever made it.

Pure ASGI and outermost, so that what the gate or the envelope answers carries them too.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers as HeaderMap
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OFF = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment",
    "picture-in-picture", "screen-wake-lock", "usb", "xr-spatial-tracking",
)  # fmt: skip

COMMON: Mapping[str, str] = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{name}=()" for name in _OFF),
}
"""On every answer of every door, with these very values."""

NO_STORE = "no-store"
"""`Cache-Control` of everything but the static files."""

FOR_EVER = "public, max-age=31536000, immutable"
"""`Cache-Control` of the static files: their path changes with what is in them."""


_DAY = 86_400


class Headers:
    """Around the whole application; touches the answers of one door alone.

    prefix: of the door's paths. policy: its Content-Security-Policy. public_url: the setting.
    https_days: for which browsers are to come by https alone.
    """

    def __init__(
        self, app: ASGIApp, prefix: str, policy: str, public_url: str = "", https_days: int = 0
    ) -> None:
        self._app = app
        self._prefix = prefix
        self._headers = {"content-security-policy": policy, **COMMON}
        self._public = public_url.startswith("https://")
        self._strict = f"max-age={https_days * _DAY}" if https_days else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not is_under(self._prefix, scope["path"]):
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=list(message.get("headers", ())))
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("cache-control", NO_STORE)
                if self._strict and self._by_https(scope):
                    headers["strict-transport-security"] = self._strict
                message = {**message, "headers": headers.raw}
            await send(message)

        await self._app(scope, receive, sent)

    def _by_https(self, scope: Scope) -> bool:
        """Whether the browser came by https, to this service or to the proxy in front.

        Where it didn't, it takes no notice of the header (RFC 6797, 8.1). Not for localhost: the
        name is that of all services on a machine.
        """
        if not (self._public or scope["scheme"] == "https"):
            return False
        host = HeaderMap(scope=scope).get("host", "")
        return host.partition(":")[0].lower() != "localhost"


def is_under(prefix: str, path: str) -> bool:
    """Whether a path is a door's."""
    return path == prefix or path.startswith(f"{prefix}/")
