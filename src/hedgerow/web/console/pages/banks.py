"""Banks: which there are, and one of them with what it does."""

from __future__ import annotations

from typing import NamedTuple

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.banks import Action, BankDetails, BanksProblem, Kind
from hedgerow.cases import BankPrecision, ReviewPolicy
from hedgerow.web.console.banking import Deciders, changed, deciders_of, known, thresholds_of
from hedgerow.web.console.drawings import range_of
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence

ACTIONS = (
    (Action.BLOCK, "Block: keep it from being shown at once"),
    (Action.REVIEW, "Review: let a person look first"),
    (Action.RECORD, "Record: only note that it was seen"),
)
"""What a match with a bank asks for, in words."""


@page("GET", "/banks", needs=Permission.BANKS_READ)
async def banks(visit: Visit) -> Response:
    """All banks."""
    return await _list(visit)


async def _list(visit: Visit, problem: str = "", status: int = 200) -> Response:
    service = visit.service
    found, overview = await visit.read(lambda: (service.banks.list(), service.cases.overview()))
    precision = {each.bank_id: range_of(each) for each in overview.precision}
    filled = {name: visit.form.text(name) for name in ("name", "kind", "action", "description")}
    return visit.render(
        "banks/list.html",
        status,
        banks=found,
        precision=precision,
        actions=ACTIONS,
        filled=filled,
        problem=problem,
    )


@page("POST", "/banks", needs=Permission.BANKS_EDIT)
async def create(visit: Visit) -> Response:
    """Make a bank."""
    form, rooms = visit.form, visit.service.banks
    kind = form.text("kind", str(Kind.POSITIVE))
    action = None if kind == Kind.NEGATIVE else form.text("action") or None
    name, description = form.text("name"), form.text("description")
    try:
        made = await changed(
            visit,
            lambda: rooms.create(name, action, kind, description=description),
        )
    except BanksProblem as problem:
        return await _list(visit, sentence(problem), 422)
    return visit.redirect(f"/console/banks/{made.name}", f"The bank {made.name} is there.")


class _Loaded(NamedTuple):
    bank: BankDetails
    policy: ReviewPolicy
    own_policy: bool
    precision: BankPrecision | None
    reviewers: Deciders


def _load(visit: Visit, name: str) -> _Loaded:
    service, cases = visit.service, visit.service.cases
    with known():
        bank = service.banks.get(name)
    policies, policy = cases.policies(), cases.policy(bank.id)
    return _Loaded(
        bank,
        policy,
        bank.id in policies,
        next((each for each in cases.overview().precision if each.bank_id == bank.id), None),
        deciders_of(policy, service.people),
    )


@page("GET", "/banks/{name}", needs=Permission.BANKS_READ)
async def bank_page(visit: Visit, name: str) -> Response:
    """One bank."""
    return await show_bank(visit, name)


async def show_bank(visit: Visit, name: str, problem: str = "", status: int = 200) -> Response:
    """The page of a bank, with what is wrong with what was sent from it."""
    loaded = await visit.read(lambda: _load(visit, name))
    return visit.render(
        "banks/bank.html",
        status,
        **loaded._asdict(),
        thresholds=thresholds_of(loaded.bank),
        range=range_of(loaded.precision) if loaded.precision else None,
        actions=ACTIONS,
        may_edit=visit.may(Permission.BANKS_EDIT) and not loaded.bank.test,
        keeps_media=visit.service.cases.keeps_media,
        problem=problem,
    )


@page("POST", "/banks/{name}", needs=Permission.BANKS_EDIT)
async def change_bank(visit: Visit, name: str) -> Response:
    """Give a bank another name, action or description."""
    form, rooms = visit.form, visit.service.banks
    new_name, description = form.text("name") or name, form.text("description")
    action = form.text("action") or None
    try:
        bank = await changed(
            visit,
            lambda: rooms.update(name, new_name=new_name, action=action, description=description),
        )
    except BanksProblem as problem:
        return await show_bank(visit, name, sentence(problem), 422)
    return visit.redirect(f"/console/banks/{bank.name}", "It is changed, for uploads from now on.")
