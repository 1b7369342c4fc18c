"""The table of this room. Rows never leave it."""

from datetime import datetime

from sqlalchemy import Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hedgerow.store import Base, BigId, UTCDateTime


class KeptAnswerRow(Base):
    """The answer to a request that had an idempotency key; given again when it is repeated."""

    __tablename__ = "kept_answer"

    api_key_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    idempotency_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request: Mapped[bytes] = mapped_column(LargeBinary(32))  # SHA-256 of what was asked
    status: Mapped[int] = mapped_column(Integer)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
