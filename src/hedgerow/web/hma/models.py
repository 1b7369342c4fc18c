"""The tables of this API: what HMA keeps of banks and contents that ours don't.

Their rows go with the bank or content, whoever deletes it. Rows never leave this package.
"""

from typing import Any

from sqlalchemy import JSON, BigInteger, Double, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hedgerow import banks as banks  # the tables that these belong to
from hedgerow.store import Base, BigId


class HmaBankRow(Base):
    """How often a bank takes part in lookups; without a row always."""

    __tablename__ = "hma_bank"

    bank_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("bank.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    enabled_ratio: Mapped[float] = mapped_column(Double)


class HmaContentRow(Base):
    """Until when a content takes no part in lookups, and what the client knows of it."""

    __tablename__ = "hma_content"

    content_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("content.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    disable_until: Mapped[int] = mapped_column(BigInteger)  # 0 for good, 1 not at all, else when
    details: Mapped[dict[str, Any]] = mapped_column(JSON)  # content_id, content_uri, json


class HmaSignalTypeRow(Base):
    """How often a signal type is looked up; without a row always."""

    __tablename__ = "hma_signal_type"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    enabled_ratio: Mapped[float] = mapped_column(Double)
