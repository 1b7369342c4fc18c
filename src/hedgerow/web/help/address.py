"""Where a visitor comes from: to count tries by, in memory, and for nothing else."""

from __future__ import annotations

import ipaddress
import re

from starlette.requests import Request

_WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d+)?|([\d.]+):\d+")
"""How some proxies write an address: with the port that its connection came from."""


def address_of(request: Request, proxies: int) -> str:
    """The network address of a visitor; "" where it isn't known.

    proxies: how many of the operator's own proxies a request comes through: each adds where it got
    the request from at the end of X-Forwarded-For. What is before that anybody may have written.
    """
    if proxies:
        told = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        return _without_port(told[-proxies].strip()) if len(told) >= proxies else ""
    address = request.client.host if request.client else ""
    # A proxy on this machine that nobody told us of: all visitors would count as one.
    return "" if "x-forwarded-for" in request.headers and _is_loopback(address) else address


def _without_port(address: str) -> str:
    found = _WITH_PORT.fullmatch(address)
    return address if found is None else found[1] or found[2] or ""


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
