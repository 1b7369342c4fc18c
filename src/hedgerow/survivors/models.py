"""The tables of this room. Rows never leave it.

What would name somebody or lead to them is sealed or keyed: a number is kept as its keyed digest,
a code as its slow keyed hash, words and hashes sealed. No address of the network is kept at all,
and days instead of times where a day is enough.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from hedgerow.store import Base, BigId, UTCDateTime


class OwnCaseRow(Base):
    """What somebody came with: their pictures, or a removal notice."""

    __tablename__ = "own_case"
    __table_args__ = (
        Index(None, "kind", "unread", "id"),
        Index(None, "seen_on"),
        Index(None, "again_until"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    # HMAC-SHA256 of the public number
    number: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    # argon2id of the keyed code
    code: Mapped[str] = mapped_column(String(200))
    # of what the browser made up for sending once: sending again is no second case
    ticket: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    # until when sending again gives a new code; None from then on, and once the code was used
    again_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    language: Mapped[str] = mapped_column(String(8))
    opened_on: Mapped[date] = mapped_column(Date)
    seen_on: Mapped[date] = mapped_column(Date)
    unread: Mapped[int] = mapped_column(Integer)  # messages that the hotline hasn't read
    answered: Mapped[int] = mapped_column(Integer)  # those that the person hasn't read


class OwnSessionRow(Base):
    """A browser that has shown number and code."""

    __tablename__ = "own_session"
    __table_args__ = (Index(None, "own_case_id"), Index(None, "expires_at"))

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    own_case_id: Mapped[int] = mapped_column(ForeignKey("own_case.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class OwnPictureRow(Base):
    """One picture or video of a case, as its hashes."""

    __tablename__ = "own_picture"
    __table_args__ = (
        Index(None, "own_case_id", "id"),
        Index(None, "content_id"),
        Index(None, "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    own_case_id: Mapped[int] = mapped_column(ForeignKey("own_case.id", ondelete="CASCADE"))
    media: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16))
    share: Mapped[bool] = mapped_column(Boolean)
    exact_only: Mapped[bool] = mapped_column(Boolean)
    added_on: Mapped[date] = mapped_column(Date)
    signals: Mapped[bytes] = mapped_column(LargeBinary)  # sealed
    # of the same signals, keyed: the same picture twice in a case is one
    mark: Mapped[bytes] = mapped_column(LargeBinary(32))
    bank_id: Mapped[int | None] = mapped_column(BigInteger)
    content_id: Mapped[int | None] = mapped_column(BigInteger)


class OwnMessageRow(Base):
    """Words from one side to the other."""

    __tablename__ = "own_message"
    __table_args__ = (Index(None, "own_case_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    own_case_id: Mapped[int] = mapped_column(ForeignKey("own_case.id", ondelete="CASCADE"))
    from_hotline: Mapped[bool] = mapped_column(Boolean)
    person_id: Mapped[int | None] = mapped_column(BigInteger)  # who of the hotline wrote it
    sent_on: Mapped[date] = mapped_column(Date)
    words: Mapped[bytes] = mapped_column(LargeBinary)  # sealed


class NoticeRow(Base):
    """A removal notice: a case with a clock, and with an identity, which is sealed."""

    __tablename__ = "removal_notice"
    __table_args__ = (
        Index(None, "state", "due_at", "own_case_id"),
        Index(None, "forget_on"),
    )

    own_case_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("own_case.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    state: Mapped[str] = mapped_column(String(16))
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    escalation: Mapped[int] = mapped_column(Integer)
    particulars: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed; None once destroyed
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by: Mapped[int | None] = mapped_column(BigInteger)
    complained_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    forget_on: Mapped[date | None] = mapped_column(Date)


class NoticeMarkRow(Base):
    """What a notice names, keyed: whether another one names the same, and nothing else."""

    __tablename__ = "removal_notice_mark"
    __table_args__ = (Index(None, "mark"),)

    own_case_id: Mapped[int] = mapped_column(
        ForeignKey("own_case.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    mark: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)


class NoticeContentRow(Base):
    """What an accepted notice put into a bank."""

    __tablename__ = "removal_notice_content"
    __table_args__ = (Index(None, "content_id"),)

    own_case_id: Mapped[int] = mapped_column(
        ForeignKey("own_case.id", ondelete="CASCADE"), primary_key=True
    )
    bank_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    content_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
