"""Requests about whole lists, keys and the service itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx2

from hedgerow.client.bodies import Body, Lines, json_body
from hedgerow.client.calls import CREATED, NO_CONTENT, Call, document, nothing, path, record
from hedgerow.client.pages import Page, page_call, page_of
from hedgerow.client.records import (
    ApiKey,
    Bank,
    Content,
    Imported,
    ListFormat,
    NewApiKey,
    Scope,
    SignalType,
    Status,
)

IMPORT_SECONDS = 3600.0
"""How long an import may take after its last byte was sent."""

_UNAVAILABLE = 503
_TYPES = {"lines": "text/plain", "csv": "text/csv", "ndjson": "application/x-ndjson"}


def banks_page(limit: int, cursor: str | None) -> Call[Page[Bank]]:
    """A page of banks."""
    return page_call(path("banks"), Bank, limit, cursor)


def contents_page(bank: str, limit: int, cursor: str | None) -> Call[Page[Content]]:
    """A page of a bank's contents."""
    return page_call(path("banks", bank, "content"), Content, limit, cursor)


def keys_page(limit: int, cursor: str | None) -> Call[Page[ApiKey]]:
    """A page of API keys."""
    return page_call(path("keys"), ApiKey, limit, cursor)


def import_list(
    bank: str,
    source: Lines,
    list_format: ListFormat,
    signal_type: str | None,
    labels: Sequence[str],
    origin: str | None,
    skip_bad: bool,
) -> Call[Imported]:
    """Import a list."""
    parameters: dict[str, str | int | list[str] | None] = {
        "format": list_format,
        "signal_type": signal_type,
        "label": list(labels),
        "source": origin,
        "skip_bad": "true" if skip_bad else None,
    }
    return Call(
        "POST",
        path("banks", bank, "import"),
        record(Imported),
        parameters,
        Body(source, _TYPES[list_format]),
        # Sent again it does no harm, but its report would tell of duplicates alone.
        repeatable=False,
        seconds=IMPORT_SECONDS,
    )


def abandon_import(bank: str, import_id: int) -> Call[None]:
    """Abandon an import."""
    where = path("banks", bank, "imports", import_id)
    return Call("DELETE", where, nothing, statuses=(NO_CONTENT,), removes=True)


def export_bank(bank: str, list_format: ListFormat) -> Call[httpx2.Response]:
    """Export a bank; the result is an answer whose body is yet to be read."""
    where = path("banks", bank, "export")
    return Call("GET", where, lambda response: response, {"format": list_format}, stream=True)


def signal_types() -> Call[tuple[SignalType, ...]]:
    """All signal types."""
    page = page_of(SignalType)
    return Call("GET", path("signal-types"), lambda response: page(response).items)


def get_key(key_id: int) -> Call[ApiKey]:
    """One API key."""
    return Call("GET", path("keys", key_id), record(ApiKey))


def create_key(name: str, scopes: Sequence[Scope]) -> Call[NewApiKey]:
    """Make an API key."""
    body = json_body({"name": name, "scopes": list(scopes)})
    # The key itself is kept nowhere, so a lost answer can't be had again.
    return Call(
        "POST", path("keys"), record(NewApiKey), body=body, statuses=(CREATED,), repeatable=False
    )


def revoke_key(key_id: int) -> Call[None]:
    """Revoke an API key."""
    return Call("DELETE", path("keys", key_id), nothing, statuses=(NO_CONTENT,))


def get_status() -> Call[Status]:
    """How the service is doing."""
    return Call("GET", path("status"), record(Status))


def is_ready() -> Call[bool]:
    """Whether uploads can be called clear."""

    def result(response: httpx2.Response) -> bool:
        found: Any = document(response)
        return isinstance(found, dict) and found.get("status") == "ready"

    return Call("GET", "/health/ready", result, statuses=(200, _UNAVAILABLE))
