"""What all answers have in common: the state of the banks, and that a fault is answered, too.

Pure ASGI, as every microsecond here is paid for each upload.
"""

from __future__ import annotations

import asyncio
import logging
import secrets

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hedgerow.web.problems import Code, Problem, overloaded

SEQUENCE = b"hedgerow-sequence"
"""The header that tells the state of the banks that this process compares with."""

_TELLING = ("/api/", "/hma/")

_log = logging.getLogger(__name__)


class Envelope:
    """Puts the sequence on each answer of the API, and makes a problem of an unforeseen error."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        tells = scope["path"].startswith(_TELLING)
        started = False

        async def sent(message: Message) -> None:
            nonlocal started
            if not started:
                started = True
                if tells:
                    sequence = str(scope["app"].state.service.fresh.sequence).encode()
                    message["headers"] = [*message.get("headers", ()), (SEQUENCE, sequence)]
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except ClientDisconnect:
            return  # there is nobody to answer
        except asyncio.CancelledError:
            # The service ends, and this takes longer than it waits.
            if started:
                raise
            retry = scope["app"].state.plan.web.retry_seconds
            ending = overloaded("the service is ending", retry)
            await ending.response()(scope, receive, sent)
        except Exception:
            if started:
                raise  # the server closes the connection, and the client sees that it is cut off
            reference = secrets.token_hex(8)
            _log.exception("a fault, reference %s", reference)
            await fault(reference).response()(scope, receive, sent)


def fault(reference: str) -> Problem:
    """What is told of a fault of ours; the log has the rest under the same reference."""
    msg = f"this is a fault of the service; its log tells of it under the reference {reference}"
    return Problem(Code.INTERNAL, msg, reference=reference)
