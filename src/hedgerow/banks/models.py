"""The tables of this room. Rows never leave it: see `records` for what callers get.

Deliberately no ORM relationships: everything that is read here is read in bulk.
"""

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
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


class BankRow(Base):
    """A named list."""

    __tablename__ = "bank"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'positive' AND action IN ('block', 'review', 'record'))"
            " OR (kind = 'negative' AND action IS NULL)",
            name="kind_action",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    action: Mapped[str | None] = mapped_column(String(16))
    description: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Whether its matches are tests of the installation, not finds.
    test: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    local_signatures: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class ThresholdRow(Base):
    """A bank's own distance for a signal type, in bits; without one the type's default counts."""

    __tablename__ = "bank_threshold"

    bank_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("bank.id", ondelete="CASCADE"), primary_key=True
    )
    signal_type: Mapped[str] = mapped_column(String(64), primary_key=True)
    distance: Mapped[int] = mapped_column(Integer)


class ImportRow(Base):
    """An import, how far it got and what came of it."""

    __tablename__ = "import"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    bank_id: Mapped[int] = mapped_column(BigId, ForeignKey("bank.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(64))  # SHA-256 of the file and the options
    since: Mapped[int] = mapped_column(BigInteger)  # the latest change when it began
    status: Mapped[str] = mapped_column(String(16))  # unfinished, finished, abandoned
    offset: Mapped[int] = mapped_column(BigInteger)  # bytes of the file that are staged
    line: Mapped[int] = mapped_column(BigInteger)  # lines of the file that are staged
    added: Mapped[int] = mapped_column(BigInteger)
    duplicates: Mapped[int] = mapped_column(BigInteger)
    bad: Mapped[int] = mapped_column(BigInteger)
    first_content_id: Mapped[int | None] = mapped_column(BigInteger)
    last_content_id: Mapped[int | None] = mapped_column(BigInteger)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ContentRow(Base):
    """One thing in a bank. Of an import that isn't finished it is invisible: see `visible`.

    `contents.insert_drafts` relies on the order of the columns.
    """

    __tablename__ = "content"
    __table_args__ = (
        Index(None, "bank_id", "id"),
        # finds a content that has the same signals, in the same bank
        Index(None, "bank_id", "fingerprint"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    bank_id: Mapped[int] = mapped_column(BigId, ForeignKey("bank.id"))
    import_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("import.id"), index=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(16))
    labels: Mapped[list[str]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SignalRow(Base):
    """A signal of a content; at most one of each type.

    `contents.insert_drafts` relies on the order of the columns.
    """

    __tablename__ = "content_signal"
    __table_args__ = (Index(None, "signal_type", "value"), {"sqlite_with_rowid": False})

    content_id: Mapped[int] = mapped_column(BigId, ForeignKey("content.id"), primary_key=True)
    signal_type: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(1024))
    quality: Mapped[int | None] = mapped_column(Integer)


class PayloadRow(Base):
    """The parts of a signal that is compared by them; sealed where its type asks for it.

    `contents.insert_drafts` relies on the order of the columns.
    """

    __tablename__ = "content_payload"

    content_id: Mapped[int] = mapped_column(BigId, ForeignKey("content.id"), primary_key=True)
    signal_type: Mapped[str] = mapped_column(String(64), primary_key=True)
    payload: Mapped[bytes] = mapped_column(LargeBinary)


class CountRow(Base):
    """How many contents of one origin a bank has, and how many signals of each type.

    `import_id`: 0 for contents that were put in one by one. `signal_type`: "" for the contents
    themselves. No foreign keys: their checks would lock banks and imports.
    """

    __tablename__ = "content_count"

    bank_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    import_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    signal_type: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


class ChangeRow(Base):
    """One line of the change feed. It names banks and contents by number only.

    No foreign keys: the feed outlives what it speaks of.
    """

    __tablename__ = "change"

    sequence: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    op: Mapped[str] = mapped_column(String(16))
    bank_id: Mapped[int] = mapped_column(BigInteger)
    first_content_id: Mapped[int | None] = mapped_column(BigInteger)
    last_content_id: Mapped[int | None] = mapped_column(BigInteger)
    import_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    signal_type: Mapped[str | None] = mapped_column(String(64))
