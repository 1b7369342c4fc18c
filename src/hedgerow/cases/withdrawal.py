"""What nobody decides any more, as the person in the picture took it back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hedgerow.cases import decisions, leases, media, urgency
from hedgerow.cases.limits import Limits
from hedgerow.cases.models import CaseRow
from hedgerow.cases.records import Outcome, Status
from hedgerow.cases.rows import add_event
from hedgerow.cases.webhooks import emit
from hedgerow.store import now, record


def withdraw(
    session: Session,
    contents: Collection[tuple[int, int]],
    remove: Callable[[], object],
    limits: Limits,
) -> int:
    """End the undecided cases about these contents, each a bank's number and its own; returns how
    many that were.

    remove: takes the contents out. Between what locks cases and deliveries, which would keep
    everybody waiting after a line in the log, and those lines.
    """
    rows = session.execute(
        select(CaseRow)
        .where(
            CaseRow.content_id.in_({content_id for _, content_id in contents}),
            # As expressions that no index has: SQLite would go through all that wait.
            func.coalesce(CaseRow.bank_id, 0).in_({bank_id for bank_id, _ in contents}),
            func.coalesce(CaseRow.status, "") != Status.DECIDED,
        )
        .order_by(CaseRow.id)
        .with_for_update()
    )
    ended = rows.scalars().all()
    for row in ended:
        _end(session, row, limits)
        emit(session, "case.decided", decisions.told(session, row, limits))
    remove()
    media.destroy(session, ended, "the person in the picture took it back")
    for row in ended:
        record(session, "case.withdrawn", f"case:{row.id}", bank=row.bank_id)
    return len(ended)


def _end(session: Session, row: CaseRow, limits: Limits) -> None:
    leases.drop(row)
    row.status = Status.DECIDED
    row.outcome = Outcome.WITHDRAWN
    row.decided_at = row.waiting_since = now()
    row.assigned_to = row.held_until = None
    row.held_why = ""
    # The same file may match what somebody else has in this bank: that is another case.
    row.same = sha256(f"withdrawn {row.id}".encode()).digest()
    row.rank = urgency.rank_of(row, limits)
    add_event(session, row.id, "withdrawn", None)
