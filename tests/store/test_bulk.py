"""Rows that are inserted in bulk are those that come out, on both databases."""

from datetime import UTC
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    func,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError
from tests.postgres import Maker

from hedgerow.store import BigId, Counter, Database, UTCDateTime, insert_rows, open_database

COUNTERS = cast(Table, Counter.__table__)
# Every kind of column there is. SQLAlchemy's own insert is the oracle.
# In no room's metadata, so that nobody compares it with a database.
EVERYTHING = Table(
    "everything with spaces",
    MetaData(),
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("name", String(64)),
    Column("order", Text, nullable=False),  # a word of SQL
    Column("labels", JSON, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("test", Boolean, nullable=False),
    Column("at", UTCDateTime, nullable=False),
)
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


@settings(max_examples=30)
@given(rows=ROWS)
def test_what_goes_in_comes_out(make_database_url: Maker, rows: list[tuple[object, ...]]) -> None:
    names = [column.key for column in EVERYTHING.columns]
    with open_database(make_database_url.again()) as database, database.write() as session:
        EVERYTHING.create(session.connection())
        insert_rows(session, EVERYTHING, rows)
        bulk = session.execute(select(EVERYTHING).order_by(EVERYTHING.c.id)).all()
        session.execute(EVERYTHING.delete())
        if rows:
            session.execute(
                insert(EVERYTHING), [dict(zip(names, row, strict=True)) for row in rows]
            )
        singly = session.execute(select(EVERYTHING).order_by(EVERYTHING.c.id)).all()
        EVERYTHING.drop(session.connection())
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
