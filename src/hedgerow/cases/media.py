"""Uploads that were kept for long enough are destroyed, and their case says so."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from hedgerow.cases.models import CaseRow
from hedgerow.cases.rows import add_event
from hedgerow.store import Database, MediaVault, NoSuchObject, destroy_object, now

_PORTION = 10
"""Few at a time: each leaves a line in the log, for which everybody else waits."""

_log = logging.getLogger(__name__)


def forget_due(database: Database, vault: MediaVault | None) -> int:
    """Destroy uploads whose time is over, also where no vault is set any more; returns how many."""
    destroyed = 0
    while portion := _forget_some(database):
        destroyed += portion
    if vault is not None:
        vault.sweep(now())  # their bytes, and what a process that was killed has left
    return destroyed


def _forget_some(database: Database) -> int:
    with database.write() as session:
        due = (
            select(CaseRow)
            .where(CaseRow.media_until <= now())
            .order_by(CaseRow.media_until)
            .limit(_PORTION)
            .with_for_update(skip_locked=True)
        )
        rows = session.execute(due).scalars().all()
        destroy(session, rows, "its time was over")
        return len(rows)


def destroy(session: Session, rows: Sequence[CaseRow], why: str) -> None:
    """Destroy what is kept of these cases, which are locked; each leaves a line in the log."""
    gone = []
    for row in rows:
        if row.object_id is not None:
            gone.append(row.object_id)
        if row.media_until is not None:
            add_event(session, row.id, "media_gone", None)
        row.object_id = row.media_until = None
    for object_id in gone:
        try:
            destroy_object(session, object_id, why)
        except NoSuchObject:
            # Destroyed some other way; the others are not to be kept for that.
            _log.warning("media object %d was gone before: %s", object_id, why)
