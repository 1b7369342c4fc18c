"""What the database knows of its vault's key: a mark of it, and what is sealed with it.

The mark tells another key from the right one and nothing else of it. As long as anything is
sealed, the mark stays: letting go of it would let a second key in beside the first.
"""

from __future__ import annotations

import hmac
from typing import cast

from sqlalchemy import Integer, LargeBinary, String, Table, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hedgerow.store.base import Base
from hedgerow.store.counters import insert_for

_MARK_OF = b"hedgerow: the key of this database"
_ONLY = 1


class KeyMarkRow(Base):
    """The mark of the one key that this database's values are sealed with."""

    __tablename__ = "vault_key_mark"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    mark: Mapped[bytes] = mapped_column(LargeBinary(32))


class KeyUseRow(Base):
    """A purpose for which something was sealed, and may still be."""

    __tablename__ = "vault_key_use"

    purpose: Mapped[str] = mapped_column(String(64), primary_key=True)


def mark_of(key: bytes) -> bytes:
    """What a key is known by: HMAC-SHA256 of a fixed text. A key has 256 random bits: no secret."""
    return hmac.digest(key, _MARK_OF, "sha256")


def known_mark(session: Session) -> bytes | None:
    """The mark of the key that this database was first used with; None where there was none."""
    return session.execute(select(KeyMarkRow.mark).where(KeyMarkRow.id == _ONLY)).scalar()


def note_mark(session: Session, key: bytes) -> bytes:
    """Make this the database's key; returns the mark of the key that it has by then."""
    table = cast(Table, KeyMarkRow.__table__)
    # Another process may be first: that one's counts.
    session.execute(
        insert_for(session)(table)
        .values(id=_ONLY, mark=mark_of(key))
        .on_conflict_do_nothing(index_elements=[table.c.id])
    )
    known = known_mark(session)
    assert known is not None
    return known


def note_use(session: Session, purpose: str) -> None:
    """Note that something is sealed for this purpose."""
    if session.execute(select(KeyUseRow.purpose).where(KeyUseRow.purpose == purpose)).first():
        return
    table = cast(Table, KeyUseRow.__table__)
    session.execute(
        insert_for(session)(table)
        .values(purpose=purpose)
        .on_conflict_do_nothing(index_elements=[table.c.purpose])
    )


def release_key(session: Session, *purposes: str) -> None:
    """Tell that nothing is sealed for these purposes any more.

    Where that was the last, the database may begin with another key.
    """
    session.execute(delete(KeyUseRow).where(KeyUseRow.purpose.in_(purposes)))
    if session.execute(select(KeyUseRow.purpose).limit(1)).first() is None:
        session.execute(delete(KeyMarkRow))


def forget_mark(session: Session) -> None:
    """Let the database begin with another key, whatever is sealed: that can't be opened again."""
    session.execute(delete(KeyUseRow))
    session.execute(delete(KeyMarkRow))
