"""How much is banked, and since when. For a person to look at: counting takes a while."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hedgerow.banks.models import ChangeRow, ContentRow, ImportRow, SignalRow
from hedgerow.banks.visible import UNFINISHED


def signal_counts(session: Session) -> dict[str, int]:
    """Return how many signals of each type all banks have."""
    every = select(SignalRow.signal_type, func.count()).group_by(SignalRow.signal_type)
    # All less the staged ones: the first count comes from an index alone.
    staged = (
        every.join(ContentRow, ContentRow.id == SignalRow.content_id)
        .join(ImportRow, ImportRow.id == ContentRow.import_id)
        .where(ImportRow.status == UNFINISHED)
    )
    counts = {row[0]: row[1] for row in session.execute(every)}
    for name, count in session.execute(staged):
        counts[name] -= count
    return counts


def changed_at(session: Session, sequence: int) -> datetime | None:
    """Return when that change was made; None when there is none of this number."""
    return session.execute(
        select(ChangeRow.at).where(ChangeRow.sequence == sequence)
    ).scalar_one_or_none()
