"""How a process starts quickly: names of a room are loaded when somebody asks for them.

The settings need each room's limits alone, in every command; what the rooms do is heavier.
"""

from __future__ import annotations

import atexit
import gc
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

GARBAGE_AT = 10_000
"""Objects more than before at which Python looks for garbage; with its own 700 it does so some
hundred times while modules are loaded, of which nothing is garbage."""


def start_swiftly() -> None:
    """For the first line of a process: spend no time on garbage where there is none.

    Without it a quarter of what a short command takes went into that, at its start and at its end,
    where all that was loaded was looked through before the system took it back as a whole.
    """
    gc.set_threshold(GARBAGE_AT, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)


def late(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package (PEP 562).

    Args:
        package: its name.
        modules: by each name that the package shows, the module below it that holds it.
    """

    def get(name: str) -> Any:
        if name not in modules:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    return get
