"""How often something was tried: in memory, by what nobody can read back.

Numbers and addresses are keyed with a secret of this process, so what is kept tells neither, and
nothing of it is ever written. Each process counts for itself: codes are long enough for that, and
the counting is there to keep guesses cheap.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

MOST_KEPT = 100_000
"""Counts in memory; the oldest make room."""

_PREFIX_V6 = 64
"""Bits of an IPv6 address that one line has; the rest its devices choose as they like."""

_log = logging.getLogger(__name__)


class Attempts:
    """Counts of one process. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._counts: OrderedDict[bytes, tuple[int, float]] = OrderedDict()
        self._counting = threading.Lock()

    def begin(self, kind: str, what: str, most: int, seconds: float) -> bool:
        """Count one; whether it is one of the first `most` within so many seconds."""
        key, at = self._key(kind, what), self._clock()
        with self._counting:
            count, since = self._counts.pop(key, (0, at))
            if at - since >= seconds:
                count, since = 0, at
            # What is refused isn't counted on: whoever is patient isn't kept out for good.
            self._counts[key] = min(count + 1, most + 1), since
            if len(self._counts) > MOST_KEPT:
                self._counts.popitem(last=False)
        if count == most:  # once in that time: refusing is to cost nothing
            _log.warning("too many tries on the survivors' pages, counted by %s", kind)
        return count < most

    def take_back(self, kind: str, what: str) -> None:
        """Count one less: it was no guess."""
        key = self._key(kind, what)
        with self._counting:
            if key in self._counts:
                count, since = self._counts[key]
                self._counts[key] = max(0, count - 1), since

    def _key(self, kind: str, what: str) -> bytes:
        text = f"{kind} {what}".encode()
        return hashlib.blake2b(text, key=self._secret, digest_size=16).digest()


def line_of(address: str) -> str:
    """What stands for a line to the network: an IPv4 address, or the first half of an IPv6 one.

    Empty for what is no address: it is counted nowhere.
    """
    try:
        read = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(read, ipaddress.IPv6Address):
        if read.ipv4_mapped is not None:
            return str(read.ipv4_mapped)
        return str(ipaddress.ip_network((read, _PREFIX_V6), strict=False))
    return str(read)
