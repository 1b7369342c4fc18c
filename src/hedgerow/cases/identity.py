"""What makes two uploads the same thing: the very same file, of the same bank's cases."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def same_thing(signals: Mapping[str, Any], bank_id: int, match: Mapping[str, Any]) -> bytes:
    """A digest of the file and the bank that it matched.

    signals: of the upload, as the answer gives them; match: what is taken instead where they have
    no digest of the file, as of a lookup by hash.
    """
    digest = signals.get("sha256") or signals.get("md5")
    value = str(digest["value"]) if digest else f"{match['signal_type']}:{match['value']}"
    return sha256(f"{bank_id} {value}".encode()).digest()
