"""The one form of an entry that is hashed: JSON as RFC 8785 (JCS) has it.

So any program can check an entry: take its line of an export, leave `hash` out, write it as
RFC 8785 says, and SHA-256 it. docs/store.md shows it in a few lines of Python and JavaScript.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from json.encoder import encode_basestring as quoted

EXACT = 2**53 - 1
"""The largest whole number that every program reads from JSON as it was written."""

_DIGITS = len(str(-EXACT))

FIRST = bytes(32)
"""What the first entry names as the hash of the one before."""

Scalar = str | int | float | bool | None
Value = Scalar | list[Scalar]


def time_text(at: datetime) -> str:
    """A time as it stands in entries: UTC, with microseconds, like 2026-03-01T12:00:00.000000Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(value: object) -> str:
    """`value` as RFC 8785 writes it; objects have ASCII keys only.

    Raises:
        ValueError: it has a number that isn't finite or not exact everywhere, or a key that is
            no ASCII.
        TypeError: it is of a type that JSON hasn't.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, list):
        return f"[{','.join(map(canonical, value))}]"
    if isinstance(value, Mapping):
        return _object(value)
    raise TypeError(f"{type(value).__name__} can't be written in the log")


def _object(value: Mapping[str, object]) -> str:
    if not all(key.isascii() for key in value):
        raise ValueError("the keys of details must be plain ASCII names")
    return f"{{{','.join(f'{quoted(key)}:{canonical(value[key])}' for key in sorted(value))}}}"


def _number(value: float) -> str:
    if isinstance(value, int):
        if abs(value) > EXACT:
            raise ValueError("a whole number beyond 2**53 isn't exact in every program")
        return str(value)
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number in JSON")
    return _as_javascript(value)


def _as_javascript(value: float) -> str:
    """The shortest digits that give the number back, laid out as ECMAScript does (7.1.12.1)."""
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{abs(value)!r}e0".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    # The value is 0.DIGITS times ten to this power.
    power = len(whole) + int(exponent.partition("e")[0])
    power -= len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    sign = "-" if value < 0 else ""
    if len(digits) <= power <= 21:
        return sign + digits.ljust(power, "0")
    if 0 < power <= 21:
        return f"{sign}{digits[:power]}.{digits[power:]}"
    if -6 < power <= 0:
        return f"{sign}0.{'0' * -power}{digits}"
    point = "." if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{point}{digits[1:]}e{power - 1:+d}"


def whole(text: str) -> float:
    """A whole number as JSON's readers take it: exact, or else the nearest there is."""
    return int(text) if len(text) <= _DIGITS and abs(int(text)) <= EXACT else float(text)


def entry_text(
    *,
    number: int,
    at: str,
    actor: str,
    actor_number: int | None,
    action: str,
    subject: str,
    why: str,
    details: str,
    previous: bytes,
) -> str:
    """What is hashed of an entry. `details` is put in as it stands, canonical already."""
    whose = "null" if actor_number is None else str(actor_number)
    return (
        f'{{"action":{quoted(action)},"actor":{quoted(actor)},"actor_number":{whose},'
        f'"at":{quoted(at)},"details":{details},"number":{number},'
        f'"previous":"{previous.hex()}","subject":{quoted(subject)},"type":"entry/1",'
        f'"why":{quoted(why)}}}'
    )


def digest(text: str) -> bytes:
    """SHA-256 of the text's UTF-8. What can't be UTF-8 was never written by us: still a digest."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def details_text(details: Mapping[str, Value]) -> str:
    """Details as they are kept and hashed. Raises as `canonical`."""
    return canonical(details)


def details_of(text: object) -> dict[str, Value] | None:
    """The details of a kept text; None where it isn't what `details_text` would have written."""
    if not isinstance(text, str):
        return None
    try:
        read = json.loads(text, parse_int=whole)
        return read if isinstance(read, dict) and canonical(read) == text else None
    except (ValueError, TypeError, RecursionError):
        return None
