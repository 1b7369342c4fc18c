"""Reading values that are written in hexadecimal digits."""

from __future__ import annotations

from hedgerow.signals.errors import BadSignal

_DIGITS = frozenset("0123456789abcdef")
_SHOWN = 80


def parse_hexadecimal(text: str, digits: int, type_name: str) -> str:
    """`text` in lower case without blanks around it; raises BadSignal unless `digits` long."""
    value = text.strip().lower()
    if len(value) != digits:
        raise BadSignal(
            f"{type_name} has {digits} hexadecimal digits, not {len(value)}: {value[:_SHOWN]!r}"
        )
    if not _DIGITS.issuperset(value):
        raise BadSignal(f"{type_name} has hexadecimal digits only: {value[:_SHOWN]!r}")
    return value
