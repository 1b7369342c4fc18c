"""The tables of webhooks. Rows never leave this package."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hedgerow.store import Base, BigId, UTCDateTime


class EndpointRow(Base):
    """Where a platform wants to be told. Its secrets are sealed, see `secrets`."""

    __tablename__ = "webhook_endpoint"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[str] = mapped_column(String(512))  # names in order, with spaces between
    description: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))  # active, off, gone; removed: see `removing`
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    # The one before, which signs too until that time.
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    rotated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class DeliveryRow(Base):
    """One event on its way to one endpoint: the outbox, and what became of it."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index(None, "state", "id"),
        Index(None, "endpoint_id", "state", "id"),
        Index(None, "ended_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    endpoint_id: Mapped[int] = mapped_column(BigId, ForeignKey("webhook_endpoint.id"))
    event: Mapped[str] = mapped_column(String(32))
    message_id: Mapped[str] = mapped_column(String(64))  # the header webhook-id, in every attempt
    sequence: Mapped[int] = mapped_column(BigInteger)  # the same for all endpoints of one event
    payload: Mapped[str] = mapped_column(Text)  # the body as it is signed and sent
    state: Mapped[str] = mapped_column(String(16))  # new, sending, delivered, failed, dropped
    series: Mapped[int] = mapped_column(Integer)  # 1, and one more with each time it is resent
    attempts: Mapped[int] = mapped_column(Integer)  # of this series
    # Names the chain of workflows that sends it; made when the courier takes it.
    ticket: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # of the next attempt
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AttemptRow(Base):
    """One time that a delivery was tried. Of the answer its status is kept, and nothing else."""

    __tablename__ = "webhook_attempt"

    delivery_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("webhook_delivery.id"), primary_key=True
    )
    series: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    status: Mapped[int | None] = mapped_column(Integer)  # of HTTP; None where there was no answer
    reason: Mapped[str] = mapped_column(String(200))  # empty where it was delivered
    milliseconds: Mapped[int] = mapped_column(Integer)


class CourierRow(Base):
    """When the courier that is at work last said so: one row, or none before the first."""

    __tablename__ = "webhook_courier"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
