"""Names to addresses, in threads of their own: a look-up can't be stopped, only left behind."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from hedgerow.fetch.refusals import FetchCode, FetchRefused

Resolver = Callable[[str], Awaitable[Sequence[str]]]
"""The addresses of a name, as text. Raises FetchRefused or OSError where there are none."""


class SystemResolver:
    """Asks the system, as every program does."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="lookup")

    async def __call__(self, name: str) -> Sequence[str]:
        """The addresses of a name. Raises OSError."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _lookup, name)

    def close(self) -> None:
        """Take no more; look-ups under way end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def unresolved() -> FetchRefused:
    """The refusal of a name that has no address."""
    return FetchRefused(FetchCode.UNRESOLVED, "the host's name is not known; check the URL")


def _lookup(name: str) -> list[str]:
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
