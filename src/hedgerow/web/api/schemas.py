"""What the API takes and gives, as its OpenAPI tells it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

PDQ = "8c629e779a663698b9a33866c026726c21a679f61eb6e1f8c79ba7e23c8299e0"

Verdict = Literal["block", "review", "record", "clear", "unchecked"]
SignalValue = Annotated[str, Field(max_length=1024, examples=[PDQ])]


class Strict(BaseModel):
    """A body that is taken: an unknown member is a mistake, and told."""

    model_config = ConfigDict(extra="forbid", strict=True)


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("is before the year 1 or after 9999 in UTC") from None


ContextText = Annotated[str, Field(max_length=4000)]
OutcomeName = Literal["confirmed", "disputed", "withdrawn"]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class UploadIn(Strict):
    """What is known of an upload: shown to whoever reviews it, and given back with the outcome."""

    uploader: ContextText = Field(default="", description="Your name for who uploaded it.")
    url: ContextText = Field(default="", description="Where it was, or would have been, shown.")
    at: Moment | None = Field(default=None, description="When it was uploaded.")
    address: ContextText = Field(default="", description="The network address that it came from.")
    thread: ContextText = Field(
        default="", description="The conversation or post that it belongs to."
    )
    reference: ContextText = Field(
        default="", description="Your own name for the upload.", examples=["upload 8812"]
    )


class SignalsIn(Strict):
    """Hashes of one upload, by signal type."""

    signals: dict[str, SignalValue] = Field(min_length=1, max_length=16, examples=[{"pdq": PDQ}])
    banks: list[str] | None = Field(
        None, max_length=1000, description="Compare with these banks only.", examples=[["known"]]
    )
    context: UploadIn | None = Field(
        None, description="Where it is given, a match is put before people; it may be empty."
    )


class UrlIn(Strict):
    """Where the upload is to be fetched from."""

    url: str = Field(max_length=8192, examples=["https://cdn.example.org/uploads/1.jpg"])
    banks: list[str] | None = Field(None, max_length=1000)
    context: UploadIn | None = None


class MatchIn(Strict):
    """What JSON can ask about: `SignalsIn` or `UrlIn`, read in one go."""

    signals: dict[str, SignalValue] | None = Field(None, min_length=1, max_length=16)
    url: str | None = Field(None, max_length=8192)
    banks: list[str] | None = Field(None, max_length=1000)
    context: UploadIn | None = None


class ContextIn(UploadIn):
    """What is said of a file beside it."""

    banks: list[str] | None = Field(
        default=None,
        max_length=1000,
        description="Compare with these banks only.",
        examples=[["known"]],
    )


class BatchEntry(Strict):
    """One hash of a batch."""

    signal_type: str = Field("pdq", max_length=64)
    value: SignalValue


class BatchIn(Strict):
    """Up to `max_batch` hashes, each of an upload of its own."""

    signals: list[BatchEntry | SignalValue] = Field(
        min_length=1, description="A hash alone is a PDQ.", examples=[[PDQ]]
    )
    banks: list[str] | None = Field(None, max_length=1000)


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:hedgerow:problem:no-such-bank"])
    title: str = Field(examples=["There is no such bank"])
    status: int = Field(examples=[404])
    code: str = Field(examples=["no_such_bank"])
    detail: str


class SignalOut(BaseModel):
    """A hash that an upload has."""

    value: str
    quality: int | None = Field(None, description="0 to 100, where the type knows one.")


class SeenOut(BaseModel):
    """Where and how a banked picture or video was seen in the upload; only what is known."""

    box: list[int] | None = Field(
        None, description="Which part of the upload: left, top, width, height in pixels.",
        examples=[[0, 210, 1080, 720]],
    )  # fmt: skip
    banked_box: list[int] | None = Field(None, description="Which part of the banked picture.")
    landmarks: int | None = Field(None, description="How many lie as one transform says.")
    scale: float | None = Field(None, description="Pixels of the upload for one of the banked.")
    angle: float | None = Field(None, description="Degrees that it was turned clockwise.")
    seconds: list[float] | None = Field(None, description="Which stretch of the upload: from, to.")
    banked_seconds: list[float] | None = Field(
        None, description="Which stretch of the banked video."
    )
    frames: int | None = Field(None, description="How many frames of the upload match.")
    share: float | None = Field(None, description="Of the upload's frames, those that match.")
    banked_share: float | None = Field(None, description="Of the banked video's frames.")


class MatchOut(BaseModel):
    """A banked hash within its threshold of the upload's."""

    bank: str
    content_id: int
    action: Literal["block", "review", "record"] | None
    signal_type: str
    distance: int = Field(description="Bits of 256; 0 for digests.")
    threshold: int
    transform: str = Field(description="What was done to the banked picture to make the upload.")
    value: str
    banked_value: str
    labels: list[str] = []
    source: str = ""
    reference: str = ""
    test: bool = Field(False, description="The match is of the test picture, and no find.")
    seen: SeenOut | None = Field(
        None, description="Where, if not all of the upload shows all of what is banked."
    )


class SuppressedOut(MatchOut):
    """A match that doesn't count, and the known false positive that the upload is nearer to."""

    suppressed_by: MatchOut


class ErrorOut(BaseModel):
    """Why an upload could not be checked."""

    code: str
    message: str


class CaseRefOut(BaseModel):
    """The case that a match was put before people as."""

    id: int
    opened: bool = Field(description="Otherwise the upload is a copy of one that came before.")
    status: Literal["waiting", "second", "escalated", "held", "decided"]
    outcome: OutcomeName | None = Field(
        description="Where it was decided before: that holds for this copy, too."
    )


class AnswerOut(BaseModel):
    """The verdict on one upload and what it rests on."""

    verdict: Verdict = Field(
        description="`unchecked`: it could not be compared; never to be taken for `clear`."
    )
    matches: list[MatchOut]
    signals: dict[str, SignalOut]
    sequence: int = Field(description="The state of the banks: the number of their last change.")
    test: bool = Field(False, description="All matches are of the test picture.")
    suppressed: list[SuppressedOut] = []
    notes: list[Literal["low_quality", "truncated", "first_frame", "keyframes"]] = []
    more_matches: bool = False
    error: ErrorOut | None = None
    case: CaseRefOut | None = Field(None, description="Where it was put before people.")
    media: str | None = Field(None, description="Format of the file.", examples=["jpeg"])
    width: int | None = None
    height: int | None = None
    bytes: int | None = None


class BatchOut(BaseModel):
    """An answer for each hash of a batch, in its order."""

    sequence: int = Field(description="The oldest state of the banks that one was compared with.")
    results: list[AnswerOut]
