"""Keys, signal types and the state of the service, as the API takes and gives them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from hedgerow.web.api.schemas import Strict

ScopeName = Literal["match", "read", "write", "cases", "admin"]


class KeyIn(Strict):
    """An API key to make."""

    name: str = Field(min_length=1, max_length=128, examples=["upload service"])
    scopes: list[ScopeName] = Field(min_length=1, max_length=16, examples=[["match"]])


class KeyOut(BaseModel):
    """An API key, without the key itself."""

    id: int
    name: str
    scopes: list[ScopeName]
    hint: str = Field(description="The first characters of the key.", examples=["hr_Zk3bT"])
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewKeyOut(KeyOut):
    """An API key that was made."""

    key: str = Field(description="The key itself. It is shown here, once, and kept nowhere.")


class KeysOut(BaseModel):
    """A page of API keys, by number; revoked ones too."""

    items: list[KeyOut]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class SignalTypeOut(BaseModel):
    """A kind of hash."""

    name: str = Field(examples=["pdq"])
    comparison: Literal["equal", "hamming", "parts"]
    needs_picture: bool
    max_distance: int = Field(description="The largest threshold, in bits.")
    default_threshold: int = Field(description="Where a bank has none of its own, in bits.")
    minimum_quality: int = Field(description="Below it a match is for a person to judge.")


class SignalTypesOut(BaseModel):
    """All signal types that are installed; there is one page."""

    items: list[SignalTypeOut]
    next: None = None


class IndexOut(BaseModel):
    """The index of one signal type."""

    codes: int = Field(description="Hashes that are searched.")


class StatusOut(BaseModel):
    """How this process of the service is doing."""

    version: str
    sequence: int = Field(description="The state of the banks that uploads are compared with.")
    age_seconds: float | None = Field(description="Since the last look at the banks.")
    indexes: dict[str, IndexOut] = Field(description="By signal type.")
    queued: int = Field(description="Hashes that wait to be compared.")
    uploads: int = Field(description="Files that are being hashed or wait for it.")
    ready: bool = Field(description="Whether uploads can be called clear.")
    problem: str | None = Field(None, description="Why they can't.")
