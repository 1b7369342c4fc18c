"""The tables of this room, those of the webhooks apart. Rows never leave it.

People are named by number, without foreign keys: what they did outlives their account.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from hedgerow.store import Base, BigId, UTCDateTime


class CaseRow(Base):
    """One thing that people decide about, with everything that lists show."""

    __tablename__ = "review_case"
    __table_args__ = (
        # lists, in their order: whole, of a bank, of a category, of a reason, tests apart
        Index(None, "status", "rank", "id"),
        Index(None, "reason", "status", "rank", "id"),
        Index(None, "test", "status", "rank", "id"),
        Index(None, "bank_id", "status", "rank", "id"),
        Index(None, "category", "status", "rank", "id"),
        Index(None, "bank_id", "category", "status", "rank", "id"),
        Index(None, "outcome", "status", "rank", "id"),
        Index(None, "held_until"),
        # what one person has in hand
        Index(None, "lease_person", "lease_until"),
        # what was given to one person alone, in the queue's order
        Index(None, "assigned_to", "status", "rank", "id"),
        # copies that are no identical file: by what they match
        Index(None, "content_id", "id"),
        # what the overview counts
        Index(None, "test", "status", "waiting_since"),
        Index(None, "test", "outcome", "bank_id"),
        Index(None, "test", "opened_at"),
        Index(None, "test", "decided_at"),
        Index(None, "lease_until", "lease_person"),
        Index(None, "bank_id", "signal_type", "outcome", "distance"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    status: Mapped[str] = mapped_column(String(16))
    resumes: Mapped[str] = mapped_column(String(16))  # the status that a held one goes back to
    reason: Mapped[str] = mapped_column(String(16))
    review: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str | None] = mapped_column(String(16))
    # SHA-256 of bank and file: the same file is the same case, whoever uploads it
    same: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    bank_id: Mapped[int] = mapped_column(BigId)
    bank: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(16))
    content_id: Mapped[int] = mapped_column(BigId)
    labels: Mapped[list[str]] = mapped_column(JSON)
    category: Mapped[str] = mapped_column(Text)
    signal_type: Mapped[str] = mapped_column(String(64))
    value: Mapped[str] = mapped_column(String(1024))  # the upload's signal that matched
    distance: Mapped[int] = mapped_column(Integer)
    threshold: Mapped[int] = mapped_column(Integer)
    transform: Mapped[str] = mapped_column(String(32))
    copies: Mapped[int] = mapped_column(Integer)
    rank: Mapped[int] = mapped_column(BigInteger)  # the lowest comes first: see urgency
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    waiting_since: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lease_person: Mapped[int | None] = mapped_column(BigId)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    assigned_to: Mapped[int | None] = mapped_column(BigId)
    held_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    held_why: Mapped[str] = mapped_column(Text)
    object_id: Mapped[int | None] = mapped_column(BigId)  # of the upload in the vault
    media_until: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    media: Mapped[str] = mapped_column(String(16))
    test: Mapped[bool] = mapped_column(Boolean)


class EvidenceRow(Base):
    """The answer to a case's first upload: read with one case, never with a list of them."""

    __tablename__ = "review_evidence"

    case_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("review_case.id"), primary_key=True, autoincrement=False
    )
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)


class CopyRow(Base):
    """One upload of a case."""

    __tablename__ = "review_copy"
    __table_args__ = (Index(None, "case_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("review_case.id"))
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    same_file: Mapped[bool] = mapped_column(Boolean)
    distance: Mapped[int] = mapped_column(Integer)
    context: Mapped[dict[str, Any]] = mapped_column(JSON)


class NameRow(Base):
    """What the platform calls an upload of a case, as far as an index needs it.

    A row for each name and case, however many copies share it: an uploader may have thousands.
    """

    __tablename__ = "review_name"

    name: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("review_case.id"), primary_key=True, autoincrement=False
    )


class DecisionRow(Base):
    """What one person said in one review; nobody says two things in the same stage of one."""

    __tablename__ = "review_decision"
    __table_args__ = (Index(None, "case_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("review_case.id"))
    review: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[int] = mapped_column(BigId)
    stage: Mapped[str] = mapped_column(String(16))
    choice: Mapped[str] = mapped_column(String(16))
    policy: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ExcludedRow(Base):
    """Somebody who is not offered a case: until a time as they skipped it, or as they decided."""

    __tablename__ = "review_excluded"

    case_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("review_case.id"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # none: they have decided it


class EventRow(Base):
    """A line of a case's history."""

    __tablename__ = "review_event"
    __table_args__ = (Index(None, "case_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("review_case.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    kind: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[int | None] = mapped_column(BigId)
    text: Mapped[str] = mapped_column(Text)


class PolicyRow(Base):
    """How a bank's cases are reviewed; bank 0 for what holds where it has no row."""

    __tablename__ = "review_policy"

    bank_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    second_for_confirm: Mapped[bool] = mapped_column(Boolean)
    second_for_dispute: Mapped[bool] = mapped_column(Boolean)
    keep_media_hours: Mapped[int] = mapped_column(Integer)
    trained: Mapped[bool] = mapped_column(Boolean, server_default=false())


class ProposalRow(Base):
    """What a dispute proposed."""

    __tablename__ = "review_proposal"
    __table_args__ = (Index(None, "state", "id"), Index(None, "settled_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("review_case.id"))
    proposed: Mapped[int | None] = mapped_column(Integer)
    person_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(16))
    settled_by: Mapped[int | None] = mapped_column(BigId)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    settled_why: Mapped[str] = mapped_column(Text)


class RevealRow(Base):
    """One part of a picture that somebody looked at."""

    __tablename__ = "review_reveal"
    __table_args__ = (Index(None, "person_id", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("review_case.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    seconds: Mapped[float] = mapped_column(Float)  # as long as allowed, until the end is told
    ended: Mapped[bool] = mapped_column(Boolean)


class CareRow(Base):
    """Other limits than the settings': of one person, or of all (person 0)."""

    __tablename__ = "review_care"

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    limits: Mapped[dict[str, int]] = mapped_column(JSON)


class WorkRow(Base):
    """Since when somebody reviews without a break. `began` moves on by as long as a break lasts."""

    __tablename__ = "review_work"

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    began: Mapped[datetime] = mapped_column(UTCDateTime)
    last: Mapped[datetime] = mapped_column(UTCDateTime)
    break_until: Mapped[datetime | None] = mapped_column(UTCDateTime)


class TallyRow(Base):
    """How many uploads of a day had a verdict, and why they were unchecked."""

    __tablename__ = "review_tally"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    verdict: Mapped[str] = mapped_column(String(16), primary_key=True)
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(BigId)
