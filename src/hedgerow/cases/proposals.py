"""What a dispute proposes, and what a lead makes of it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hedgerow.accounts import Person
from hedgerow.banks import Banks, Kind
from hedgerow.cases import leases, numbers, training
from hedgerow.cases.errors import BadDecision, NoSuchProposal, NotYours
from hedgerow.cases.figures import Consequence
from hedgerow.cases.limits import Limits
from hedgerow.cases.models import CaseRow, ProposalRow
from hedgerow.cases.records import Outcome, Proposal, Propose, Settled
from hedgerow.cases.rows import add_event
from hedgerow.signals import Comparison, Signal, signal_type
from hedgerow.store import as_reason, now, record

_OPEN, _ACCEPTED, _REJECTED = "open", "accepted", "rejected"
_SHOWN = 200
_SETTLED_SHOWN = 50


def propose(
    session: Session, row: CaseRow, person: Person, kind: Propose, bits: int | None
) -> None:
    """Put a proposal before a lead. Raises BadDecision where this match allows none.

    bits: of a threshold, the match's distance less one where none is given.
    """
    proposed = None
    if kind is Propose.THRESHOLD:
        if signal_type(row.signal_type).comparison is not Comparison.HAMMING or row.distance == 0:
            raise BadDecision("no threshold would have spared this match: it is the same hash")
        proposed = row.distance - 1 if bits is None else bits
        if not 0 <= proposed < row.distance:
            most = row.distance - 1
            raise BadDecision(f"a threshold of 0 to {most} bits would have spared this match")
    session.add(
        ProposalRow(
            kind=kind,
            case_id=row.id,
            proposed=proposed,
            person_id=person.id,
            at=now(),
            state=_OPEN,
            settled_why="",
        )
    )
    bits_told = "" if proposed is None else str(proposed)
    add_event(session, row.id, "proposed", person.id, bits_told)


def listed(session: Session) -> tuple[Proposal, ...]:
    """The open proposals, oldest first, with what the numbers say of each."""
    query = (
        select(ProposalRow, CaseRow)
        .join(CaseRow, CaseRow.id == ProposalRow.case_id)
        # Before it is decided, a proposal would tell the next person what was said.
        .where(ProposalRow.state == _OPEN, CaseRow.outcome == Outcome.DISPUTED)
        .order_by(ProposalRow.id)
        .limit(_SHOWN)
    )
    found = session.execute(query).all()
    # Once for each bank and type: it counts all that was ever decided there.
    asked = {(case.bank_id, case.signal_type) for _row, case in found}
    known = {each: numbers.consequences(session, *each) for each in asked}
    return tuple(_record(row, case, known[case.bank_id, case.signal_type]) for row, case in found)


def settled(session: Session) -> tuple[Settled, ...]:
    """What became of the proposals that were settled last, the latest first."""
    query = (
        select(ProposalRow, CaseRow)
        .join(CaseRow, CaseRow.id == ProposalRow.case_id)
        # Of what is judged anew, nobody is told what was said of it before.
        .where(ProposalRow.settled_at.is_not(None), CaseRow.outcome.is_not(None))
        .order_by(ProposalRow.settled_at.desc())
        .limit(_SETTLED_SHOWN)
    )
    return tuple(_as_settled(row, case) for row, case in session.execute(query))


def _as_settled(row: ProposalRow, case: CaseRow) -> Settled:
    assert row.settled_by is not None
    assert row.settled_at is not None
    return Settled(
        id=row.id,
        kind=Propose(row.kind),
        case_id=case.id,
        bank=case.bank,
        signal_type=case.signal_type,
        proposed=row.proposed,
        person_id=row.person_id,
        at=row.at,
        state=row.state,
        by=row.settled_by,
        settled_at=row.settled_at,
        why=row.settled_why,
    )


def _record(row: ProposalRow, case: CaseRow, known: tuple[Consequence, ...]) -> Proposal:
    keeps, loses, spares = _effect(known, row.proposed)
    return Proposal(
        id=row.id,
        kind=Propose(row.kind),
        case_id=case.id,
        bank_id=case.bank_id,
        bank=case.bank,
        signal_type=case.signal_type,
        threshold=case.threshold,
        proposed=row.proposed,
        keeps=keeps,
        loses=loses,
        spares=spares,
        person_id=row.person_id,
        at=row.at,
        state=row.state,
    )


def _effect(known: tuple[Consequence, ...], proposed: int | None) -> tuple[int, int, int]:
    """Confirmed matches that it keeps and loses, and disputed ones that it spares people."""
    if proposed is None:
        return 0, 0, 0
    keeps = sum(each.confirmed for each in known if each.distance <= proposed)
    loses = sum(each.confirmed for each in known if each.distance > proposed)
    return keeps, loses, sum(each.disputed for each in known if each.distance > proposed)


def accept(
    session: Session, banks: Banks, lead: Person, proposal_id: int, bank: str | None
) -> None:
    """Do what was proposed. Raises NoSuchProposal, NotYours, BadDecision, and what banks refuse."""
    row, case = _settled(session, lead, proposal_id, _ACCEPTED, "")
    if row.kind == Propose.THRESHOLD:
        name = _bank_name(banks, case)
        present = banks.get(name).thresholds.get(case.signal_type)
        if present is not None and row.proposed is not None and row.proposed >= present:
            raise BadDecision(f"{name} matches within {present} bits already; reject the proposal")
        banks.update(name, thresholds={case.signal_type: row.proposed})
    else:
        if bank is None or banks.get(bank).kind is not Kind.NEGATIVE:
            raise BadDecision("name a bank of known false positives (kind negative) to put it in")
        banks.add_content(
            bank,
            [Signal(case.signal_type, case.value)],
            note=f"disputed in case {case.id}",
            source="review",
            reference=f"case {case.id}",
        )
    _log(session, row)


def reject(session: Session, lead: Person, proposal_id: int, why: str, limits: Limits) -> None:
    """Leave things as they are. Raises NoSuchProposal, NotYours, BadDecision."""
    why = leases.checked_text("why", why, limits)
    row, _ = _settled(session, lead, proposal_id, _REJECTED, why)
    _log(session, row)


def _settled(
    session: Session, lead: Person, proposal_id: int, state: str, why: str
) -> tuple[ProposalRow, CaseRow]:
    row = session.get(ProposalRow, proposal_id, with_for_update=True)
    if row is None or row.state != _OPEN:
        raise NoSuchProposal(proposal_id)
    # It changes what is found for everybody: nobody decides that alone.
    if state == _ACCEPTED and row.person_id == lead.id:
        raise NotYours("somebody else has to accept what you proposed")
    case = session.get(CaseRow, row.case_id)
    assert case is not None
    # Otherwise it is listed to nobody, as it would tell what was said.
    if case.outcome != Outcome.DISPUTED:
        raise NoSuchProposal(proposal_id)
    if not training.may_see(session, case.bank_id, lead):
        raise NotYours(f"the proposal can't be settled by you: {training.WHY_NOT}")
    row.state, row.settled_by, row.settled_why = state, lead.id, why
    row.settled_at = now()
    add_event(session, case.id, state, lead.id, why)
    return row, case


def _bank_name(banks: Banks, case: CaseRow) -> str:
    """The bank's present name: it may have another by now."""
    for bank in banks.list():
        if bank.id == case.bank_id:
            return bank.name
    raise BadDecision(f"the bank {case.bank} is gone; reject the proposal")


def _log(session: Session, row: ProposalRow) -> None:
    record(
        session,
        f"proposal.{row.state}",
        f"proposal:{row.id}",
        why=as_reason(row.settled_why),
        kind=row.kind,
        case=row.case_id,
    )
