"""Looking at what was uploaded: only in hand, only within limits, and never without a line in the
log that is there before the first byte leaves."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hedgerow.accounts import Person
from hedgerow.cases import breaks, care, leases
from hedgerow.cases.errors import BadDecision, NotNow
from hedgerow.cases.limits import Care, Limits
from hedgerow.cases.models import CaseRow
from hedgerow.store import now, record

MAX_PARTS = 64
"""Parts that a picture is shown in at most."""

MAX_STILLS = 64
"""Stills that a video is shown as at most."""


def open_media(
    session: Session, case_id: int, person: Person, limits: Limits, defaults: Care
) -> int:
    """The number of the upload in the vault, to show a veiled view of it.

    Raises NoSuchCase, NotYours, NotNow, Resting.
    """
    row = _in_hand(session, case_id, person, limits, defaults)
    assert row.object_id is not None
    record(session, "media.opened", f"case:{row.id}", object=row.object_id)
    return row.object_id


def reveal(
    session: Session,
    case_id: int,
    person: Person,
    part: int,
    still: int,
    limits: Limits,
    defaults: Care,
    *,
    colour: bool,
) -> tuple[int, int]:
    """Count and log a look at one part; the numbers of the reveal and of the upload in the vault.

    Raises NoSuchCase, NotYours, NotNow, Resting, BadDecision.
    """
    if not 0 <= part < MAX_PARTS or not 0 <= still < MAX_STILLS:
        raise BadDecision("there is no such part")
    row = _in_hand(session, case_id, person, limits, defaults)
    assert row.object_id is not None
    made = care.reveal(session, person.id, row.id, defaults)
    record(
        session,
        "media.revealed",
        f"case:{row.id}",
        object=row.object_id,
        part=part,
        still=still,
        colour=colour,
    )
    return made.id, row.object_id


def _in_hand(
    session: Session, case_id: int, person: Person, limits: Limits, defaults: Care
) -> CaseRow:
    row = leases.require_held(session, case_id, person, limits)
    if row.object_id is None or row.media_until is None or row.media_until <= now():
        raise NotNow(f"of case {case_id} nothing is kept to look at; decide it on its evidence")
    breaks.begin(session, person.id, care.care_of(session, person.id, defaults))
    return row
