"""JSON to records: members that a record doesn't have are passed over, missing ones are told."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hedgerow.client.errors import UnexpectedAnswer

Record = TypeVar("Record")

_hints = cache(get_type_hints)


def read(kind: type[Record], data: Any) -> Record:
    """A record from parsed JSON. Raises UnexpectedAnswer where it can't be one."""
    found: Record = _value(kind, data, kind.__name__)
    return found


def _value(kind: Any, data: Any, where: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _optional(kind, data, where)
    if origin is tuple:
        one = get_args(kind)[0]
        return tuple(_value(one, each, where) for each in _typed(list, data, where))
    if origin is Mapping:
        one = get_args(kind)[1]
        pairs = _typed(dict, data, where).items()
        return {name: _value(one, each, f"{where}.{name}") for name, each in pairs}
    if dataclasses.is_dataclass(kind):
        return _record(kind, data, where)
    return _plain(kind, data, where)


def _optional(kind: Any, data: Any, where: str) -> Any:
    (one,) = (each for each in get_args(kind) if each is not types.NoneType)
    return None if data is None else _value(one, data, where)


def _record(kind: Any, data: Any, where: str) -> Any:
    members = _typed(dict, data, where)
    hints = _hints(kind)
    given = {}
    for field in dataclasses.fields(kind):
        if field.name in members:
            given[field.name] = _value(
                hints[field.name], members[field.name], f"{where}.{field.name}"
            )
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise UnexpectedAnswer(f"the answer has no {where}.{field.name}")
    return kind(**given)


def _plain(kind: Any, data: Any, where: str) -> Any:
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if kind is int and isinstance(data, bool):
        raise _wrong(where)
    if kind is datetime or issubclass(kind, Enum):
        text = _typed(str, data, where)
        try:
            return datetime.fromisoformat(text) if kind is datetime else kind(text)
        except ValueError:
            raise _wrong(where) from None
    return _typed(kind, data, where)


def _typed(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, kind):
        raise _wrong(where)
    return data


def _wrong(where: str) -> UnexpectedAnswer:
    # Not the value: it may be a hash.
    return UnexpectedAnswer(f"{where} of the answer is not what this client knows; is it newer?")
