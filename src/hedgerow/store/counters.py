"""Named counters: numbers that are given out once and never again.

A counter's row stays locked from `allocate` until the transaction ends. So whoever commits with
number n has committed before n + 1 is given out: the order of the numbers is the order of the
commits, on SQLite (one writer at a time) and on PostgreSQL (row lock) alike. A reader that has
seen number n will never later see a smaller one appear, which is what a change feed needs.
Sequences and AUTOINCREMENT don't promise that.
"""

from typing import Any, cast

from sqlalchemy import BigInteger, String, Table, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hedgerow.store.base import Base


class Counter(Base):
    """The last number given out under a name."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


def allocate(session: Session, name: str, n: int = 1) -> int:
    """Take `n` consecutive numbers and return the first; the first ever is 1.

    A transaction that is rolled back gives its numbers back: nobody can have seen them.

    Args:
        session: a writing session.
        name: which counter; made at its first use.
        n: how many, at least 1.

    Raises:
        ValueError: `n` is below 1.
    """
    if n < 1:
        msg = f"cannot allocate {n} numbers"
        raise ValueError(msg)
    table = cast(Table, Counter.__table__)
    # One statement: two processes may both find that there is no row yet.
    statement = (
        insert_for(session)(table)
        .values(name=name, value=n)
        .on_conflict_do_update(index_elements=[table.c.name], set_={"value": table.c.value + n})
        .returning(table.c.value)
    )
    last: int = session.execute(statement).scalar_one()
    return last - n + 1


def insert_for(session: Session) -> Any:
    """SQLAlchemy's `insert` for this database, which knows `on_conflict_do_update`.

    Both databases spell it alike, but there is one for each, which are costly to load.
    """
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as on_postgresql

        return on_postgresql
    from sqlalchemy.dialects.sqlite import insert as on_sqlite

    return on_sqlite


def hold(session: Session, name: str) -> None:
    """Wait for a counter's lock without taking a number, and keep it until the transaction ends.

    What is read afterwards is as new as the last change that was numbered. A counter that was
    never used can't be held. On SQLite a writing session holds all of them from its beginning.

    Args:
        session: a writing session.
        name: which counter.
    """
    session.execute(select(Counter.value).where(Counter.name == name).with_for_update())
