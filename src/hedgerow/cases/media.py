"""Uploads that were kept for long enough are destroyed, and their case says so."""

from __future__ import annotations

from sqlalchemy import select

from hedgerow.cases.models import CaseRow
from hedgerow.cases.rows import add_event
from hedgerow.store import Database, MediaVault, now

_PORTION = 100


def forget_due(database: Database, vault: MediaVault) -> int:
    """Destroy uploads whose time is over; returns how many."""
    destroyed = 0
    while portion := _forget_some(database, vault):
        destroyed += portion
    vault.sweep(now())  # what a process that was killed has left
    return destroyed


def _forget_some(database: Database, vault: MediaVault) -> int:
    with database.write() as session:
        due = (
            select(CaseRow)
            .where(CaseRow.media_until <= now())
            .order_by(CaseRow.media_until)
            .limit(_PORTION)
            .with_for_update(skip_locked=True)
        )
        rows = session.execute(due).scalars().all()
        for row in rows:
            assert row.object_id is not None
            vault.destroy(session, row.object_id, "its time was over")
            row.object_id = row.media_until = None
            add_event(session, row.id, "media_gone", None)
        return len(rows)
