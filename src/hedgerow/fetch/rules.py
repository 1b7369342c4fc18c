"""Who may be connected to: asked before a name is looked up, and again for what was found."""

from __future__ import annotations

from collections.abc import Sequence

from hedgerow.fetch.addresses import Address, is_public, may_be_inside
from hedgerow.fetch.entries import entry_of
from hedgerow.fetch.hosts import Host
from hedgerow.fetch.limits import Limits
from hedgerow.fetch.refusals import forbidden_address, not_allowed


class Rules:
    """The rules that `Limits` makes."""

    def __init__(self, limits: Limits) -> None:
        self._ports = limits.allowed_ports
        self._only_listed = bool(limits.allowed_hosts)
        self._inside = [entry_of(text) for text in limits.inside_hosts]
        self._listed = [entry_of(text) for text in limits.allowed_hosts] + self._inside

    def admit(self, host: Host, port: int) -> None:
        """Raise FetchRefused for what needs no look-up to be refused."""
        listed = self.is_listed(host)
        if host.local and not listed:
            raise forbidden_address()
        if host.address is not None and not self._may_reach(host, host.address):
            raise forbidden_address()
        if self._only_listed and not listed:
            raise not_allowed("this host is not among those that may be fetched from")
        inside = any(entry.network is not None and entry.port == port for entry in self._inside)
        if not (self._opens(host, port) or inside):
            raise not_allowed("this port is not among those that may be fetched from")

    def check(self, host: Host, port: int, addresses: Sequence[Address]) -> None:
        """Raise FetchRefused where one of a host's addresses may not be connected to."""
        for address in addresses:
            if not self._may_connect(host, address, port):
                raise forbidden_address()

    def is_listed(self, host: Host) -> bool:
        """Whether an entry means the host as it stands in the URL."""
        return any(entry.names(host) for entry in self._listed)

    def _may_connect(self, host: Host, address: Address, port: int) -> bool:
        if is_public(address):
            return self._opens(host, port)
        return may_be_inside(address) and any(
            entry.covers(host, address) and entry.opens(port, self._ports) for entry in self._inside
        )

    def _may_reach(self, host: Host, address: Address) -> bool:
        """`_may_connect` for some port."""
        return is_public(address) or (
            may_be_inside(address) and any(entry.covers(host, address) for entry in self._inside)
        )

    def _opens(self, host: Host, port: int) -> bool:
        entries = [entry for entry in self._listed if entry.names(host)]
        if not entries:
            return port in self._ports
        return any(entry.opens(port, self._ports) for entry in entries)
