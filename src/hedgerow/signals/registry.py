"""The signal types that are installed: ours, and those of other packages by entry point."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from hedgerow.signals.errors import BrokenSignalType, UnknownSignalType
from hedgerow.signals.types import SignalType

GROUP = "hedgerow.signal_types"


def _load(entry: EntryPoint) -> SignalType:
    package = entry.dist.name if entry.dist is not None else "an installed package"
    try:
        found = entry.load()
    except Exception as problem:
        raise BrokenSignalType(
            f"the signal type {entry.name!r} of {package} can't be loaded: {problem}. "
            "Repair or uninstall that package."
        ) from problem
    if not isinstance(found, SignalType) or found.name != entry.name:
        raise BrokenSignalType(
            f"{entry.value!r} of {package} is not a signal type named {entry.name!r}. "
            "Repair or uninstall that package."
        )
    return found


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


def parse(type_name: str, value: str) -> str:
    """`value` in its type's normal spelling; raises UnknownSignalType or BadSignal."""
    return signal_type(type_name).parse(value)
