"""The base table class, the names of constraints, and the one type for times."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

# A migration can only drop or change a constraint that has a name, and the same one everywhere.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


BigId = BigInteger().with_variant(Integer, "sqlite")
"""64 bits everywhere; on SQLite it has to be called INTEGER to be the row's own number."""


class Base(DeclarativeBase):
    """What every table of every room descends from."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


def now() -> datetime:
    """Return the present time in UTC, aware."""
    return datetime.now(UTC)


class UTCDateTime(TypeDecorator[datetime]):
    """A time that is aware and in UTC on both sides, on databases with and without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn an aware time to UTC; SQLite keeps it without the zone.

        Raises:
            ValueError: the time has no zone, so which moment it means is a guess.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a time without a zone can't be stored; use hedgerow.store.now()"
            raise ValueError(msg)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the time back aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
