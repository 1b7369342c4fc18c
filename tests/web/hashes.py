"""Hashes that nothing else in a test is near."""

import random

_random = random.Random(20261122)


def fresh_pdq() -> str:
    """A PDQ hash that no test had before; two such differ by about 128 bits."""
    return f"{_random.getrandbits(256):064x}"
