"""Uploads that matched become cases; copies of the same thing become one.

The same thing is the same file, or, matching the same banked content, an upload whose hash is
within `Limits.copies_within` bits of the case's first one. A copy of what was decided takes over
that decision: nobody looks twice. Of what was disputed only the very same file does, and of what
was withdrawn, what matches the same content: it was found before that was taken back. Which bank
matched is part of what a case is about, so a decision about one bank says nothing about another.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hedgerow.banks import contents_by_id
from hedgerow.cases import finding, leases, policies, urgency
from hedgerow.cases.errors import BadDecision
from hedgerow.cases.identity import same_thing
from hedgerow.cases.limits import Intake, Limits
from hedgerow.cases.models import CaseRow, CopyRow, EvidenceRow
from hedgerow.cases.records import Context, Outcome, Reason, Received, Status
from hedgerow.cases.rows import add_event, context_values
from hedgerow.cases.webhooks import emit
from hedgerow.matching import Answer, Match, Verdict
from hedgerow.store import Deposit, VaultProblem, allocate, now, record

_log = logging.getLogger(__name__)

_COUNTER = "case"
_CANDIDATES = 500
"""Of one banked content, the latest cases that an upload is compared with."""

_CODE = re.compile(r"[0-9a-f]{64}")


class NotInVault(Exception):
    """The upload is to be kept, and nobody has tried to put it into the vault yet."""


@dataclass
class Vaulted:
    """An upload's file and the vault. tried: to put it there. deposit: None where it isn't."""

    tried: bool
    deposit: Deposit | None = None


def is_for_people(answer: Answer, intake: Intake) -> bool:
    """Whether an upload with this answer is to become a case, or a copy of one."""
    if not intake.enabled or not answer.matches:
        return False
    if answer.test:
        return intake.tests
    return answer.verdict in (Verdict.BLOCK, Verdict.REVIEW) or intake.record


def checked(context: Context, limits: Limits) -> Context:
    """The context, fit to be shown. Raises BadDecision where a value is too long.

    Nothing else of it is refused: what uploaders call themselves keeps no upload from being looked
    at. Spaces stay, as the platform is told its own words again.
    """
    texts: dict[str, Any] = {}
    for name, value in vars(context).items():
        if not isinstance(value, str):
            continue
        if len(value) > limits.max_text:
            raise BadDecision(f"{name}: at most {limits.max_text} characters")
        texts[name] = leases.shown(value)
    return replace(context, **texts)


def is_to_keep(session: Session, answer: Answer, facts: Mapping[str, Any], limits: Limits) -> bool:
    """Whether the upload's file would be kept for review, as things are now."""
    lead = answer.matches[0]
    if not facts.get("media") or not policies.policy_of(session, lead.bank_id).keep_media_hours:
        return False
    return _find(session, _same_thing(answer, lead), lead, limits.copies_within) is None


def receive(
    session: Session,
    answer: Answer,
    facts: Mapping[str, Any],
    context: Context,
    limits: Limits,
    vaulted: Vaulted | None = None,
) -> Received:
    """Open a case for an upload that matched, or add it to the one that it is a copy of.

    `session` is writing. facts: of the file, as the answer gives them: media, width, height.
    vaulted: its bytes, which are kept only where `is_to_keep` still holds; None where there is no
    file, or no vault for it. Raises NotInVault.
    """
    # From here on, one at a time: two copies that come in at once are to find each other.
    number = allocate(session, _COUNTER)
    lead = answer.matches[0]
    same = _same_thing(answer, lead)
    row = _find(session, same, lead, limits.copies_within, locked=True)
    if row is not None:
        return _add_copy(session, row, same, lead, context, limits)
    row = _open(session, number, same, answer, facts, limits)
    _keep_copy(session, row, lead, context, same_file=True)
    if vaulted is not None:
        _keep_media(session, row, vaulted)
    emit(session, "case.opened", _told(row, context))
    record(session, "case.opened", f"case:{row.id}", bank=row.bank_id, content=row.content_id)
    return Received(row.id, True, Status(row.status), None)


def _same_thing(answer: Answer, lead: Match) -> bytes:
    told = {"signal_type": lead.signal_type, "value": lead.value}
    return same_thing(answer.signals, lead.bank_id, told)


