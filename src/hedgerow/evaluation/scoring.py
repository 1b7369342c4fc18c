"""Scores of one copy with all originals at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from hedgerow.evaluation.methods import Scores

Codes = npt.NDArray[np.uint8]


def codes_of(values: Sequence[str]) -> Codes:
    """Codes (n, bytes) of n hexadecimal strings of one length."""
    return np.frombuffer(bytes.fromhex("".join(values)), np.uint8).reshape(len(values), -1)


def nearest(banked: Codes, forms: Codes) -> Scores:
    """Distance (n,) in bits of each banked code (n, bytes) to the nearest of forms (m, bytes)."""
    word = "u8" if banked.shape[1] % 8 == 0 else "u1"
    one, other = (np.ascontiguousarray(each).view(word) for each in (banked, forms))
    apart = np.bitwise_count(one[:, np.newaxis] ^ other[np.newaxis]).sum(axis=2, dtype=np.int64)
    return np.asarray(apart.min(axis=1), np.int64)


def forms_of(pdq: Mapping[str, Any]) -> list[str]:
    """Every value under which a PDQ is looked up: of the whole and of parts, in all transforms.

    What is too small to hash has one value alone.
    """
    looks = [pdq, *pdq.get("regions", ())]
    return [
        value for look in looks for value in (look["value"], *look.get("variants", {}).values())
    ]


def plain(pdq: Mapping[str, Any]) -> dict[str, Any]:
    """A PDQ without its transforms and its parts."""
    return {name: pdq[name] for name in ("value", "quality")}
