"""The signal types that are installed: ours, and those of other packages by entry point."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from hedgerow.signals.errors import BrokenSignalType, UnknownSignalType
from hedgerow.signals.types import BITS, Comparison, PartsType, SignalType

GROUP = "hedgerow.signal_types"


def _load(entry: EntryPoint) -> SignalType:
    package = entry.dist.name if entry.dist is not None else "an installed package"
    try:
        found = entry.load()
        wrong = _what_is_wrong(found, entry.name)
    except Exception as problem:
        raise BrokenSignalType(
            f"the signal type {entry.name!r} of {package} can't be loaded: {problem}. "
            "Repair or uninstall that package."
        ) from problem
    if wrong is not None:
        raise BrokenSignalType(
            f"{entry.value!r} of {package} is not a signal type named {entry.name!r}: {wrong}. "
            "Repair or uninstall that package."
        )
    ready: SignalType = found
    return ready


def _what_is_wrong(found: Any, name: str) -> str | None:
    """Why `found` can't be the signal type `name`; None where it can.

    A type that is taken although it breaks the protocol could be one that never matches.
    """
    if isinstance(found, type):
        return "it is a class, not an object of that class"
    if not isinstance(found, SignalType):
        return "it lacks something that hedgerow.signals.SignalType asks for"
    if found.name != name:
        return f"it is named {found.name!r}"
    comparison: Any = found.comparison
    if not isinstance(comparison, Comparison):
        return f"its comparison is {comparison!r}, not a hedgerow.signals.Comparison"
    if comparison is Comparison.PARTS and not isinstance(found, PartsType):
        return "it lacks something that hedgerow.signals.PartsType asks for"
    furthest = 0 if comparison is Comparison.EQUAL else BITS
    if not 0 <= found.default_threshold <= found.max_distance <= furthest:
        return f"its distances are not 0 <= default_threshold <= max_distance <= {furthest}"
    return None


@cache
def registry() -> dict[str, SignalType]:
    """All installed signal types by name. Raises BrokenSignalType for one that can't be used."""
    found: dict[str, SignalType] = {}
    for entry in entry_points(group=GROUP):
        known = _load(entry)
        if known.name in found and found[known.name] != known:
            raise BrokenSignalType(
                f"two installed packages offer the signal type {known.name!r}; uninstall one"
            )
        found[known.name] = known
    return found


def signal_type(name: str) -> SignalType:
    """The signal type of that name; raises UnknownSignalType."""
    try:
        return registry()[name]
    except KeyError:
        known = ", ".join(sorted(registry()))
        raise UnknownSignalType(f"there is no signal type {name!r}; installed: {known}") from None


def parts_type(name: str) -> PartsType | None:
    """The signal type of that name where it is compared by PARTS; raises UnknownSignalType."""
    found = signal_type(name)
    return found if isinstance(found, PartsType) else None


def ordinary_types() -> frozenset[str]:
    """The types that every file is hashed to: all but those that are made only where asked for."""
    return frozenset(name for name in registry() if not is_sealed(name))


def is_sealed(name: str) -> bool:
    """Whether signals of this type are encrypted at rest, and made only where asked for."""
    found = parts_type(name)
    return found is not None and found.sealed


def single_types() -> list[str]:
    """The types whose signals are one value each, by name."""
    return [name for name in registry() if parts_type(name) is None]


def parse(type_name: str, value: str) -> str:
    """`value` in its type's normal spelling; raises UnknownSignalType or BadSignal."""
    return signal_type(type_name).parse(value)
