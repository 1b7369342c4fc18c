"""Rows that are inserted in bulk are those that come out, on both databases."""

from datetime import UTC, datetime
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, Boolean, LargeBinary, String, Table, Text, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column
from tests.postgres import Maker

from hedgerow.store import Base, BigId, Counter, Database, UTCDateTime, insert_rows, open_database

COUNTERS = cast(Table, Counter.__table__)
# Every kind of column there is. SQLAlchemy's own insert is the oracle.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
ROWS = st.lists(
    st.tuples(
        st.integers(-(2**63), 2**63 - 1),
        st.none() | TEXT.map(lambda text: text[:20]),
        st.sampled_from(["", "\\N", "\\.", "a\tb\nc\\d\r", "'\"$", "✓ é 🦔"]) | TEXT,
        st.lists(TEXT, max_size=3).map(tuple),
        st.binary(max_size=20),
        st.booleans(),
        st.datetimes(timezones=st.just(UTC)),
    ),
    max_size=6,
    unique_by=lambda row: row[0],
)


@pytest.fixture(scope="module")
def everything() -> type[Base]:
    """A table of no room; gone from the metadata before anybody compares it with a database."""

    class Everything(Base):
        __tablename__ = "everything with spaces"

        id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
        name: Mapped[str | None] = mapped_column(String(64))
        order: Mapped[str] = mapped_column(Text)  # a word of SQL
        labels: Mapped[list[str]] = mapped_column(JSON)
        data: Mapped[bytes] = mapped_column(LargeBinary)
        test: Mapped[bool] = mapped_column(Boolean)
        at: Mapped[datetime] = mapped_column(UTCDateTime)

    Base.metadata.remove(cast(Table, Everything.__table__))
    return Everything


@settings(max_examples=30)
@given(rows=ROWS)
def test_what_goes_in_comes_out(
    make_database_url: Maker, everything: type[Base], rows: list[tuple[object, ...]]
) -> None:
    table = cast(Table, everything.__table__)
    names = [column.key for column in table.columns]
    with open_database(make_database_url.again()) as database, database.write() as session:
        table.create(session.connection())
        insert_rows(session, table, rows)
        bulk = session.execute(select(table).order_by(table.c.id)).all()
        session.execute(table.delete())
        if rows:
            session.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
        singly = session.execute(select(table).order_by(table.c.id)).all()
        table.drop(session.connection())
    assert bulk == singly
    assert [row.id for row in bulk] == sorted(row[0] for row in rows)


def test_all_of_the_rows_or_none(database: Database) -> None:
    rows = [(f"{number}", number) for number in range(5_000)]
    with pytest.raises(IntegrityError), database.write() as session:
        insert_rows(session, COUNTERS, [*rows, rows[0]])
    with database.read() as session:
        assert session.execute(select(func.count()).select_from(COUNTERS)).scalar_one() == 0
    with database.write() as session:
        insert_rows(session, COUNTERS, rows)
        insert_rows(session, COUNTERS, [])
    with database.read() as session:
        assert session.execute(select(func.sum(COUNTERS.c.value))).scalar_one() == 12_497_500
