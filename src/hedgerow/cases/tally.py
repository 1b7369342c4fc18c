"""How many uploads had which verdict: counted in memory, written now and then.

A process that is killed loses the last seconds of it; what people decide about is never here.
"""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date
from typing import cast

from sqlalchemy import Table

from hedgerow.cases.models import TallyRow
from hedgerow.matching import Answer
from hedgerow.store import Database, insert_for, now

_MAX_CODE = 64


class Tally:
    """The counts of one process. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts: Counter[tuple[date, str, str]] = Counter()
        self._counting = threading.Lock()

    def note(self, answer: Answer) -> None:
        """Count one upload; tests don't count."""
        if answer.test:
            return
        code = str(answer.error["code"])[:_MAX_CODE] if answer.error else ""
        with self._counting:
            self._counts[now().date(), str(answer.verdict), code] += 1

    def flush(self) -> None:
        """Write what was counted since the last time."""
        with self._counting:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            self._write(counts)
        except BaseException:
            with self._counting:
                self._counts += counts
            raise

    def _write(self, counts: Counter[tuple[date, str, str]]) -> None:
        table = cast(Table, TallyRow.__table__)
        key = [table.c.day, table.c.verdict, table.c.code]
        with self._database.write() as session:
            insert = insert_for(session)(table)
            # In one order, so that two processes don't wait for each other.
            for (day, verdict, code), number in sorted(counts.items()):
                session.execute(
                    insert.values(
                        day=day, verdict=verdict, code=code, number=number
                    ).on_conflict_do_update(
                        index_elements=key, set_={"number": table.c.number + number}
                    )
                )
