"""The only way out: a name is looked up, judged and connected to in one step.

What was judged is what is connected to, so a name that changes its address in between gains
nothing, and nothing that is built on top can connect by another way.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from typing import Any

from httpcore2 import (
    AnyIOBackend,
    AsyncNetworkBackend,
    AsyncNetworkStream,
    ConnectError,
    ConnectTimeout,
)

from hedgerow.fetch.addresses import Address
from hedgerow.fetch.hosts import Host
from hedgerow.fetch.limits import Limits
from hedgerow.fetch.metering import Meter, Metered
from hedgerow.fetch.refusals import FetchCode, FetchRefused, forbidden_address
from hedgerow.fetch.resolving import Resolver, unresolved
from hedgerow.fetch.rules import Rules
from hedgerow.fetch.urls import Target

Connector = Callable[[Address, int, float], Awaitable[AsyncNetworkStream]]
"""Opens a connection to an address and a port, in so many seconds. Raises ConnectError,
ConnectTimeout."""


async def connect(address: Address, port: int, seconds: float) -> AsyncNetworkStream:
    """Open a TCP connection to an address, which is never looked up again."""
    return await AnyIOBackend().connect_tcp(str(address), port, timeout=seconds)


class Way(AsyncNetworkBackend):
    """The way to one target, for one request."""

    def __init__(
        self,
        target: Target,
        rules: Rules,
        limits: Limits,
        meter: Meter,
        resolver: Resolver,
        connector: Connector,
    ) -> None:
        self._target = target
        self._rules = rules
        self._limits = limits
        self._meter = meter
        self._resolver = resolver
        self._connector = connector

    async def connect_tcp(
        self,
        host: str,
        port: int,
        *_: Any,
        **_options: Any,
    ) -> AsyncNetworkStream:
        """Connect to the target. Raises FetchRefused."""
        target = self._target
        assert (host, port) == (target.host.name, target.port)
        self._rules.admit(target.host, port)
        addresses = await self._addresses(target.host)
        self._rules.check(target.host, port, addresses)
        return Metered(await self._first(addresses, port), self._meter)

    async def _addresses(self, host: Host) -> list[Address]:
        if host.address is not None:
            return [host.address]
        # The last dot keeps a stranger's name out of the search list, which would try it with
        # the inside's own domains behind it. A listed name may stand in /etc/hosts.
        name = host.name if self._rules.is_listed(host) else f"{host.name}."
        try:
            texts = await self._resolver(name)
        except (OSError, UnicodeError):
            raise unresolved() from None
        if not texts:
            raise unresolved()
        try:
            return [ip_address(text) for text in texts]
        except ValueError:
            raise forbidden_address() from None

    async def _first(self, addresses: Sequence[Address], port: int) -> AsyncNetworkStream:
        """A connection to the first address that takes one."""
        tried = addresses[: self._limits.max_addresses]
        loop = asyncio.get_running_loop()
        end = loop.time() + self._limits.connect_seconds
        for number, address in enumerate(tried):
            seconds = (end - loop.time()) / (len(tried) - number)
            with contextlib.suppress(ConnectError, ConnectTimeout):
                stream = await self._connector(address, port, max(seconds, 0.001))
                await _verify(stream, address)
                return stream
        raise FetchRefused(
            FetchCode.UNREACHABLE, "the host takes no connection; check the URL, or try again later"
        )


async def _verify(stream: AsyncNetworkStream, address: Address) -> None:
    """Close a connection that isn't with whom it should be, and raise FetchRefused."""
    peer = stream.get_extra_info("server_addr")
    if peer is None or ip_address(peer[0]) != address:
        await stream.aclose()
        raise forbidden_address()
