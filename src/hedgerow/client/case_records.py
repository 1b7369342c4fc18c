"""Cases as the service tells of them, and what it is told of uploads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

CaseStatus = Literal["waiting", "second", "escalated", "held", "decided"]


@dataclass(frozen=True, kw_only=True)
class Context:
    """What you know of an upload; all of it is shown to whoever reviews it.

    uploader: your name for who uploaded it. url: where it was, or would have been, shown. at: when
    it was uploaded, with its time zone. address: the network address that it came from. thread: the
    conversation or post that it belongs to. reference: your own name for the upload, given back
    with every outcome. Texts have up to 4,000 characters.
    """

    uploader: str = ""
    url: str = ""
    at: datetime | None = None
    address: str = ""
    thread: str = ""
    reference: str = ""

    def document(self) -> dict[str, Any]:
        """As the API takes it, without what is empty. Raises ValueError for a time of no zone."""
        given: dict[str, Any] = {name: value for name, value in vars(self).items() if value}
        if self.at is not None:
            if self.at.utcoffset() is None:
                raise ValueError("Context.at needs a time zone, as in datetime.now(UTC)")
            given["at"] = self.at.astimezone(UTC).isoformat()
        return given


@dataclass(frozen=True, kw_only=True)
class CaseRef:
    """The case that an upload belongs to.

    opened: it opened the case; otherwise it is a copy of an upload that came before. outcome: of a
    case that is decided, "confirmed" or "disputed", which holds for this copy, too; "withdrawn"
    where the person in the picture took it back, and nothing is said of the upload.
    """

    id: int
    opened: bool
    status: str
    outcome: str | None


@dataclass(frozen=True, kw_only=True)
class Case:
    """A match that was put before people.

    reason: why it is before them: "match", "complaint" or "reopened". distance, threshold: bits of
    256. media: the format of the file, "" where only hashes came. copies: uploads that are the same
    thing. test: it is of the test picture, and no find.
    """

    id: int
    status: str
    reason: str
    outcome: str | None
    bank: str
    content_id: int
    labels: tuple[str, ...]
    signal_type: str
    distance: int
    threshold: int
    transform: str
    media: str
    copies: int
    opened_at: datetime
    decided_at: datetime | None
    test: bool


@dataclass(frozen=True, kw_only=True)
class Upload(Context):
    """One upload of a case, as it was told of.

    same_file: it is byte for byte the case's first one.
    """

    seen_at: datetime
    same_file: bool


@dataclass(frozen=True, kw_only=True)
class CaseDetails(Case):
    """A case with its uploads: the latest first, at most a hundred."""

    uploads: tuple[Upload, ...]
