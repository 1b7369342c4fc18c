"""Banks and what is in them, as the API takes and gives them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from hedgerow.web.api.schemas import PDQ, SignalOut, SignalValue, Strict

Action = Literal["block", "review", "record"]
Kind = Literal["positive", "negative"]
BANK_NAME = "^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$"
NewName = Annotated[str, Field(pattern=BANK_NAME, examples=["known"])]
Bits = Annotated[int, Field(ge=0, le=256)]
_LOCAL = "Whether it keeps local signatures, which find cut, turned and pasted copies."
_THRESHOLDS = "Distances in bits by signal type, where not the type's default."


class BankIn(Strict):
    """A bank to make."""

    name: NewName
    kind: Kind = Field("positive", description="`negative`: known false positives.")
    action: Action | None = Field(
        None, description="`review` where none is given; a negative bank has none."
    )
    thresholds: dict[str, Bits] = Field({}, description=_THRESHOLDS, examples=[{"pdq": 24}])
    description: str = Field("", description="Free text.")
    local: bool = Field(False, description=_LOCAL)


class BankChange(Strict):
    """What is to change; what isn't given stays. A bank's kind can't change."""

    name: NewName | None = Field(None, description="The new name.")
    action: Action | None = None
    thresholds: dict[str, Bits | None] | None = Field(
        None, description="By signal type; null takes the bank's own distance away.",
        examples=[{"pdq": 20}],
    )  # fmt: skip
    description: str | None = None
    local: bool | None = Field(None, description=f"{_LOCAL} False deletes those it has.")


class BankOut(BaseModel):
    """A bank."""

    name: str = Field(examples=["known"])
    kind: Kind
    action: Action | None = Field(description="Null for a negative bank.")
    thresholds: dict[str, int] = Field(description=_THRESHOLDS)
    description: str
    contents: int = Field(description="How many it has.")
    created_at: datetime
    test: bool = Field(False, description="It holds the test picture, and can't be changed.")
    local: bool = Field(False, description=_LOCAL)


class UnfinishedOut(BaseModel):
    """An import that was broken off: send the same list again, or abandon it."""

    id: int
    line: int = Field(description="Lines done.")
    added: int
    duplicates: int
    bad: int
    started_at: datetime


class BankDetailsOut(BankOut):
    """A bank with what takes longer to find out."""

    signals: dict[str, int] = Field(description="How many, by signal type.")
    unfinished: list[UnfinishedOut] = Field(description="Imports that were broken off.")


class BanksOut(BaseModel):
    """A page of banks, by name."""

    items: list[BankOut]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class SignalIn(Strict):
    """A hash with its quality."""

    value: SignalValue
    quality: int | None = Field(None, ge=0, le=100)


class ContentFacts(Strict):
    """What is noted of a content beside its signals."""

    labels: list[str] = Field([], max_length=1000, examples=[["A1"]])
    note: str = Field("", description="Free text.")
    source: str = Field("", description="Who it came from.", examples=["hotline"])
    reference: str = Field("", description="How the source calls it.", examples=["case 12"])


class ContentIn(ContentFacts):
    """A content to bank: its signals, and what is noted of it."""

    signals: dict[str, SignalValue | SignalIn] = Field(
        min_length=1, max_length=64, description="By signal type.", examples=[{"pdq": PDQ}]
    )


class ContentOut(BaseModel):
    """One thing in a bank. It never changes."""

    id: int = Field(description="Unique over all banks, and never used again.")
    bank: str
    signals: dict[str, SignalOut]
    labels: list[str]
    note: str
    source: str
    reference: str
    created_at: datetime
    import_id: int | None = Field(None, description="Of the import that brought it.")


class ContentsOut(BaseModel):
    """A page of contents, in the order of their numbers."""

    items: list[ContentOut]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class RemovedOut(BaseModel):
    """What was withdrawn."""

    removed: list[int] = Field(description="Numbers of the contents that had the signal.")


class BadRowOut(BaseModel):
    """A row of a list that can't be imported."""

    line: int = Field(description="From 1.")
    reason: str


class ImportOut(BaseModel):
    """What became of an import."""

    import_id: int
    added: int = Field(description="Contents made.")
    duplicates: int = Field(description="Rows whose signals were in the bank or the list already.")
    bad: int = Field(description="Rows left out as `skip_bad` was given.")
    bad_rows: list[BadRowOut] = Field(description="The first of them.")
    resumed: bool = Field(description="Whether it went on with one that was broken off.")
