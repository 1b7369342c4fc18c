"""The host of a URL: the one place that decides whether it is a name or an address, and which."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

import idna

from hedgerow.fetch.addresses import Address
from hedgerow.fetch.refusals import bad_url

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_MAX_NAME = 253

_SPECIAL = ["alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion", "test"]
_CUSTOMARY = ["corp", "home", "intranet", "lan", "localdomain", "mail", "private"]
_LOCAL = frozenset([*_SPECIAL, *_CUSTOMARY])
"""Last labels that the public name service doesn't have, or that lead inside."""


@dataclass(frozen=True)
class Host:
    """A host as it is connected to.

    name: lower case, ASCII, without a last dot; an address in its usual form.
    address: set where the URL has an address.
    """

    name: str
    address: Address | None = None

    @property
    def in_url(self) -> str:
        """As it stands in a URL and in the Host header."""
        return f"[{self.name}]" if isinstance(self.address, IPv6Address) else self.name

    @property
    def local(self) -> bool:
        """Whether this is a name that only the inside knows."""
        return self.address is None and (
            "." not in self.name or self.name.rpartition(".")[2] in _LOCAL
        )


def host_of(text: str) -> Host:
    """A name or an IPv4 address, or an IPv6 address in brackets. Raises FetchRefused."""
    if text.startswith("[") and text.endswith("]"):
        return _ipv6(text[1:-1])
    labels = [_label(label) for label in text.removesuffix(".").split(".")]
    name = ".".join(labels)
    if _NUMBER.fullmatch(labels[-1]):
        return _ipv4(name)
    if len(name) > _MAX_NAME:
        raise bad_url("the host's name is too long")
    return Host(name)


def _label(label: str) -> str:
    if not label.isascii():
        try:
            # By IDNA 2008 and unmapped: what merely looks like a digit or a dot is no label.
            return idna.alabel(label).decode("ascii")
        except idna.IDNAError:
            raise bad_url("the host is not a possible name") from None
    lower = label.lower()
    if not _LABEL.fullmatch(lower):
        raise bad_url("the host is not a possible name")
    return lower


def _ipv4(text: str) -> Host:
    # Octal, hexadecimal, short and single-number forms mean different addresses to different
    # programs. Nobody needs them.
    try:
        address = IPv4Address(text)
    except ValueError:
        raise bad_url("write an IPv4 address as four decimal numbers") from None
    return Host(str(address), address)


def _ipv6(text: str) -> Host:
    try:
        if "%" in text:
            raise ValueError
        address = IPv6Address(text)
    except ValueError:
        raise bad_url("what stands in brackets is not an IPv6 address") from None
    return Host(str(address), address)
