"""Paths as HMA's clients write them: a key inside, slashes doubled. And errors as they read them.

Pure ASGI, in front of everything else, so that nothing behind it sees a key in a path.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from pydantic_core import from_json, to_json
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hedgerow.web.problems import TYPE

PREFIX = "/hma"

_SLASHES = re.compile("/{2,}")


class Paths:
    """Tidies the path of each request under /hma, and what is answered to it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"].lstrip("/").startswith(PREFIX[1:]):
            path = _SLASHES.sub("/", scope["path"])
            if path == PREFIX or path.startswith(PREFIX + "/"):
                _tidy(scope, path)
                send = _Plain(send)
        await self._app(scope, receive, send)


def _tidy(scope: Scope, path: str) -> None:
    """Take the key out of the path, in place: a log of the server has this very scope."""
    steps = path.split("/", 4)
    if len(steps) > 3 and steps[2] == "k":
        path = f"{PREFIX}/{steps[4] if len(steps) > 4 else ''}"
        bearer = b"Bearer " + steps[3].encode("ascii", "replace")
        others = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
        scope["headers"] = [*others, (b"authorization", bearer)]
    if len(path) > len(PREFIX) + 1:
        path = path.removesuffix("/")
    scope["path"] = path
    scope["raw_path"] = quote(path).encode()


class _Plain:
    """Sends answers on; a problem document becomes HMA's `{"message": …}`."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if MutableHeaders(raw=message["headers"]).get("content-type") == TYPE:
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._told(self._start)
            return
        await self._send(message)

    async def _told(self, start: Message) -> None:
        body = to_json({"message": from_json(self._body)["detail"]})
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-type"] = "application/json"
        headers["content-length"] = str(len(body))
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})
