"""How sure a share is that was counted on so many cases."""

from __future__ import annotations

import math

Z_95 = 1.959963984540054
"""The quantile of the normal distribution that leaves 2.5 % above it."""


def wilson(found: int, of: int, z: float = Z_95) -> tuple[float, float]:
    """The 95 % confidence interval of a share, as E. B. Wilson made it (1927), both ends included.

    It stays within 0 and 1, and says something of 0 of n and of n of n too. (0, 1) where `of` is 0.
    """
    if not 0 <= found <= of:
        raise ValueError(f"{found} of {of} is no share")
    if of == 0:
        return 0.0, 1.0
    share, square = found / of, z * z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = z * math.sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    # At the ends it is 0 and 1 but for rounding.
    low = 0.0 if found == 0 else max(0.0, middle - half)
    high = 1.0 if found == of else min(1.0, middle + half)
    return low, high
