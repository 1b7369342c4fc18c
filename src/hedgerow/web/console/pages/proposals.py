"""Proposals that came with disputes: a lead accepts or rejects them, with the numbers in view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.banks import Bank, BanksProblem, Kind
from hedgerow.cases import CasesProblem, Proposal, Settled
from hedgerow.web.changing import change
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence

_HERE = "/console/proposals"


class _Listed(NamedTuple):
    proposals: Sequence[Proposal]
    settled: Sequence[Settled]
    names: Mapping[int, str]
    negative: Sequence[Bank]


@page("GET", "/proposals", needs=Permission.LEAD)
async def proposals(visit: Visit) -> Response:
    """The open ones, oldest first, and what became of others."""
    service = visit.service

    def listed() -> _Listed:
        found, settled = service.cases.proposals(), service.cases.settled_proposals()
        people = {each.person_id for each in found}
        people |= {number for each in settled for number in (each.person_id, each.by)}
        negative = [bank for bank in service.banks.list() if bank.kind is Kind.NEGATIVE]
        return _Listed(found, settled, service.people.names(people), negative)

    return visit.render("proposals.html", **(await visit.read(listed))._asdict())


@page("POST", "/proposals/{proposal_id:id}/accept", needs=Permission.LEAD)
async def accept(visit: Visit, proposal_id: int) -> Response:
    """Do what was proposed."""
    cases, lead, bank = visit.service.cases, visit.person, visit.form.text("bank") or None
    call = visit.named(lambda: cases.accept(lead, proposal_id, bank))
    return await _settled(visit, call, "It is done, and counts for uploads from now on.")


@page("POST", "/proposals/{proposal_id:id}/reject", needs=Permission.LEAD)
async def reject(visit: Visit, proposal_id: int) -> Response:
    """Leave things as they are."""
    cases, lead, why = visit.service.cases, visit.person, visit.form.text("why")
    call = visit.named(lambda: cases.reject(lead, proposal_id, why))
    return await _settled(visit, call, "It is rejected; nothing changes.")


async def _settled(visit: Visit, call: Callable[[], None], told: str) -> Response:
    try:
        await change(visit.service, call)
    except (CasesProblem, BanksProblem) as refused:
        return visit.redirect(_HERE, sentence(refused), kind="bad")
    return visit.redirect(_HERE, told)
