"""The file of settings: finding, reading and checking it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hedgerow.settings.catalogue import Entry, entries, groups
from hedgerow.settings.environment import CONFIG
from hedgerow.settings.errors import BadSettings

NAME = "hedgerow.toml"
"""What it is called in the home folder."""


def read(path: Path, *, named: bool) -> dict[str, Any] | None:
    """What the file says, by setting, of groups as a dictionary; None where there is no file.

    Args:
        path: of the file.
        named: whether somebody named it: then it has to be there, and may say where the home is.

    Raises:
        BadSettings: it can't be read, isn't TOML, or says what can't be set.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if not named:
            return None
        raise BadSettings(f"{path}: there is no such file; correct or unset {CONFIG}") from None
    except OSError as problem:
        raise BadSettings(
            f"{path}: this file of settings can't be read ({problem.strerror}); let the user "
            "that runs hedgerow read it"
        ) from problem
    except UnicodeDecodeError:
        raise BadSettings(f"{path}: this file of settings is not UTF-8; save it as such") from None
    except (ValueError, RecursionError) as problem:
        raise BadSettings(f"{path}: this is not TOML: {problem}; correct it there") from None
    _check(data, path, named=named)
    return data


def _check(data: dict[str, Any], path: Path, *, named: bool) -> None:
    _check_home(data, path, named=named)
    known = {entry.key: entry for entry in entries()}
    for name, value in data.items():
        if name not in groups():
            _check_value(known.get(name), value, f"{path}, {name}", None)
            continue
        if not isinstance(value, dict):
            raise BadSettings(f"{path}, {name}: this is a group; write it as a table, [{name}]")
        for inner, each in value.items():
            _check_value(known.get(f"{name}.{inner}"), each, f"{path}, {name}.{inner}", name)
        _check_group(name, value, path)


def _check_home(data: dict[str, Any], path: Path, *, named: bool) -> None:
    if "home" in data and not named:
        raise BadSettings(
            f"{path}, home: a file that is found in the home folder can't say where that is; use "
            "HEDGEROW_HOME or --home"
        )
    if not str(data.get("home", "/")).startswith(("/", "~")):
        raise BadSettings(f"{path}, home: begin with / or ~, as commands run in any folder")


def _check_value(entry: Entry | None, value: Any, place: str, group: str | None) -> None:
    if entry is None:
        raise BadSettings(_unknown(place, group))
    try:
        # As JSON, where strictness leaves alone what JSON, like TOML, has no types for: tuples,
        # paths. What JSON hasn't is a date, and no setting is one: an object is none either.
        text = json.dumps(value, default=lambda _date: {})
        TypeAdapter(entry.kind).validate_json(text, strict=True)
    except ValidationError as problem:
        message = problem.errors()[0]["msg"]
        raise BadSettings(f"{place}: {message}; correct it or leave it out") from None


def _check_group(name: str, value: dict[str, Any], path: Path) -> None:
    """What the group itself says of its values."""
    given = {key: tuple(each) if isinstance(each, list) else each for key, each in value.items()}
    try:
        groups()[name](**given)
    except ValueError as problem:
        raise BadSettings(f"{path}, [{name}]: {problem}; correct it or leave it out") from None


def _unknown(place: str, group: str | None) -> str:
    names = sorted(entry.name for entry in entries() if entry.group == group)
    if group is not None:
        return f"{place}: there is no such setting; [{group}] can have {', '.join(names)}"
    if place.endswith(", config"):
        return f"{place}: a file of settings can't name another; use {CONFIG}"
    tables = ", ".join(f"[{each}]" for each in sorted(groups()))
    return f"{place}: there is no such setting; there are {', '.join(names)}, and {tables}"
