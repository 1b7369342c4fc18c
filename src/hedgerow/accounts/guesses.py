"""Lock-out: after some wrong tries in a row an account is closed for a while, and then for longer.

A try is counted before it is looked at, so that a thousand at once are no more than one after the
other. Nobody (number 0) stands for all logins that nobody has: what happens in the database is the
same for them, and takes as long.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hedgerow.accounts.limits import Limits
from hedgerow.accounts.models import GuessRow
from hedgerow.accounts.rows import WHO
from hedgerow.store import insert_for, record

NOBODY = 0

_MOST_DOUBLINGS = 32
"""More are no longer: `lock_most_minutes` was reached before."""


def begin_try(session: Session, person_id: int, at: datetime, limits: Limits) -> bool:
    """Count a try as wrong; whether it may be looked at. Say `was_right` where it was."""
    row = _locked_row(session, person_id, at)
    row.tries += 1
    if row.locked_until is not None and row.locked_until > at:
        return False
    if at - row.last_at > timedelta(hours=limits.forget_hours):
        row.failures = 0
    row.failures += 1
    row.last_at = at
    row.locked_until = None
    doublings = row.failures - limits.lock_after
    if doublings >= 0:
        minutes = limits.lock_minutes * 2 ** min(doublings, _MOST_DOUBLINGS)
        row.locked_until = at + timedelta(minutes=min(minutes, limits.lock_most_minutes))
    return True


def was_wrong(session: Session, person_id: int, at: datetime, *, looked_at: bool) -> None:
    """Leave a line in the log where a wrong try has closed the account.

    Args:
        session: a writing session.
        person_id, at: as in `begin_try`.
        looked_at: what that said; one that wasn't looked at is ended like any other, for its cost.
    """
    row = _locked_row(session, person_id, at)
    if looked_at and row.locked_until is not None and row.locked_until > at:
        minutes = round((row.locked_until - at).total_seconds() / 60, 1)
        record(
            session,
            "person.locked",
            WHO.format(person_id) if person_id else "",
            failures=row.failures,
            minutes=minutes,
        )


def was_right(session: Session, person_id: int, at: datetime) -> None:
    """Take back that a try was wrong. Those before it still count, until somebody is in."""
    row = _locked_row(session, person_id, at)
    row.failures = max(0, row.failures - 1)
    row.locked_until = None


def forget_guesses(session: Session, person_id: int) -> None:
    """Begin to count anew: somebody is in, or was let in."""
    session.execute(delete(GuessRow).where(GuessRow.person_id == person_id))


def _locked_row(session: Session, person_id: int, at: datetime) -> GuessRow:
    session.execute(
        insert_for(session)(GuessRow)
        .values(person_id=person_id, tries=0, failures=0, last_at=at)
        .on_conflict_do_nothing(index_elements=[GuessRow.person_id])
    )
    query = select(GuessRow).where(GuessRow.person_id == person_id).with_for_update()
    return session.execute(query.execution_options(populate_existing=True)).scalar_one()
