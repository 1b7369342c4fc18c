"""Cases as the API gives them: no hash, no picture, and nobody who decided."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from hedgerow.web.api.schemas import ContextText, OutcomeName, Strict, UploadIn

StatusName = Literal["waiting", "second", "escalated", "held", "decided"]


class ComplaintIn(Strict):
    """What the uploader says against a decision."""

    text: ContextText = Field(min_length=1, examples=["This is my own holiday picture."])


class CaseOut(BaseModel):
    """A match that was put before people."""

    id: int
    status: StatusName
    reason: Literal["match", "complaint", "reopened"] = Field(
        description="Why it is before people."
    )
    outcome: OutcomeName | None
    bank: str
    content_id: int
    labels: list[str]
    signal_type: str
    distance: int
    threshold: int
    transform: str
    media: str = Field(description="Format of the file; empty where only hashes came.")
    copies: int = Field(description="Uploads that are the same thing.")
    opened_at: datetime
    decided_at: datetime | None
    test: bool


class UploadOut(UploadIn):
    """One upload of a case, as it was told of."""

    seen_at: datetime
    same_file: bool


class CaseDetailsOut(CaseOut):
    """A case with the latest of its uploads."""

    uploads: list[UploadOut] = Field(description="The latest first, at most a hundred.")


class CasesOut(BaseModel):
    """A page of cases."""

    items: list[CaseOut]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")
