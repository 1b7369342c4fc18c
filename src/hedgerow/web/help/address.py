"""Where a visitor comes from: to count tries by, in memory, and for nothing else."""

from __future__ import annotations

import ipaddress

from starlette.requests import Request


def address_of(request: Request, proxies: int) -> str:
    """The network address of a visitor; "" where it isn't known.

    proxies: how many of the operator's own proxies a request comes through: each adds where it got
    the request from at the end of X-Forwarded-For. What is before that anybody may have written.
    """
    if proxies:
        told = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        return told[-proxies].strip() if len(told) >= proxies else ""
    address = request.client.host if request.client else ""
    # A proxy on this machine that nobody told us of: all visitors would count as one.
    return "" if "x-forwarded-for" in request.headers and _is_loopback(address) else address


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
