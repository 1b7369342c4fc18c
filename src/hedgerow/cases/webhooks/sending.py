"""One request to a platform, within its time, and nothing of the answer but its status."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

import httpx2

from hedgerow import __version__

_CERTIFICATE = "its certificate isn't valid for this address, or isn't signed by a known authority"


@dataclass(frozen=True)
class Answer:
    """What came of a request.

    Attributes:
        status: HTTP's; None where there was no answer.
        reason: why it doesn't count as delivered, in our words; empty where it does.
        retry_after: the header, as it came.
    """

    status: int | None
    reason: str = ""
    retry_after: str | None = None


class Sender:
    """Sends from any thread. A context manager; one for a process.

    The requests run on an event loop of its own, since only there can a time limit hold for all of
    a request: a server that sends a byte now and then would keep a thread forever.
    """

    def __init__(self, timeout_seconds: float, at_once: int) -> None:
        self._seconds = timeout_seconds
        # SSL_CERT_FILE may name a platform's own authority; proxies are never taken from there.
        self._ssl = httpx2.create_ssl_context()
        self._loop = asyncio.new_event_loop()
        # Names are looked up there; a lookup may take longer than whoever wanted it waits.
        self._loop.set_default_executor(ThreadPoolExecutor(2 * at_once, "lookup"))
        self._thread = threading.Thread(target=self._loop.run_forever, name="sender", daemon=True)
        self._thread.start()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send it; returns what came of it, whatever that was."""
        return asyncio.run_coroutine_threadsafe(self._post(url, headers, body), self._loop).result()

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._ask(url, headers, body)
        except TimeoutError:
            return Answer(None, f"no answer within {self._seconds:g} s")
        except httpx2.HTTPError as error:
            return Answer(None, _why(error))
        except (httpx2.InvalidURL, ValueError, OSError) as error:
            return Answer(None, f"it can't be sent there ({type(error).__name__})")

    async def _ask(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        sent = {
            **headers,
            "user-agent": f"hedgerow/{__version__}",
            # One connection a request: one that the other side closes meanwhile is no failure.
            "connection": "close",
        }
        async with (
            httpx2.AsyncClient(
                verify=self._ssl, follow_redirects=False, trust_env=False, timeout=None
            ) as client,
            client.stream("POST", url, content=body, headers=sent) as response,
        ):
            # The body is never read: nothing in it is needed, and it may have no end.
            return Answer(
                response.status_code,
                _unless_taken(response.status_code),
                response.headers.get("retry-after"),
            )

    def close(self) -> None:
        """Take no more."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _unless_taken(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"it answered {status}: redirects are not followed; enter the URL it leads to"
    try:
        return f"it answered {status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return f"it answered {status}"


def _why(error: httpx2.HTTPError) -> str:
    """In our words: the error's own may hold whatever the other side wrote."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _CERTIFICATE
        if isinstance(cause, ssl.SSLError):
            return "it doesn't speak TLS as it should"
        if isinstance(cause, ConnectionRefusedError):
            return "it refused the connection"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx2.ConnectError):
        return "its name can't be resolved, or it can't be reached"
    if isinstance(error, httpx2.RemoteProtocolError):
        return "it hung up, or its answer isn't HTTP"
    return f"the connection broke ({type(error).__name__})"
