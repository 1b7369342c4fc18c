"""What matching answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from hedgerow.signals import Box

_UNTOLD = frozenset({"variants", "regions", "payload"})
"""Of a signal, what is there to be compared and is told nobody."""


class Verdict(StrEnum):
    """What to do with an upload, the strictest first."""

    BLOCK = "block"
    REVIEW = "review"
    RECORD = "record"
    CLEAR = "clear"
    """Everything that could be compared was, and nothing matched."""
    UNCHECKED = "unchecked"
    """It could not be compared; never to be taken for clear."""


class Note(StrEnum):
    """What a person should know about how a file was checked."""

    LOW_QUALITY = "low_quality"
    """There is too little in the picture for its hash to say much; matches go to review."""
    TRUNCATED = "truncated"
    """The file is damaged and was checked as far as it could be shown."""
    FIRST_FRAME = "first_frame"
    """It has more frames or pages than the first, which is the only one that was checked."""
    KEYFRAMES = "keyframes"
    """Of part of the video only some frames were checked, for want of time."""


@dataclass(frozen=True)
class Seen:
    """Where and how a banked picture or video was seen in the upload; None where it isn't told.

    box, banked_box: which part of the upload shows which part of the banked picture: left, top,
    width, height in pixels of each. landmarks: how many lie as one transform says. scale: pixels
    of the upload for one of the banked picture. angle: degrees that it was turned clockwise.
    seconds, banked_seconds: the stretch of the upload that shows which stretch of the banked video:
    from, to. frames: how many of its frames match. share, banked_share: of the frames that were
    compared, those that match.
    """

    box: Box | None = None
    banked_box: Box | None = None
    landmarks: int | None = None
    scale: float | None = None
    angle: float | None = None
    seconds: tuple[float, float] | None = None
    banked_seconds: tuple[float, float] | None = None
    frames: int | None = None
    share: float | None = None
    banked_share: float | None = None

    def as_json(self) -> dict[str, Any]:
        """What is told."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in vars(self).items()
            if value is not None
        }


WHOLE = Seen()
"""The whole of the upload shows the whole of what is banked."""


@dataclass(frozen=True)
class Match:
    """A banked signal within its threshold of the upload's.

    `distance` and `threshold` in bits (0 and 0 for digests); `transform`: what was done to the
    banked picture to make the upload; `value`: the upload's signal, as it would be without that
    transform, which is the one that was compared with `banked_value`. `test`: it is of the test
    bank, and no find. `quality`: of the banked signal; `upload_quality`: of the upload's. `seen`:
    where, if not all of the upload shows all of what is banked. Where many parts match, `distance`
    is the median of theirs.
    """

    bank: str
    bank_id: int
    content_id: int
    action: Verdict | None
    signal_type: str
    distance: int
    threshold: int
    transform: str
    value: str
    banked_value: str
    quality: int | None = None
    labels: tuple[str, ...] = ()
    source: str = ""
    reference: str = ""
    test: bool = False
    upload_quality: int | None = None
    seen: Seen = WHOLE

    def as_json(self) -> dict[str, Any]:
        """The match as the command line and the service give it."""
        answer: dict[str, Any] = {
            "bank": self.bank,
            "content_id": self.content_id,
            "action": self.action,
            "signal_type": self.signal_type,
            "distance": self.distance,
            "threshold": self.threshold,
            "transform": self.transform,
            "value": self.value,
            "banked_value": self.banked_value,
        }
        return answer | {
            name: value
            for name, value in (
                ("labels", list(self.labels)),
                ("source", self.source),
                ("reference", self.reference),
                ("test", self.test),
                ("seen", self.seen.as_json()),
            )
            if value
        }


@dataclass(frozen=True)
class Suppressed:
    """A match that doesn't count, and the known false positive that the upload is nearer to."""

    match: Match
    by: Match

    def as_json(self) -> dict[str, Any]:
        """The match, with `suppressed_by`."""
        return self.match.as_json() | {"suppressed_by": self.by.as_json()}


@dataclass(frozen=True)
class Query:
    """The signals of one upload.

    `signals`: for each type its value, quality and variants as `hedgerow.signals.hash_file`
    gives them. `refused`: code and message where the file's picture could not be had. `partial`:
    why a video was looked at in part only.
    """

    signals: Mapping[str, Mapping[str, Any]]
    refused: Mapping[str, str] | None = None
    truncated: bool = False
    more_frames: bool = False
    partial: str | None = None


@dataclass(frozen=True)
class Answer:
    """The verdict on one upload and what it rests on.

    `sequence`: the state of the banks, as the number of their last change. `more_matches`:
    whether there were more than the limit. `test`: whether all matches that count are of the test
    bank, and so nothing was found.
    """

    verdict: Verdict
    sequence: int
    matches: Sequence[Match] = ()
    suppressed: Sequence[Suppressed] = ()
    notes: Sequence[Note] = ()
    error: Mapping[str, str] | None = None
    more_matches: bool = False
    signals: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    test: bool = False

    @property
    def evidence(self) -> int:
        """How many matches it gives."""
        return len(self.matches) + len(self.suppressed)

    def shortened(self, at_most: int) -> Answer:
        """The same verdict with fewer matches as evidence: `at_most`, the first of each kind."""
        matches, suppressed = self.matches[:at_most], self.suppressed[:at_most]
        fewer = len(matches) + len(suppressed) < self.evidence
        return replace(
            self, matches=matches, suppressed=suppressed, more_matches=self.more_matches or fewer
        )

    def as_json(self) -> dict[str, Any]:
        """The answer as the command line and the service give it."""
        answer: dict[str, Any] = {
            "verdict": self.verdict,
            "matches": [match.as_json() for match in self.matches],
            "signals": {
                name: {key: value for key, value in signal.items() if key not in _UNTOLD}
                for name, signal in self.signals.items()
            },
            "sequence": self.sequence,
        }
        if self.test:
            answer["test"] = True
        if self.suppressed:
            answer["suppressed"] = [one.as_json() for one in self.suppressed]
        if self.notes:
            answer["notes"] = list(self.notes)
        if self.more_matches:
            answer["more_matches"] = True
        if self.error is not None:
            answer["error"] = dict(self.error)
        return answer
