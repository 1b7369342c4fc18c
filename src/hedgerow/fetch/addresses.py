"""Which addresses are on the public network, and which may be inside when they are listed.

After the special-purpose address registries of IANA. Every address that carries another one in it
(mapped, compatible, NAT64, 6to4, Teredo) is refused, whatever the other one is.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


_SPECIAL = _networks(
    "0.0.0.0/8",  # this network
    "10.0.0.0/8",  # private
    "100.64.0.0/10",  # shared behind a provider's NAT
    "127.0.0.0/8",  # loopback
    "168.63.129.16/32",  # a public address that is Azure's wire server inside Azure
    "169.254.0.0/16",  # link-local, and the metadata services of the clouds
    "172.16.0.0/12",  # private
    "192.0.0.0/24",  # protocol assignments
    "192.0.2.0/24",  # documentation
    "192.31.196.0/24",  # AS112
    "192.52.193.0/24",  # relays for multicast
    "192.88.99.0/24",  # relays for 6to4
    "192.168.0.0/16",  # private
    "192.175.48.0/24",  # AS112
    "198.18.0.0/15",  # benchmarks
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, and broadcast
    "2001::/23",  # protocol assignments, Teredo among them
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4
    "2620:4f:8000::/48",  # AS112
    "3fff::/20",  # documentation
)

_UNICAST = IPv6Network("2000::/3")
"""All that is assigned as global unicast; whatever lies outside is special."""

INSIDE = _networks(
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
)
"""Where a service of one's own may be, once it is listed."""

_METADATA = _networks(
    "100.100.100.200/32",  # Alibaba Cloud
    "fd00:ec2::/32",  # Amazon's
    "fd20:ce::/32",  # Google's
)
"""Gives away the machine's own credentials; never reachable, listed or not."""


def is_public(address: Address) -> bool:
    """Whether an address is one of the public network that anybody can reach."""
    if isinstance(address, IPv6Address) and (address not in _UNICAST or address.scope_id):
        return False
    return address.is_global and not _within(address, _SPECIAL)


def may_be_inside(address: Address) -> bool:
    """Whether an address that isn't public may be reached where it is listed."""
    if isinstance(address, IPv6Address) and address.scope_id:
        return False
    return _within(address, INSIDE) and not _within(address, _METADATA)


def is_private(network: Network) -> bool:
    """Whether all of a network is where services of one's own may be, and none is metadata's."""
    return _part(network, INSIDE) and not _part(network, _METADATA)


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def _part(network: Network, wider: Iterable[Network]) -> bool:
    first, last = network.network_address, network.broadcast_address
    return any(first in each and last in each for each in wider)
