"""What the environment says."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any, get_origin

from pydantic_settings import EnvSettingsSource

from hedgerow.settings.catalogue import Entry, entries, groups
from hedgerow.settings.errors import BadSettings
from hedgerow.settings.model import PREFIX, Settings

CONFIG = f"{PREFIX}CONFIG"
"""Names the file of settings."""


def values() -> dict[str, Any]:
    """What is set, by setting; of groups as a dictionary. Numbers are still text.

    A variable that is set to nothing is not set.

    Raises:
        BadSettings: a variable has the name of no setting of its group, or its list can't be read.
    """
    _check_names()
    found = EnvSettingsSource(Settings)()
    for entry in entries():
        if get_origin(entry.kind) is tuple and entry.group in found:
            group = found[entry.group]
            if entry.name in group:
                group[entry.name] = _listed(entry, group[entry.name])
    return found


def named_file() -> str | None:
    """The file of settings that the environment names, if any."""
    return next((value for name, value in _set() if name == CONFIG.lower()), None)


def unknown() -> list[str]:
    """Variables that look like settings and are none: they do nothing."""
    known = {entry.variable.lower() for entry in entries()} | {CONFIG.lower()}
    prefix = PREFIX.lower()
    return sorted(
        name for name in os.environ if name.lower().startswith(prefix) and name.lower() not in known
    )


def _set() -> Iterator[tuple[str, str]]:
    return ((name.lower(), value) for name, value in os.environ.items() if value)


def _listed(entry: Entry, text: str) -> Any:
    if not text.lstrip().startswith("["):
        return [word for each in text.split(",") if (word := each.strip())]
    try:
        return json.loads(text)
    except ValueError:
        raise BadSettings(
            f"{entry.variable}: this list of JSON can't be read; or write the words with commas "
            "between them"
        ) from None


def _check_names() -> None:
    """A misspelled limit would be believed to be in force."""
    known = _names_by_group()
    for variable in os.environ:
        name = variable.lower().removeprefix(PREFIX.lower())
        if name == variable.lower():
            continue
        if name in known and os.environ[variable]:
            raise BadSettings(_a_group(name, known[name]))
        group, joined, inner = name.partition("__")
        if joined and group in known and inner not in known[group]:
            raise BadSettings(
                f"{variable}: there is no such setting; {PREFIX}{group.upper()}__ can be followed "
                f"by {', '.join(sorted(known[group])).upper()}"
            )


def _names_by_group() -> Mapping[str, list[str]]:
    return {
        group: [entry.name for entry in entries() if entry.group == group] for group in groups()
    }


def _a_group(group: str, names: list[str]) -> str:
    variable = f"{PREFIX}{group.upper()}"
    return f"{variable} is a group: set one of its settings, such as {variable}__{names[0].upper()}"
