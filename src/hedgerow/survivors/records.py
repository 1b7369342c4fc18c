"""What this room hands out: plain values, never rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from hedgerow.cases import Found
from hedgerow.signals import Signal


class CaseKind(StrEnum):
    """What somebody came with."""

    PICTURES = "pictures"
    NOTICE = "notice"


class PictureState(StrEnum):
    """Where a picture stands."""

    WAITING = "waiting"
    """The hotline looks at it first; nothing is stopped yet."""
    PROTECTED = "protected"
    PAUSED = "paused"
    """What it found was wrong again and again: the hotline has to look at it."""
    DECLINED = "declined"
    """The hotline has not taken it."""


class NoticeState(StrEnum):
    """Where a removal notice stands."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COMPLAINED = "complained"
    """Who asked disagrees with the answer; somebody else looks at it anew."""


OPEN_NOTICES = (NoticeState.RECEIVED, NoticeState.COMPLAINED)
"""Those that wait for an answer."""


@dataclass(frozen=True)
class Submission:
    """One picture or video, as the hashes that a browser made of it.

    media: "picture" or "video". signals: at least one. exact_only: whether nothing but the very
    same file is found by it, as the picture has too little in it.
    """

    media: str
    signals: tuple[Signal, ...] = field(repr=False)
    exact_only: bool = False


@dataclass(frozen=True)
class Receipt:
    """What somebody keeps: shown once, and kept nowhere.

    number: in groups. words, digits: the code, in either form. case_id: as the log names it.
    again: whether there was a number and a code before, which open nothing any more.
    """

    case_id: int
    again: bool
    number: str = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    digits: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Picture:
    """A picture or video of a case.

    found: what was found of it so far; None where it is in no bank.
    """

    id: int
    media: str
    state: PictureState
    share: bool
    exact_only: bool
    added_on: date
    content_id: int | None
    found: Found | None = None


@dataclass(frozen=True)
class Message:
    """Words from one side. person_id: who of the hotline wrote them."""

    id: int
    from_hotline: bool
    person_id: int | None
    sent_on: date
    words: str = field(repr=False)


@dataclass(frozen=True)
class Particulars:
    """What a removal notice says.

    Attributes:
        name: of the person in the picture; may be empty where they were under 18.
        under_18: whether they were when it was taken.
        agent: who asks for them, with their permission; empty where they ask themselves.
        email, phone, address: how to reach whoever asks; one of them at least, and the e-mail
            unless `under_18`.
        urls: where it is shown.
        where: what else helps to find it.
        statement: why it was shown without consent, in their words.
        good_faith: whether they say so in good faith.
        accurate: whether they say that it is true and complete.
        signature: their name, typed.
        language: of the page that they used.
    """

    name: str = ""
    under_18: bool = False
    agent: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    urls: tuple[str, ...] = ()
    where: str = ""
    statement: str = ""
    good_faith: bool = False
    accurate: bool = False
    signature: str = ""
    language: str = "en"

    def __repr__(self) -> str:
        return "Particulars(…)"  # it names people


@dataclass(frozen=True)
class Alike:
    """How many other notices name the same thing. kind: address, hash, or who asks."""

    kind: str
    notices: tuple[int, ...]


@dataclass(frozen=True)
class Notice:
    """A removal notice.

    Attributes:
        case_id: of the case that it belongs to.
        state: where it stands.
        received_at, due_at: UTC.
        escalation: 0 in time, 1 little time, 2 very little, 3 late.
        particulars: None once destroyed.
        hashes: of the pictures that it names, as submissions.
        answered_at, answered_by, complained_at: of the answer.
        alike: other notices that name the same.
        valid_for: the laws whose parts are all there.
        unread: messages that the hotline hasn't read; in lists.
    """

    case_id: int
    state: NoticeState
    received_at: datetime
    due_at: datetime
    escalation: int
    particulars: Particulars | None
    hashes: int
    answered_at: datetime | None
    answered_by: int | None
    complained_at: datetime | None
    alike: tuple[Alike, ...] = ()
    valid_for: tuple[str, ...] = ()
    unread: int = 0


@dataclass(frozen=True)
class OwnCase:
    """Somebody's case, as they and the hotline see it.

    Attributes:
        id: its number in the log and the console; not the one that opens it.
        kind: what they came with.
        language: of the pages they used.
        opened_on, seen_on: days (UTC).
        unread: messages that the hotline hasn't read.
        answered: those that the person hasn't read.
        pictures, messages: oldest first; none in lists.
        notice: of a notice.
        counts: pictures by state, in lists.
    """

    id: int
    kind: CaseKind
    language: str
    opened_on: date
    seen_on: date
    unread: int
    answered: int
    pictures: tuple[Picture, ...] = ()
    messages: tuple[Message, ...] = ()
    notice: Notice | None = None
    counts: Mapping[PictureState, int] = field(default_factory=dict)
