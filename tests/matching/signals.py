"""Signals of our own making: hashes at a wanted distance, and queries that ask for them."""

import hashlib
import random

from hedgerow.matching import Query
from hedgerow.signals import Signal


def pdq(seed, *, quality=None):
    """A hash of random bits."""
    return Signal("pdq", f"{random.Random(seed).getrandbits(256):064x}", quality)


def flipped(signal, bits, *, first=0, quality=None):
    """The hash that differs in `bits` bits, from the bit numbered `first` on."""
    mask = sum(1 << (position % 256) for position in range(first, first + bits))
    return Signal("pdq", f"{int(signal.value, 16) ^ mask:064x}", quality)


def md5(text):
    return Signal("md5", hashlib.md5(text.encode()).hexdigest())


def query(*signals, refused=None, truncated=False, more_frames=False, variants=None):
    asked = {}
    for one in signals:
        asked[one.type] = {"value": one.value}
        if one.quality is not None:
            asked[one.type]["quality"] = one.quality
    for name, value in (variants or {}).items():
        asked["pdq"].setdefault("variants", {})[name] = value
    return Query(asked, refused, truncated, more_frames)


REFUSED = {"code": "corrupt", "message": "the file is damaged"}
