"""What the queue is narrowed to, as the address says it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from hedgerow.cases import Filter, Outcome, Reason, Status

_NAMES = ("status", "bank", "label", "reason", "mine", "who", "tests", "outcome")

_MAX_LABEL = 256


def filter_of(query: Mapping[str, str], person_id: int) -> Filter:
    """The filter; what can't be read narrows nothing."""
    own = person_id if query.get("mine") else None
    return Filter(
        status=_status(query.get("status", "")),
        bank_id=number_in(query.get("bank", "")),
        category=_label(query.get("label", "")),
        reason=_reason(query.get("reason", "")),
        test={"only": True, "none": False}.get(query.get("tests", "")),
        mine=own or number_in(query.get("who", "")),
        outcome=_outcome(query.get("outcome", "")),
    )


def number_in(text: str) -> int | None:
    """The number of a row that an address says; None where that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _label(text: str) -> str | None:
    label = text.strip()[:_MAX_LABEL]
    return label if label.isprintable() and label else None


def is_narrowed(query: Mapping[str, str]) -> bool:
    """Whether the address says anything at all."""
    return any(query.get(name) for name in _NAMES)


def query_of(query: Mapping[str, str], **changes: str) -> str:
    """The part of an address that says the same again, with changes; "" changes to nothing."""
    wanted = {name: query.get(name, "") for name in _NAMES} | changes
    return urlencode({name: value for name, value in wanted.items() if value})


def going_on(path: str, query: Mapping[str, str]) -> str:
    """The address of a page at which the queue stays narrowed to the same."""
    return f"{path}?{query_of(query)}".removesuffix("?")


def _status(text: str) -> Status:
    try:
        return Status(text)
    except ValueError:
        return Status.WAITING


def _outcome(text: str) -> Outcome | None:
    try:
        return Outcome(text)
    except ValueError:
        return None


def _reason(text: str) -> Reason | None:
    try:
        return Reason(text)
    except ValueError:
        return None
