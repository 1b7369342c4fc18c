"""The settings in force, put together, and where each comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hedgerow.settings import environment, file
from hedgerow.settings.catalogue import Entry, entries
from hedgerow.settings.errors import BadSettings
from hedgerow.settings.homes import default_home, expanded
from hedgerow.settings.model import PREFIX, Settings
from hedgerow.store import StoreProblem, read_url, shown

Given = Mapping[str, Any]


class Source(StrEnum):
    """Where a value comes from; the first that has one counts."""

    OPTION = "option"
    ENVIRONMENT = "environment"
    FILE = "file"
    DEFAULT = "default"


@dataclass(frozen=True)
class Loaded:
    """Settings, and where they come from.

    Attributes:
        settings: what is in force.
        file: the file of settings that was read; None where there is none.
        sources: what each source said, the first to count first.
    """

    settings: Settings
    file: Path | None
    sources: Mapping[Source, Given] = field(repr=False)  # with the database's password

    def source(self, entry: Entry) -> Source:
        """Where a setting's value comes from."""
        said = (source for source, given in self.sources.items() if _has(given, entry))
        return next(said, Source.DEFAULT)

    def value(self, entry: Entry) -> Any:
        """A setting's value."""
        place = self.settings if entry.group is None else getattr(self.settings, entry.group)
        return getattr(place, entry.name)

    def __iter__(self) -> Iterator[tuple[Entry, Any, Source]]:
        """Every setting with its value and where that comes from."""
        return ((entry, self.value(entry), self.source(entry)) for entry in entries())


_USER = re.compile(r"//[^/@]*@")
"""A name and perhaps a password in a URL."""


def load_settings(home: Path | None = None) -> Settings:
    """The settings in force, with another home where one is given.

    Raises:
        BadSettings: one of them can't be used, or the file of settings can't.
    """
    return load(home).settings


def load(home: Path | None = None) -> Loaded:
    """As `load_settings`, with where each comes from."""
    sources: dict[Source, Given] = {
        Source.OPTION: {} if home is None else {"home": home},
        Source.ENVIRONMENT: environment.values(),
    }
    path, sources[Source.FILE] = _file(sources)
    merged: dict[str, Any] = {}
    for given in reversed(sources.values()):
        _lay_over(merged, given)
    # What no source says isn't worked out until here: not everybody has a home folder.
    try:
        settings = Settings(**merged)
    except ValidationError as problem:
        first = problem.errors()[0]
        name = PREFIX + "__".join(str(part).upper() for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise BadSettings(f"{name}: {message}; correct it or unset it") from problem
    told = f"{path}, home" if "home" in sources[Source.FILE] else f"{PREFIX}HOME"
    settings = settings.model_copy(update={"home": expanded(settings.home, told)})
    return Loaded(settings, path, sources)


def value_shown(entry: Entry, value: Any) -> Any:
    """A setting's value as plain data that may be told to anybody: without a password."""
    if entry.key == "database_url" and value is not None:
        try:
            return shown(read_url(value))
        except StoreProblem:
            return "(not shown, as it can't be read)"
    if entry.key == "media_vault" and value is not None:
        return _USER.sub("//…@", value)
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path | StrEnum) else value


def _file(sources: Mapping[Source, Given]) -> tuple[Path | None, Given]:
    """The file of settings and what it says."""
    named = environment.named_file()
    if named is not None:
        path = expanded(Path(named), environment.CONFIG)
    else:
        homes = (given["home"] for given in sources.values() if "home" in given)
        home = next(homes, None)
        path = (default_home() if home is None else expanded(Path(home))) / file.NAME
    said = file.read(path, named=named is not None)
    return (None, {}) if said is None else (path, said)


def _has(given: Given, entry: Entry) -> bool:
    return entry.name in (given if entry.group is None else given.get(entry.group, {}))


def _lay_over(merged: dict[str, Any], given: Given) -> None:
    for name, value in given.items():
        merged[name] = merged.get(name, {}) | value if isinstance(value, dict) else value
