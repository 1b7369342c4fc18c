"""Numbers as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence


def counted(count: int, what: str, many: str | None = None) -> str:
    """So many of something; `many` is the word for several where an s doesn't make it."""
    return f"{count:,} {what if count == 1 else many or what + 's'}"


def short(value: float) -> str:
    """A number with three digits, and whole where it is large: never as a power of ten."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def per_cent(share: float) -> str:
    """A share as a person reads it; only what is all of it is 100 %."""
    value = 100 * share
    if 0 < value < 100:
        value = min(max(value, 0.1), 99.9)
    return f"{value:.1f}".removesuffix(".0") + " %"


def interval(ends: Sequence[float]) -> str:
    """A confidence interval of a share, in per cent."""
    low, high = (100 * end for end in ends)
    return f"{low:.1f}–{high:.1f}"
