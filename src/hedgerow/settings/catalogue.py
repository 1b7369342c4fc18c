"""All settings, one by one: name, group, type, default, and what it means."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from operator import getitem
from typing import Annotated, Any, get_type_hints

from hedgerow.settings.model import PREFIX, Settings

_LINE = re.compile(r"(\w+(?:, \w+)*): (.+)")


@dataclass(frozen=True)
class Entry:
    """One setting.

    Attributes:
        group: the table it stands in; None for one that stands alone.
        name: within its group.
        kind: its type, with what Pydantic checks.
        default: its value when nothing is set.
        about: what it means, in words.
        example: a value, where the default is none.
    """

    group: str | None
    name: str
    kind: Any
    default: Any
    about: str
    example: Any = None

    @property
    def key(self) -> str:
        """Its name in the file, such as `media.max_bytes`."""
        return self.name if self.group is None else f"{self.group}.{self.name}"

    @property
    def variable(self) -> str:
        """Its name in the environment, such as `HEDGEROW_MEDIA__MAX_BYTES`."""
        return PREFIX + self.key.replace(".", "__").upper()


@cache
def groups() -> dict[str, type[Any]]:
    """The type of each group, a dataclass, by its name."""
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    return {name: type(default) for name, default in defaults.items() if is_dataclass(default)}


@cache
def entries() -> tuple[Entry, ...]:
    """Every setting: first those that stand alone, then group by group."""
    return (*_alone(), *(each for name, kind in groups().items() for each in _of(name, kind)))


def _alone() -> Iterator[Entry]:
    for name, field in Settings.model_fields.items():
        if name not in groups():
            # A type that is only known here is no type to a type checker.
            kind = getitem(Annotated, (field.annotation, *field.metadata, None))
            default = None if field.default_factory else field.default
            example = next(iter(field.examples or ()), None)
            yield Entry(None, name, kind, default, field.description or "", example)


def _of(group: str, kind: type[Any]) -> Iterator[Entry]:
    hints, default, about = get_type_hints(kind), kind(), _described(kind)
    for field in fields(kind):
        words = about.get(field.name, "")
        yield Entry(group, field.name, hints[field.name], getattr(default, field.name), words)


def _described(kind: type[Any]) -> dict[str, str]:
    """What a dataclass's docstring says of each field; a text may go on in indented lines."""
    names = {field.name for field in fields(kind)}
    found: dict[str, str] = {}
    last: tuple[str, ...] = ()
    for line in (inspect.getdoc(kind) or "").splitlines():
        text = line.strip()
        told = _LINE.fullmatch(text)
        if told and names.issuperset(told[1].split(", ")):
            last = tuple(told[1].split(", "))
            found |= dict.fromkeys(last, told[2])
        elif text and line.startswith(" "):
            found |= {name: f"{found[name]} {text}" for name in last}
        else:
            last = ()
    return found
