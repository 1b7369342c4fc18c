"""What bodies and parameters may hold. What isn't named here is passed over, as HMA does."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Ratio = Annotated[float, Field(ge=0, le=1)]


class RawLookup(BaseModel):
    """Parameters of a raw lookup."""

    signal: str
    signal_type: str
    banks: str | None = None
    include_distance: bool = False


class Lookup(BaseModel):
    """Parameters of a lookup."""

    url: str | None = None
    types: str | None = None
    signal: str | None = None
    signal_type: str | None = None
    banks: str | None = None
    seed: str | None = None
    bypass_coinflip: bool = False


class NewBank(BaseModel):
    """A bank to make."""

    name: str
    enabled_ratio: Ratio | None = None
    enabled: bool | None = None
    matching_enabled_ratio: Ratio | None = None


class BankChange(BaseModel):
    """What is to change of a bank."""

    name: str | None = None
    enabled_ratio: Ratio | None = None
    enabled: bool | None = None


class ContentChange(BaseModel):
    """What is to change of a content."""

    disable_until_ts: int | None = None
    note: str | None = None


class Metadata(BaseModel):
    """What the client knows of a content."""

    model_config = ConfigDict(extra="forbid")

    content_id: str | None = None
    content_uri: str | None = None
    json_: dict[str, Any] | None = Field(None, alias="json")


class TypeChange(BaseModel):
    """What is to change of a signal type."""

    enabled_ratio: Ratio


class NewExchange(BaseModel):
    """An exchange to make."""

    bank: str
    api: str
