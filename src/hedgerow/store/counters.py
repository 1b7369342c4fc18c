"""Named counters: numbers that are given out once and never again.

A counter's row stays locked from `allocate` until the transaction ends. So whoever commits with
number n has committed before n + 1 is given out: the order of the numbers is the order of the
commits, on SQLite (one writer at a time) and on PostgreSQL (row lock) alike. A reader that has
seen number n will never later see a smaller one appear, which is what a change feed needs.
Sequences and AUTOINCREMENT don't promise that.
"""

from sqlalchemy import BigInteger, String, insert, update
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
    statement = (
        update(Counter)
        .where(Counter.name == name)
        .values(value=Counter.value + n)
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    )
    last = session.execute(statement).scalar_one_or_none()
    if last is None:
        session.execute(insert(Counter).values(name=name, value=n))
        last = n
    return last - n + 1
