"""The change feed as the index follows it: numbers and codes, nothing of banks.

Each step is read in a short transaction of its own. It doesn't matter that the contents are read
later than the line of the feed that speaks of them: contents never change and their numbers are
never used again, so what is missing by then was removed in a change that is still to come, and
removing it again does no harm. This is also why the changes of many lines can be told in one
step, and additions and removals within it in any order.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hedgerow.banks import changes
from hedgerow.banks.changes import Op
from hedgerow.banks.keys import CONTENT_BITS, bank_range, content_range
from hedgerow.banks.models import ChangeRow, ContentRow, SignalRow
from hedgerow.banks.visible import visible
from hedgerow.store import Database

if TYPE_CHECKING:
    # Where it is needed it is imported late: loading the index's kernels takes a second, which
    # who only looks at a bank needn't wait for.
    from hedgerow.index import Codes, Keys, Step

    Added = tuple[Codes, Keys]

STEP_CODES = 50_000
"""Most codes in one step."""

STEP_CHANGES = 5_000
"""Most lines of the feed read for one step."""


class Change(NamedTuple):
    """A line of the feed; `first` and `last` are 0 where no content is meant."""

    sequence: int
    op: str
    bank_id: int
    first: int
    last: int
    import_id: int | None
    signal_type: str | None = None


class Run(NamedTuple):
    """Contents of neighbouring numbers that were added alone, or the contents of one import."""

    first: int
    last: int
    import_id: int | None


class SignalFeed:
    """The changes to the banked signals of one type, for an index to follow.

    Args:
        database: where the banks are.
        signal_type: a type whose values are 64 hexadecimal digits, such as "pdq".
    """

    def __init__(self, database: Database, signal_type: str) -> None:
        self.database = database
        self.signal_type = signal_type

    def latest(self) -> int:
        """Return the number of the last change, 0 when there was none."""
        with self.database.read() as session:
            return changes.latest(session)

    def mark(self, sequence: int) -> str:
        """Tell this change from any other that might carry its number; "" where there is none."""
        with self.database.read() as session:
            return changes.mark(session, sequence)

    def since(self, sequence: int) -> "Iterator[Step]":
        """Tell all changes after `sequence` (0: from the beginning), up to the latest one.

        The steps come in the order of their sequences. Of a change with more codes than fit in
        a step, only the last part carries its sequence; the parts before it carry that of the
        last change told in full.
        """
        from hedgerow.index import Step

        end = self.latest()
        while sequence < end:
            page = self._changes(sequence, end)
            last: Added | None = None
            for part in self._added(page):
                if last is not None:
                    yield Step(sequence, last)
                last = part
            sequence = page[-1].sequence
            yield Step(sequence, last, _removed(page, self.signal_type))

    def _changes(self, after: int, end: int) -> list[Change]:
        query = (
            select(
                ChangeRow.sequence,
                ChangeRow.op,
                ChangeRow.bank_id,
                ChangeRow.first_content_id,
                ChangeRow.last_content_id,
                ChangeRow.import_id,
                ChangeRow.signal_type,
            )
            .where(ChangeRow.sequence > after, ChangeRow.sequence <= end)
            .order_by(ChangeRow.sequence)
            .limit(STEP_CHANGES)
        )
        with self.database.read() as session:
            rows = session.execute(query).all()
        return [
            Change(sequence, op, bank_id, first or 0, last or 0, import_id, signal_type)
            for sequence, op, bank_id, first, last, import_id, signal_type in rows
        ]

    def _added(self, page: Sequence[Change]) -> "Iterator[Added]":
        """Give the codes and keys of what the changes added and is still there, in portions."""
        from hedgerow.index import codes_from_hex

        values: list[str] = []
        keys: list[int] = []
        for run in runs(page):
            after = run.first - 1
            while after < run.last:
                with self.database.read() as session:
                    rows = self._contents(session, run, after, STEP_CODES - len(keys))
                values.extend([value for _, _, value in rows])
                keys.extend([bank << CONTENT_BITS | content for content, bank, _ in rows])
                full = len(keys) == STEP_CODES
                after = rows[-1][0] if full else run.last
                if full:
                    yield codes_from_hex(values), np.array(keys, np.int64)
                    values, keys = [], []
        if keys:
            yield codes_from_hex(values), np.array(keys, np.int64)

    def _contents(
        self, session: Session, run: Run, after: int, most: int
    ) -> Sequence[tuple[int, int, str]]:
        query = (
            select(ContentRow.id, ContentRow.bank_id, SignalRow.value)
            .join(SignalRow, SignalRow.content_id == ContentRow.id)
            .where(*of_run(run, after), SignalRow.signal_type == self.signal_type, visible())
            .order_by(ContentRow.id)
            .limit(most)
        )
        return session.execute(query).all()


def of_run(run: Run, after: int) -> tuple[ColumnElement[bool], ...]:
    """Tell the contents of a run with higher numbers than `after`."""
    return (
        ContentRow.id > after,
        ContentRow.id <= run.last,
        ContentRow.import_id.is_(None)
        if run.import_id is None
        else ContentRow.import_id == run.import_id,
    )


def _removed(page: Sequence[Change], signal_type: str) -> list[tuple[int, int]]:
    removed = []
    for change in page:
        if change.op == Op.REMOVE:
            removed.append(content_range(change.bank_id, change.first))
        elif change.op == Op.REMOVE_BANK or (
            change.op == Op.FORGET and change.signal_type == signal_type
        ):
            removed.append(bank_range(change.bank_id))
    return removed


def runs(page: Sequence[Change]) -> list[Run]:
    """Join contents that were added one after the other, so that few queries read them all."""
    runs: list[Run] = []
    for change in page:
        if change.op != Op.ADD:
            continue
        joins = (
            runs
            and change.import_id is None
            and runs[-1].import_id is None
            and change.first == runs[-1].last + 1
        )
        if joins:
            runs[-1] = runs[-1]._replace(last=change.last)
        else:
            runs.append(Run(change.first, change.last, change.import_id))
    return runs
