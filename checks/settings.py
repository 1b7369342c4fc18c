"""Every setting is told in docs/settings.md with its environment name and its default."""

import dataclasses
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from checks.markdown import codes, rows
from checks.project import Broken, Project, Report

PAGE = "docs/settings.md"


def check(project: Project) -> Report:
    """Look at the fields of `hedgerow.settings.Settings`."""
    try:
        model = import_module("hedgerow.settings").Settings
    except (ImportError, AttributeError) as error:
        msg = f"hedgerow.settings.Settings is missing: {error}"
        raise Broken(msg) from error
    return compare(dict(fields(model)), project.read(PAGE))


def fields(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield each setting's environment name and its default as the page spells it."""
    prefix = str(model.model_config.get("env_prefix", "") or "").upper()
    between = str(model.model_config.get("env_nested_delimiter") or "__").upper()
    for name, field in model.model_fields.items():
        alias = field.validation_alias
        full = alias.upper() if isinstance(alias, str) else prefix + name.upper()
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        yield from _flat(full, default, between)


def _flat(name: str, value: Any, between: str) -> Iterator[tuple[str, str]]:
    """Go into a default that is itself a group of settings."""
    if isinstance(value, BaseModel):
        inner = {key: getattr(value, key) for key in type(value).model_fields}
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        inner = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    else:
        yield name, shown(value)
        return
    for key, each in inner.items():
        yield from _flat(f"{name}{between}{key.upper()}", each, between)


def shown(value: Any) -> str:
    """Return a default the way the page spells it: `unset`, `true`, `~/x`, `a,b`, else plain."""
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Path):
        home = Path.home()
        return f"~/{value.relative_to(home)}" if value.is_relative_to(home) else str(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return ",".join(shown(each) for each in value) or "empty"
    return str(value) or "empty"


def compare(settings: dict[str, str], page: str) -> Report:
    """Compare `settings` with the tables of `page`: a row each, `NAME` and `default` as code."""
    report = Report(f"{len(settings)} settings are in {PAGE} with their defaults")
    if not settings:
        report.problems.append("Settings has no field")
    told = {found[0]: found[1:] for row in rows(page) if (found := codes(" ".join(row)))}
    for name, default in settings.items():
        if name not in told:
            report.problems.append(f"{PAGE} has no row for `{name}` (default `{default}`)")
        elif default not in told[name]:
            report.problems.append(f"{PAGE}, `{name}`: the default is `{default}`")
    prefix = next(iter(settings), "").partition("_")[0] + "_"
    report.problems += [
        f"{PAGE} tells `{name}`, which is no setting"
        for name in told
        if name.startswith(prefix) and name not in settings
    ]
    return report
