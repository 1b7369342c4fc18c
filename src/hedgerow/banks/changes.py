"""The change feed's writing side: every change of what a bank matches leaves one line.

A change is numbered, or its number held, before anything else happens in its transaction. The
counter's row then is the lock that all of them wait for, so the order of the numbers is the order
of the commits, and a content made in change n has a higher number than any made alone in a change
before n.

What writes takes its locks in one order, or two could wait for each other: this counter, the
bank, the import, the other counters.
"""

from enum import StrEnum

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from hedgerow.banks.models import ChangeRow
from hedgerow.store import allocate, hold, now

SEQUENCE = "change"
BANK = "bank"
CONTENT = "content"
IMPORT = "import"


class Op(StrEnum):
    """What changed.

    `add`: contents `first_content_id` to `last_content_id` of a bank are there: those with the
    change's `import_id`, as the numbers of an import interleave with those of others. Which of
    them are still there, and their signals, is read from the contents. `remove`: one content is
    gone. `remove_bank`: a bank and all in it are gone. `configure`: a bank was made, or its name,
    action, thresholds or description changed. `forget`: the bank has no signals of the change's
    `signal_type` any more, while the contents stay.
    """

    ADD = "add"
    REMOVE = "remove"
    REMOVE_BANK = "remove_bank"
    CONFIGURE = "configure"
    FORGET = "forget"


def next_sequence(session: Session) -> int:
    """Take the number of the next change, and with it the lock of all changes."""
    return allocate(session, SEQUENCE)


def wait_for_others(session: Session) -> None:
    """Take the lock of all changes, but no number: there may be nothing to change."""
    hold(session, SEQUENCE)


def record(
    session: Session,
    sequence: int,
    op: Op,
    bank_id: int,
    first: int | None = None,
    last: int | None = None,
    import_id: int | None = None,
    signal_type: str | None = None,
) -> None:
    """Write the line of a change whose number was taken at the transaction's beginning."""
    session.execute(
        insert(ChangeRow).values(
            sequence=sequence,
            op=op,
            bank_id=bank_id,
            first_content_id=first,
            last_content_id=first if last is None else last,
            import_id=import_id,
            at=now(),
            signal_type=signal_type,
        )
    )


def latest(session: Session) -> int:
    """Return the number of the last change, 0 when there was none."""
    return session.execute(select(func.max(ChangeRow.sequence))).scalar_one() or 0


def mark(session: Session, sequence: int) -> str:
    """Return what tells this change from another with its number; "" when there is none.

    In a database that was put back to an older state and changed, a number comes twice; the time
    of the change doesn't.
    """
    row = session.execute(
        select(
            ChangeRow.at,
            ChangeRow.op,
            ChangeRow.bank_id,
            ChangeRow.first_content_id,
            ChangeRow.last_content_id,
            ChangeRow.import_id,
        ).where(ChangeRow.sequence == sequence)
    ).one_or_none()
    return "" if row is None else " ".join(map(str, row))
