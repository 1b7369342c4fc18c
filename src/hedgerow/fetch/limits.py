"""What one URL may cost, and where it may lead. Every limit has a name and a default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hedgerow.fetch.addresses import is_private
from hedgerow.fetch.entries import entry_of

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """What fetching one URL may cost, and where it may lead.

    max_bytes: size of the file.
    max_overhead: bytes of an answer that aren't the file's (headers, marks between chunks), beside
        one in 64 of the file.
    max_redirects: redirects that are followed.
    max_url: characters of a URL.
    max_addresses: addresses of one host that are tried, one after the other.
    max_lookups: names that are looked up at once; more wait.
    connect_seconds: until a connection is there, and again until it is encrypted.
    total_seconds: for everything, from the name's lookup to the last byte, redirects included.
    allowed_ports: for hosts that aren't listed with a port.
    allowed_hosts: where it isn't empty, only these hosts and the inside ones can be fetched from:
        "cdn.example.org", "*.example.org" (all names below), "host:port", "192.0.2.0/24".
    inside_hosts: hosts and networks, written likewise, that may be inside: they alone may have
        private or loopback addresses. Nothing opens link-local and metadata addresses.

    Raises ValueError for an impossible value.
    """

    max_bytes: int = 100 * MIB
    max_overhead: int = MIB // 4
    max_redirects: int = 3
    max_url: int = 8192
    max_addresses: int = 4
    max_lookups: int = 16
    connect_seconds: float = 5.0
    total_seconds: float = 20.0
    allowed_ports: tuple[int, ...] = (80, 443)
    allowed_hosts: tuple[str, ...] = ()
    inside_hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            least = 0 if name == "max_redirects" else None
            if isinstance(value, int | float) and not (value > 0 or value == least):
                raise ValueError(f"{name} must be more than 0, not {value!r}")
        for port in self.allowed_ports:
            if not 0 < port < 2**16:
                raise ValueError(f"allowed_ports: {port} is no port; they go from 1 to 65535")
        _check("allowed_hosts", self.allowed_hosts)
        _check("inside_hosts", self.inside_hosts)
        for text in self.inside_hosts:
            network = entry_of(text).network
            if network is not None and not is_private(network):
                msg = f"inside_hosts: {text!r} is not within a private network, or is metadata's"
                raise ValueError(msg)


def _check(name: str, entries: Sequence[str]) -> None:
    for text in entries:
        try:
            entry_of(text)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
