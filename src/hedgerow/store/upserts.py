"""Setting a row, whether it is there already or not."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from hedgerow.store.base import Base
from hedgerow.store.counters import insert_for


def set_row(session: Session, row: Base) -> None:
    """Write a row in place of the one with its key, if there is one.

    In one statement: two that set it at once may both find that there is none yet. What the
    session knows of the old row stays as it was.
    """
    table = cast(Table, row.__table__)
    values = {column.key: getattr(row, column.key) for column in table.columns}
    keys = list(table.primary_key)
    rest = {name: value for name, value in values.items() if not table.c[name].primary_key}
    session.execute(
        insert_for(session)(table)
        .values(values)
        .on_conflict_do_update(index_elements=keys, set_=rest)
    )
