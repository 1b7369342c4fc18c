"""How a bank's cases are reviewed: by whom, what needs a second person, whether media are kept."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hedgerow.accounts import Person
from hedgerow.cases.errors import BadDecision
from hedgerow.cases.models import PolicyRow
from hedgerow.cases.records import ReviewPolicy
from hedgerow.store import record, set_row

DEFAULTS = 0
"""The number that stands for all banks without a policy of their own."""

MAX_HOURS = 24 * 365


def policy_of(session: Session, bank_id: int) -> ReviewPolicy:
    """The policy that counts for a bank."""
    known = policies(session)
    return known.get(bank_id, known[DEFAULTS])


def policies(session: Session) -> dict[int, ReviewPolicy]:
    """All policies by bank number; always with the one of `DEFAULTS`."""
    rows = session.execute(select(PolicyRow)).scalars()
    found = {row.bank_id: _record(row) for row in rows}
    return {DEFAULTS: ReviewPolicy(DEFAULTS)} | found


def set_policy(session: Session, lead: Person | None, policy: ReviewPolicy) -> None:
    """Let this count for its bank from now on; None: by the service itself. Raises BadDecision."""
    if not 0 <= policy.keep_media_hours <= MAX_HOURS:
        raise BadDecision(f"media can be kept for 0 to {MAX_HOURS} hours")
    set_row(session, PolicyRow(**vars(policy)))
    by = {} if lead is None else {"lead": lead.id}
    record(
        session,
        "policy.set",
        f"bank:{policy.bank_id}",
        why="",
        second_for_confirm=policy.second_for_confirm,
        second_for_dispute=policy.second_for_dispute,
        keep_media_hours=policy.keep_media_hours,
        trained=policy.trained,
        **by,
    )


def clear_policy(session: Session, lead: Person, bank_id: int) -> None:
    """Let the defaults count for a bank again."""
    session.execute(delete(PolicyRow).where(PolicyRow.bank_id == bank_id))
    record(session, "policy.cleared", f"bank:{bank_id}", lead=lead.id)


def _record(row: PolicyRow) -> ReviewPolicy:
    return ReviewPolicy(
        row.bank_id,
        row.second_for_confirm,
        row.second_for_dispute,
        row.keep_media_hours,
        row.trained,
    )
