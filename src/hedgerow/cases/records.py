"""What this room hands out: plain values, never rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """Where a case stands."""

    WAITING = "waiting"
    """For a first person."""
    SECOND = "second"
    """For another person, who doesn't see what was chosen before."""
    ESCALATED = "escalated"
    """For a lead."""
    HELD = "held"
    """Until a time, or until somebody wakes it."""
    DECIDED = "decided"


class Reason(StrEnum):
    """Why a case is before people."""

    MATCH = "match"
    COMPLAINT = "complaint"
    """The uploader objects: nobody who decided before decides again."""
    REOPENED = "reopened"


class Choice(StrEnum):
    """What a person can say of a case."""

    CONFIRM = "confirm"
    """It is what the bank says."""
    DISPUTE = "dispute"
    """It is not."""
    NOT_SURE = "not_sure"
    """Another person is to look."""
    ESCALATE = "escalate"
    """A lead is to look."""


class Outcome(StrEnum):
    """What a decided case came to."""

    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    WITHDRAWN = "withdrawn"
    """The person in the picture took it back; nothing is said of the upload."""


class Propose(StrEnum):
    """What a dispute can propose to keep the mistake from coming back."""

    NEGATIVE = "negative"
    """Put the upload's hash into a bank of known false positives."""
    THRESHOLD = "threshold"
    """Match this bank within fewer bits."""


@dataclass(frozen=True)
class Context:
    """What a platform says of an upload; each may be empty.

    Attributes:
        uploader: the platform's name for who uploaded it.
        url: where it was or would have been shown.
        at: when it was uploaded; UTC.
        address: the network address that it came from.
        thread: the conversation or post that it belongs to.
        reference: the platform's own name for the upload, given back with every outcome.
    """

    uploader: str = ""
    url: str = ""
    at: datetime | None = None
    address: str = ""
    thread: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Lease:
    """Who has a case, and until when (UTC)."""

    person_id: int
    until: datetime


@dataclass(frozen=True)
class Case:
    """A case as lists show it.

    Attributes:
        id: number, never used again.
        status: where it stands.
        reason: why it is before people.
        outcome: of a decided one.
        bank_id, bank: the bank of the nearest match; its name when the case was opened.
        action: that bank's action.
        content_id: what was matched.
        labels: of the content, the first is its category.
        signal_type, distance, threshold, transform: of the nearest match; bits of 256.
        copies: how many uploads it is about.
        urgency: higher is sooner; of a decided one, higher is later opened.
        opened_at: UTC.
        waiting_since: UTC; since when it waits in its present status.
        decided_at: UTC; None unless decided.
        lease: who has it now; None for nobody.
        assigned_to: the person that a lead gave it to.
        held_until: UTC; of a held one.
        held_why: why it is held; empty where that might tell what somebody said of it.
        has_media: whether the upload is in the vault.
        media: format of the file, such as "jpeg" or "mp4"; "" where only hashes came.
        test: whether the match is of the test picture.
        review: which review of the case this is: the first, and one more for each time it was
            reopened, or the uploader complained.
    """

    id: int
    status: Status
    reason: Reason
    outcome: Outcome | None
    bank_id: int
    bank: str
    action: str
    content_id: int
    labels: tuple[str, ...]
    signal_type: str
    distance: int
    threshold: int
    transform: str
    copies: int
    urgency: int
    opened_at: datetime
    waiting_since: datetime
    decided_at: datetime | None
    lease: Lease | None
    assigned_to: int | None
    held_until: datetime | None
    held_why: str
    has_media: bool
    media: str
    test: bool
    review: int

    @property
    def category(self) -> str:
        """The first label of what was matched; "" where it has none."""
        return self.labels[0] if self.labels else ""


@dataclass(frozen=True)
class Copy:
    """One upload of a case.

    Attributes:
        id: number.
        seen_at: when it came in; UTC.
        same_file: whether it is byte for byte the case's first upload.
        distance: of its own match, in bits.
        context: what the platform said of it.
    """

    id: int
    seen_at: datetime
    same_file: bool
    distance: int
    context: Context


@dataclass(frozen=True)
class Decision:
    """What one person said.

    Attributes:
        person_id: who.
        choice: what.
        policy: under which rule, in the words of the house.
        note: why.
        at: UTC.
        stage: the status that the case was in: waiting, second or escalated.
        review: of which review of the case.
    """

    person_id: int
    choice: Choice
    policy: str
    note: str
    at: datetime
    stage: Status
    review: int


@dataclass(frozen=True)
class Event:
    """A line of a case's history.

    Attributes:
        at: UTC.
        kind: opened, held, woken, assigned, reopened, complaint, decided, escalated, withdrawn,
            media_gone, media_not_kept, moved, and of proposals proposed, accepted, rejected.
        person_id: who; None for the platform or the service.
        text: what was said with it; of proposed, the bits of a threshold.
    """

    at: datetime
    kind: str
    person_id: int | None
    text: str

    @property
    def is_of_proposal(self) -> bool:
        """Whether it tells of a proposal, and so that somebody disputed."""
        return self.kind in {"proposed", "accepted", "rejected"}