def _find(
    session: Session, same: bytes, lead: Match, within: int, *, locked: bool = False
) -> CaseRow | None:
    """The case of the same file or, next, of the nearest of nearly the same pictures."""
    same_file = select(CaseRow).where(CaseRow.same == same)
    if locked:
        same_file = same_file.with_for_update()
    found = session.execute(same_file).scalar_one_or_none()
    if found is not None or not _CODE.fullmatch(lead.value):
        return found
    rows = session.execute(
        select(CaseRow.id, CaseRow.value)
        .where(
            CaseRow.content_id == lead.content_id,
            CaseRow.bank_id == lead.bank_id,
            CaseRow.signal_type == lead.signal_type,
            # Hashes can be aimed at: what only resembles a mistake is looked at for itself.
            func.coalesce(CaseRow.outcome, "") != Outcome.DISPUTED,
        )
        .order_by(CaseRow.id.desc())
        .limit(_CANDIDATES)
    )
    code = int(lead.value, 16)
    near = [
        ((code ^ int(value, 16)).bit_count(), case_id)
        for case_id, value in rows
        if _CODE.fullmatch(value)
    ]
    distance, case_id = min(near, default=(within + 1, 0))
    if distance > within:
        return None
    row = session.get(CaseRow, case_id, with_for_update=locked or None)
    # It may have been disputed while it was waited for.
    return None if row is None or row.outcome == Outcome.DISPUTED else row


def _open(
    session: Session,
    number: int,
    same: bytes,
    answer: Answer,
    facts: Mapping[str, Any],
    limits: Limits,
) -> CaseRow:
    lead, at = answer.matches[0], now()
    row = CaseRow(
        id=number,
        status=Status.WAITING,
        resumes=Status.WAITING,
        reason=Reason.MATCH,
        review=1,
        outcome=None,
        same=same,
        bank_id=lead.bank_id,
        bank=lead.bank,
        action=lead.action or "",
        content_id=lead.content_id,
        labels=list(lead.labels),
        category=lead.labels[0] if lead.labels else "",
        signal_type=lead.signal_type,
        value=lead.value,
        distance=lead.distance,
        threshold=lead.threshold,
        transform=lead.transform,
        copies=1,
        rank=0,
        opened_at=at,
        waiting_since=at,
        held_why="",
        media=str(facts.get("media") or ""),
        test=answer.test,
    )
    row.rank = urgency.rank_of(row, limits)
    session.add(row)
    session.flush()
    session.add(EvidenceRow(case_id=row.id, answer=answer.as_json() | dict(facts)))
    add_event(session, row.id, "opened", None)
    return row


def _add_copy(
    session: Session, row: CaseRow, same: bytes, lead: Match, context: Context, limits: Limits
) -> Received:
    row.copies += 1
    row.rank = urgency.rank_of(row, limits)
    _follow_content(session, row, lead)
    if row.copies <= limits.max_copies_kept:
        _keep_copy(session, row, lead, context, same_file=row.same == same)
    emit(session, "case.copied", _told(row, context))
    outcome = None if row.outcome is None else Outcome(row.outcome)
    return Received(row.id, False, Status(row.status), outcome)


def _follow_content(session: Session, row: CaseRow, lead: Match) -> None:
    """Let the case be about what its file matches now, where what it matched before is gone.

    As when somebody has taken their picture back and protects it anew: what is found is to be told
    to them.
    """
    if row.content_id != lead.content_id and not contents_by_id(session, [row.content_id]):
        row.content_id = lead.content_id


def _keep_copy(
    session: Session, row: CaseRow, lead: Match, context: Context, *, same_file: bool
) -> None:
    session.add(
        CopyRow(
            case_id=row.id,
            seen_at=now(),
            same_file=same_file,
            distance=lead.distance,
            context=context_values(context),
        )
    )
    finding.keep(session, row.id, context)


def _keep_media(session: Session, row: CaseRow, vaulted: Vaulted) -> None:
    """Keep the upload for review, where the bank's policy says so: it may have changed by now."""
    hours = policies.policy_of(session, row.bank_id).keep_media_hours
    if not hours or not row.media:
        return
    if not vaulted.tried:
        raise NotInVault
    until = now() + timedelta(hours=hours)
    try:
        if vaulted.deposit is not None:
            row.object_id = vaulted.deposit.keep(
                session, subject=f"case:{row.id}", kind=row.media, keep_until=until
            )
    except VaultProblem as problem:
        _log.error("the upload of case %d can't be kept for review: %s", row.id, problem)
    if row.object_id is None:
        add_event(session, row.id, "media_not_kept", None)
    else:
        row.media_until = until


def _told(row: CaseRow, context: Context) -> dict[str, Any]:
    """What the platform is told of a case; it has no hash and no picture."""
    return {
        "case": row.id,
        "status": row.status,
        "outcome": row.outcome,
        "verdict": row.action,
        "bank": row.bank,
        "category": row.category,
        "copies": row.copies,
        "test": row.test,
        "context": context_values(context),
    }
