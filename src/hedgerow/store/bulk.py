"""Inserting many rows at several times the pace of SQLAlchemy's own way.

SQLAlchemy handles every value of every row in Python. Here a statement is compiled once, and
only the columns whose type needs it are converted, whole column by whole column.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

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
    dialect = connection.dialect
    compiled = insert(table).compile(dialect=dialect)
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for number, column in enumerate(table.columns):
        convert = column.type.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None:
            columns[number] = list(map(lru_cache(_REMEMBERED)(convert), columns[number]))
    names = [column.key for column in table.columns]
    if compiled.positional:
        # the compiler's own order, in case it isn't the table's
        places = [names.index(name) for name in compiled.positiontup or ()]
        parameters: Any = list(zip(*(columns[place] for place in places), strict=True))
    else:
        parameters = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    connection.exec_driver_sql(str(compiled), parameters)