@dataclass(frozen=True)
class CaseDetails(Case):
    """A case with its evidence and all that happened to it.

    Attributes:
        evidence: the answer to the first upload, as `POST /api/v1/match` gave it: matches,
            suppressed, signals, notes, width, height, media.
        copies_kept: the latest of its uploads, up to a hundred.
        decisions: oldest first; without those that whoever asked must not see yet.
        hidden_decisions: how many of those there are.
        history: oldest first.
        object_id: of the upload in the vault; None where it isn't kept.
        may_decide: whether whoever asked may be the next to decide it.
        why_not: otherwise, why they may not.
        withheld: whether what platform and uploader said is kept from whoever asked, as the case
            is for people who are trained for it.
    """

    evidence: Mapping[str, Any] = field(default_factory=dict)
    copies_kept: tuple[Copy, ...] = ()
    decisions: tuple[Decision, ...] = ()
    hidden_decisions: int = 0
    history: tuple[Event, ...] = ()
    object_id: int | None = None
    may_decide: bool = True
    why_not: str = ""
    withheld: bool = False


@dataclass(frozen=True)
class Received:
    """What became of an upload that matched.

    Attributes:
        case_id: the case that it belongs to.
        opened: whether it opened it; otherwise it is a copy.
        status: where the case stands.
        outcome: where it was decided before, which holds for this copy, too.
    """

    case_id: int
    opened: bool
    status: Status
    outcome: Outcome | None


@dataclass(frozen=True)
class Filter:
    """Which cases to list; None and "" for all.

    `outcome` narrows decided ones alone. `mine`: only those leased or assigned to this person.
    """

    status: Status = Status.WAITING
    bank_id: int | None = None
    category: str | None = None
    reason: Reason | None = None
    test: bool | None = None
    mine: int | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Sought:
    """What a platform calls the uploads of the cases that are looked for; "" and None for any.

    Exactly as it was told, but for spaces around it. With several, all of them hold.
    """

    uploader: str = ""
    reference: str = ""
    status: Status | None = None


@dataclass(frozen=True)
class AtHand:
    """The numbers of the cases that one person is to see to.

    Attributes:
        in_hand: those that they have.
        assigned: undecided ones that are theirs alone, and that they haven't in hand.
        more: whether there are others.
    """

    in_hand: tuple[int, ...]
    assigned: tuple[int, ...]
    more: bool


@dataclass(frozen=True)
class Page:
    """Cases of a list. `next`: give it to get what follows; None at the end."""

    cases: tuple[Case, ...]
    next: str | None


@dataclass(frozen=True)
class Copies:
    """Uploads of one case. `next`: give it to get those before; None at the end."""

    copies: tuple[Copy, ...]
    next: int | None


@dataclass(frozen=True)
class ReviewPolicy:
    """How the cases of a bank are reviewed.

    Attributes:
        bank_id: of the bank; 0 for what holds where a bank has none of its own.
        second_for_confirm, second_for_dispute: whether it needs a second person.
        keep_media_hours: how long uploads that matched are kept for review; 0 for not at all.
        trained: whether they are for people alone who are trained for it (the role companion).
    """

    bank_id: int
    second_for_confirm: bool = False
    second_for_dispute: bool = False
    keep_media_hours: int = 0
    trained: bool = False


@dataclass(frozen=True)
class Proposal:
    """What a dispute proposed, for a lead to settle.

    Attributes:
        id: number.
        kind: what.
        case_id: the disputed case.
        bank_id, bank: the bank that matched by mistake.
        signal_type: of the match.
        threshold: the present one.
        proposed: the one proposed; None for a negative entry.
        keeps: confirmed matches of this bank that the proposed threshold would still find.
        loses: confirmed ones that it would not.
        spares: disputed ones that it would no longer find.
        person_id: who proposed it.
        at: UTC.
        state: open, accepted or rejected.
    """

    id: int
    kind: Propose
    case_id: int
    bank_id: int
    bank: str
    signal_type: str
    threshold: int
    proposed: int | None
    keeps: int
    loses: int
    spares: int
    person_id: int
    at: datetime
    state: str


@dataclass(frozen=True)
class Settled:
    """What became of a proposal.

    `proposed` is None for a negative entry; `state`: accepted or rejected. Times are UTC.
    """

    id: int
    kind: Propose
    case_id: int
    bank: str
    signal_type: str
    proposed: int | None
    person_id: int
    at: datetime
    state: str
    by: int
    settled_at: datetime
    why: str


@dataclass(frozen=True)
class Standing:
    """How much a person may look at and work today.

    Attributes:
        reveals_left, seconds_left: of parts of pictures, for today (UTC).
        reveal_seconds: that one part is shown at most.
        work_until: UTC; when the next break is due; None where nothing was begun.
        break_until: UTC; until when a break lasts; None where there is none.
        may_end_break: whether they took it by themselves, and may end it before.
    """

    reveals_left: int
    seconds_left: int
    reveal_seconds: int
    work_until: datetime | None
    break_until: datetime | None
    may_end_break: bool = False
