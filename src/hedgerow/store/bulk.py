"""Inserting many rows at several times the pace of SQLAlchemy's own way.

SQLAlchemy handles every value of every row in Python. Here a statement is compiled once, and
only the columns whose type needs it are converted, whole column by whole column. PostgreSQL gets
them by COPY.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hedgerow.store.postgresql import without_details

_REMEMBERED = 256  # converted values of a column; times, labels and sources come in repeats


def insert_rows(session: Session, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows that have a value for each column, in the order of the table's columns.

    Args:
        session: a writing session.
        table: where to.
        rows: the values, hashable, as `insert(table)` would take them; defaults don't apply.
    """
    if not rows:
        return
    connection = session.connection()
    columns = _converted(connection, table, rows)
    if connection.dialect.name == "postgresql":
        _copy(connection, table, zip(*columns, strict=True))
        return
    compiled = insert(table).compile(dialect=connection.dialect)
    names = [column.key for column in table.columns]
    # the compiler's own order, in case it isn't the table's
    places = [names.index(name) for name in compiled.positiontup or ()]
    parameters: Any = list(zip(*(columns[place] for place in places), strict=True))
    connection.exec_driver_sql(str(compiled), parameters)


def _converted(
    connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]
) -> list[Sequence[Any]]:
    dialect = connection.dialect
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for number, column in enumerate(table.columns):
        convert = column.type.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None:
            columns[number] = list(map(lru_cache(_REMEMBERED)(convert), columns[number]))
    return columns


def _copy(connection: Connection, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    quote = connection.dialect.identifier_preparer
    columns = ", ".join(quote.format_column(column) for column in table.columns)
    statement = f"COPY {quote.format_table(table)} ({columns}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        # The driver was called past SQLAlchemy: its errors are made SQLAlchemy's here.
        without_details(error)
        lost = connection.dialect.is_disconnect(error, driver, None)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            statement,
            None,
            error,
            connection.dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=connection.dialect,
        ) from error
