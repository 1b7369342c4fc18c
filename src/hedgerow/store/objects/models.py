"""The table of kept media: everything but the bytes."""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hedgerow.store.base import Base, BigId, UTCDateTime


class ObjectRow(Base):
    """One kept medium. Its row outlives it, so that it can be told when it went, and why."""

    __tablename__ = "media_object"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    # Where its bytes are; None once they were removed.
    file: Mapped[str | None] = mapped_column(String(64), unique=True)
    # Its own key, sealed. None once it was destroyed: then the bytes are noise.
    key: Mapped[bytes | None] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(UTCDateTime)
    keep_until: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    destroyed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    destroyed_why: Mapped[str | None] = mapped_column(Text)
    # For a legal hold, when there are any: nothing reads or writes it yet.
    hold_id: Mapped[int | None] = mapped_column(BigInteger)
