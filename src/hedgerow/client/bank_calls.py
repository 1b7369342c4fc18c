"""Requests about banks and what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from hedgerow.client.bodies import File, Form, json_body
from hedgerow.client.calls import (
    CREATED,
    NO_CONTENT,
    OK,
    Call,
    document,
    nothing,
    once,
    path,
    record,
)
from hedgerow.client.reading import read
from hedgerow.client.records import Action, Added, Bank, BankDetails, Content, Kind, Signal

Signals = Mapping[str, str | Signal]


@dataclass(frozen=True)
class Facts:
    """What is noted of a content: labels, free text, who it came from, how the source calls it."""

    labels: Sequence[str] = ()
    note: str = ""
    source: str = ""
    reference: str = ""

    def document(self) -> dict[str, Any]:
        """As the API takes it."""
        return vars(self) | {"labels": list(self.labels)}


@dataclass(frozen=True)
class _Removed:
    removed: tuple[int, ...] = field(default_factory=tuple)


def get_bank(name: str) -> Call[BankDetails]:
    """One bank."""
    return Call("GET", path("banks", name), record(BankDetails))


def create_bank(
    name: str,
    action: Action | None,
    kind: Kind | None,
    thresholds: Mapping[str, int] | None,
    description: str | None,
) -> Call[Bank]:
    """Make a bank."""
    given = {"name": name, "action": action, "kind": kind, "description": description}
    body = json_body(given | {"thresholds": None if thresholds is None else dict(thresholds)})
    return Call(
        "POST", path("banks"), record(Bank), body=body, headers=once(), statuses=(CREATED, OK)
    )


def change_bank(
    name: str,
    new_name: str | None,
    action: Action | None,
    thresholds: Mapping[str, int | None] | None,
    description: str | None,
) -> Call[Bank]:
    """Change a bank."""
    given = {"name": new_name, "action": action, "description": description}
    body = json_body(given | {"thresholds": None if thresholds is None else dict(thresholds)})
    # A second renaming would find no bank of the old name.
    return Call("PATCH", path("banks", name), record(Bank), body=body, repeatable=new_name is None)


def delete_bank(name: str) -> Call[None]:
    """Delete a bank."""
    return Call("DELETE", path("banks", name), nothing, statuses=(NO_CONTENT,), removes=True)


def get_content(bank: str, content_id: int) -> Call[Content]:
    """One content."""
    return Call("GET", path("banks", bank, "content", content_id), record(Content))


def add_content(bank: str, signals: Signals, facts: Facts) -> Call[Added]:
    """Bank a content by its signals."""
    given = {name: _signal(one) for name, one in signals.items()}
    body = json_body({"signals": given} | facts.document())
    return _adding(bank, body)


def add_file(bank: str, file: File, facts: Facts) -> Call[Added]:
    """Bank a content by a file."""
    return _adding(bank, Form(file, facts.document()))


def remove_content(bank: str, content_id: int) -> Call[None]:
    """Withdraw a content."""
    return Call(
        "DELETE",
        path("banks", bank, "content", content_id),
        nothing,
        statuses=(NO_CONTENT,),
        removes=True,
    )


def remove_signal(bank: str, signal_type: str, value: str) -> Call[tuple[int, ...]]:
    """Withdraw all contents with a signal."""
    return Call("DELETE", path("banks", bank, "signals", signal_type, value), _removed)


def _adding(bank: str, body: Any) -> Call[Added]:
    where = path("banks", bank, "content")
    return Call("POST", where, _added, body=body, headers=once(), statuses=(CREATED, OK))


def _signal(one: str | Signal) -> object:
    if isinstance(one, str):
        return one
    return {"value": one.value} | ({} if one.quality is None else {"quality": one.quality})


def _added(response: httpx2.Response) -> Added:
    return Added(read(Content, document(response)), response.status_code == CREATED)


def _removed(response: httpx2.Response) -> tuple[int, ...]:
    return read(_Removed, document(response)).removed
