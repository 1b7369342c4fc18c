"""What nobody decides any more, as the person in the picture took it back.

An upload may have matched other contents, too: of somebody else who protects nearly the same
picture, or of another bank. Taking one back must never let go what another still stops.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from hedgerow.banks import contents_by_id
from hedgerow.banks import policies as bank_policies
from hedgerow.cases import decisions, leases, media, urgency
from hedgerow.cases.identity import same_thing
from hedgerow.cases.limits import Limits
from hedgerow.cases.models import CaseRow, EvidenceRow
from hedgerow.cases.records import Outcome, Status
from hedgerow.cases.rows import add_event
from hedgerow.cases.webhooks import emit
from hedgerow.store import now, record

_MANY = 20
"""Matches of one upload; the evidence of one with more may not have them all."""


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
            *_about(contents),
            # As an expression that no index has: SQLite would go through all that wait.
            func.coalesce(CaseRow.status, "") != Status.DECIDED,
        )
        .order_by(CaseRow.id)
        .with_for_update()
    )
    gone = {content_id for _, content_id in contents}
    ended = [row for row in rows.scalars().all() if not _goes_on(session, row, gone, limits)]
    for row in ended:
        _end(session, row, limits)
        emit(session, "case.decided", decisions.told(session, row, limits))
    _forget_hashes(session, contents)
    remove()
    media.destroy(session, ended, "the person in the picture took it back")
    for row in ended:
        record(session, "case.withdrawn", f"case:{row.id}", bank=row.bank_id)
    return len(ended)


def hold(session: Session, contents: Collection[tuple[int, int]]) -> None:
    """Lock the cases about these contents, ahead of what leaves lines in the log."""
    session.execute(
        select(CaseRow.id).where(*_about(contents)).order_by(CaseRow.id).with_for_update()
    )


def move(session: Session, old: tuple[int, int], new: tuple[int, int], *, undecided: bool) -> None:
    """Let the cases about one content be about another in its place, which is of the same picture.

    undecided: those alone. To be called after `hold`.
    """
    which = [*_about([old]), *([CaseRow.status != Status.DECIDED] if undecided else ())]
    session.execute(update(CaseRow).where(*which).values(content_id=new[1]))


def _about(contents: Collection[tuple[int, int]]) -> tuple[ColumnElement[bool], ...]:
    return (
        CaseRow.content_id.in_({content_id for _, content_id in contents}),
        # As an expression that no index has: SQLite would go through all of the bank.
        func.coalesce(CaseRow.bank_id, 0).in_({bank_id for bank_id, _ in contents}),
    )


def _goes_on(session: Session, row: CaseRow, gone: Collection[int], limits: Limits) -> bool:
    """Whether the upload matched something else that is still banked; the case is about that then.

    Where it matched very many, not all of them may be in the evidence: a person decides.
    """
    evidence = session.get(EvidenceRow, row.id)
    matches = [] if evidence is None else evidence.answer.get("matches", [])
    if len(matches) > _MANY:
        return True
    others = [each for each in matches if each["content_id"] not in gone]
    living = contents_by_id(session, [each["content_id"] for each in others])
    for match in others:
        content = living.get(match["content_id"])
        if content is not None and _moved(session, row, match, content.bank_id, limits):
            return True
    return False


def _moved(
    session: Session, row: CaseRow, match: Mapping[str, Any], bank_id: int, limits: Limits
) -> bool:
    """Let a case be about another match of its upload; False where that is a case already."""
    bank = bank_policies(session)[bank_id]
    if bank.action is None or bank.test:
        return False
    if bank_id != row.bank_id:
        evidence = session.get(EvidenceRow, row.id)
        assert evidence is not None
        same = same_thing(evidence.answer.get("signals", {}), bank_id, match)
        if session.execute(select(CaseRow.id).where(CaseRow.same == same)).first():
            return False
        row.same = same
    labels = list(match.get("labels", ()))
    row.bank_id, row.bank, row.action = bank_id, bank.name, str(bank.action)
    row.content_id, row.signal_type = match["content_id"], match["signal_type"]
    row.value, row.transform = match["value"], match["transform"]
    row.distance, row.threshold = match["distance"], match["threshold"]
    row.labels, row.category = labels, labels[0] if labels else ""
    # What was said before was said of another match.
    row.review += 1
    row.status = row.resumes = Status.WAITING
    row.assigned_to = row.held_until = None
    row.held_why = ""
    leases.drop(row)
    row.rank = urgency.rank_of(row, limits)
    add_event(session, row.id, "moved", None)
    return True


def _forget_hashes(session: Session, contents: Collection[tuple[int, int]]) -> None:
    """Take what is gone out of the evidence of every case about it, decided ones too."""
    gone = {content_id for _, content_id in contents}
    query = (
        select(EvidenceRow)
        .join(CaseRow, CaseRow.id == EvidenceRow.case_id)
        .where(*_about(contents))
    )
    for evidence in session.execute(query).scalars():
        matches = [
            each | {"banked_value": ""} if each["content_id"] in gone else each
            for each in evidence.answer.get("matches", [])
        ]
        evidence.answer = {**evidence.answer, "matches": matches}
    session.flush()


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
