"""The log's tables. Rows are only ever inserted; nothing here changes or deletes one."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hedgerow.store.base import Base, BigId, UTCDateTime


class EntryRow(Base):
    """One entry. Its number comes from the counter "audit", so no number is ever left out."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "action", "number"),
        Index(None, "actor", "actor_number", "number"),
        Index(None, "subject", "number"),
        Index(None, "at"),
    )

    number: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor: Mapped[str] = mapped_column(String(16))
    actor_number: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(Text)
    # A JSON object as it was hashed, to the character.
    details: Mapped[str] = mapped_column(Text)
    # The hash of the entry before; 32 zeros in the first.
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class CheckpointRow(Base):
    """A signed statement of how far the log had come."""

    __tablename__ = "audit_checkpoint"

    number: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    # The number of the last entry then, how many there were, and the last one's hash.
    sequence: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int] = mapped_column(BigInteger)
    head: Mapped[bytes] = mapped_column(LargeBinary(32))
    # SHA-256 of the signature of the checkpoint before; 32 zeros in the first.
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))
