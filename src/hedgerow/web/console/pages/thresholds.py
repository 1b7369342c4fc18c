"""A bank's threshold for one signal type: what it did so far, and what another would have done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.banks import Bank, BanksProblem
from hedgerow.cases import Consequence
from hedgerow.web.console.banking import Threshold, changed, known, thresholds_of
from hedgerow.web.console.drawings import histogram_of
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence

_LOOK = "look at what it would do, tick that you have, and set it again."


class _Loaded(NamedTuple):
    bank: Bank
    threshold: Threshold
    known: Sequence[Consequence]


def _load(visit: Visit, name: str, signal_type: str) -> _Loaded:
    with known():
        bank = visit.service.banks.get(name)
    threshold = next((t for t in thresholds_of(bank) if t.signal_type == signal_type), None)
    if threshold is None:
        raise nothing_here()
    return _Loaded(bank, threshold, visit.service.cases.consequences(bank.id, signal_type))


@page("GET", "/banks/{name}/thresholds/{signal_type}", needs=Permission.BANKS_READ)
async def threshold(visit: Visit, name: str, signal_type: str) -> Response:
    """Decided matches by distance, drawn; `?at=` asks what another threshold would have done."""
    asked = visit.query.get("at", "")
    other = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else None
    return await _show(visit, name, signal_type, other)


async def _show(
    visit: Visit, name: str, signal_type: str, other: int | None, problem: str = ""
) -> Response:
    loaded = await visit.read(lambda: _load(visit, name, signal_type))
    if other is not None:
        other = min(other, loaded.threshold.most)
    drawn = histogram_of(loaded.known, loaded.threshold.distance, other)
    return visit.render(
        "banks/threshold.html",
        422 if problem else 200,
        bank=loaded.bank,
        threshold=loaded.threshold,
        drawn=drawn,
        other=other,
        may_edit=visit.may(Permission.BANKS_EDIT) and not loaded.bank.test,
        problem=problem,
    )


@page("POST", "/banks/{name}/thresholds/{signal_type}", needs=Permission.BANKS_EDIT)
async def set_threshold(visit: Visit, name: str, signal_type: str) -> Response:
    """Let a bank match within so many bits from now on; no number: as the type does by default."""
    form, rooms = visit.form, visit.service.banks
    wanted = None if form.ticked("default") else form.number("distance")
    before = (await visit.read(lambda: _load(visit, name, signal_type))).threshold
    then = before.default if wanted is None else wanted
    if then > before.distance and not form.ticked("looked"):
        told = f"With {then} bits more would match than with {before.distance}: {_LOOK}"
        return await _show(visit, name, signal_type, then, told)
    try:
        await changed(visit, lambda: rooms.update(name, thresholds={signal_type: wanted}))
    except BanksProblem as problem:
        return await _show(visit, name, signal_type, None, sentence(problem))
    told = (
        f"{name} has no threshold of its own for {signal_type} any more."
        if wanted is None
        else f"{name} matches {signal_type} up to {wanted} bits, for uploads from now on."
    )
    return visit.redirect(f"/console/banks/{name}/thresholds/{signal_type}", told)
