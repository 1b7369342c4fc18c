"""The entries of the lists of hosts: a name, a name with all below it, or a network; and a port."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_network

from hedgerow.fetch.addresses import Address, Network
from hedgerow.fetch.hosts import Host, host_of
from hedgerow.fetch.refusals import FetchRefused

_BRACKETS = re.compile(r"\[([0-9A-Fa-f:.]+)\](/[0-9]+)?(?::([0-9]{1,5}))?")
_WITH_PORT = re.compile(r"([^:]+):([0-9]{1,5})")
_MAX_PORT = 65_535


@dataclass(frozen=True)
class Entry:
    """One entry: `name` or `network`, one of the two.

    below: the entry means every name that ends with `name`, and not `name` itself.
    port: None means the ports that are allowed in general.
    """

    name: str | None = None
    below: bool = False
    network: Network | None = None
    port: int | None = None

    def names(self, host: Host) -> bool:
        """Whether the entry means what stands in the URL."""
        if self.network is not None:
            return host.address is not None and host.address in self.network
        assert self.name is not None
        if self.below:
            return host.address is None and host.name.endswith(f".{self.name}")
        return host.name == self.name

    def covers(self, host: Host, address: Address) -> bool:
        """Whether the entry means a host that is found at an address."""
        return self.names(host) or (self.network is not None and address in self.network)

    def opens(self, port: int, usual: tuple[int, ...]) -> bool:
        """Whether the entry opens a port; `usual` are those that are allowed in general."""
        return port in usual if self.port is None else port == self.port


def entry_of(text: str) -> Entry:
    """Read an entry. Raises ValueError."""
    rest, port = text, None
    if brackets := _BRACKETS.fullmatch(text):
        rest, port = brackets[1] + (brackets[2] or ""), brackets[3]
    elif with_port := _WITH_PORT.fullmatch(text):
        rest, port = with_port.groups()
    number = None if port is None else int(port)
    if number is not None and not 0 < number <= _MAX_PORT:
        raise ValueError(f"{text!r} has a port that can't be")
    if "/" in rest or ":" in rest:
        return Entry(network=ip_network(rest), port=number)
    below = rest.startswith("*.")
    try:
        host = host_of(rest.removeprefix("*."))
    except FetchRefused:
        host = None
    if host is None or (below and host.address is not None):
        msg = f"{text!r} is no host; write cdn.example.org, *.example.org, 10.1.2.0/24 or host:port"
        raise ValueError(msg)
    if host.address is not None:
        return Entry(network=ip_network(host.address), port=number)
    return Entry(name=host.name, below=below, port=number)
