"""Banks: `/c/banks` and `/c/bank/<name>`."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from hedgerow.banks import BankExists, NoSuchBank, Policy
from hedgerow.web.hma.asking import Ask
from hedgerow.web.hma.refusals import Refusal, json_response, quoted
from hedgerow.web.hma.schemas import BankChange, NewBank
from hedgerow.web.hma.state import Known, lock, read, set_ratio

_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")


async def list_banks(ask: Ask) -> Response:
    """GET: all banks, by name."""
    known = await ask.read(lambda: read(ask.service.database))
    banks = sorted(known.policies.values(), key=lambda each: each.name)
    return json_response([shown(known, each) for each in banks])


async def show_bank(ask: Ask) -> Response:
    """GET: one bank."""
    known = await ask.read(lambda: read(ask.service.database))
    return json_response(shown(known, find(known, ask.path("bank"))))


async def create_bank(ask: Ask) -> Response:
    """POST: make a bank, whose matches a person reviews."""
    given = await ask.json(NewBank)
    _check_name(given.name)
    ratio = _ratio_of(given)
    service = ask.service

    def create() -> None:
        with service.database.write() as session:
            lock(session)
            made = service.banks.create(given.name)
            set_ratio(session, made.id, ratio)

    try:
        await ask.change(create)
    except BankExists:
        raise Refusal(403, "Bank already exists") from None
    return json_response({"name": given.name, "matching_enabled_ratio": ratio}, 201)


async def change_bank(ask: Ask) -> Response:
    """PUT: change a bank's name, or how often it takes part."""
    given = await ask.json(BankChange)
    name = ask.path("bank")
    if given.name is not None and given.name != name:
        _check_name(given.name)
    ratio = given.enabled_ratio
    if ratio is None and given.enabled is not None:
        ratio = float(given.enabled)
    service = ask.service

    def update() -> None:
        with service.database.write() as session:
            lock(session)
            # Where the name stays, this sees that the bank is one that may be changed.
            changed = service.banks.update(name, new_name=given.name or name)
            if ratio is not None:
                set_ratio(session, changed.id, ratio)

    try:
        await ask.change(update)
    except BankExists:
        raise Refusal(403, "Bank name already exists") from None
    known = await ask.read(lambda: read(service.database))
    return json_response(shown(known, find(known, given.name or name)))


async def delete_bank(ask: Ask) -> Response:
    """DELETE: delete a bank and all in it; also where there is none."""
    name = ask.path("bank")

    def remove() -> None:
        try:
            ask.service.banks.delete(name)
        except NoSuchBank:
            return  # what was asked for is so

    await ask.change(remove)
    return json_response({"message": "Done"})


def find(known: Known, name: str) -> Policy:
    """The bank of that name; raises Refusal where there is none."""
    if (found := known.named(name)) is None:
        raise Refusal(404, f"bank {quoted(name)} not found")
    return found


def shown(known: Known, bank: Policy) -> dict[str, Any]:
    """A bank as HMA gives it."""
    return {"name": bank.name, "matching_enabled_ratio": known.ratio(bank)}


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        msg = f"Bank names must match /^[A-Z_][A-Z0-9_]*$/; this is {quoted(name)}"
        raise Refusal(400, msg)


def _ratio_of(given: NewBank) -> float:
    """The ratio of a new bank. Clients say it in three ways, one of them by the answer's word."""
    if given.enabled_ratio is not None:
        return given.enabled_ratio
    if given.enabled is False:
        return 0.0
    return 1.0 if given.matching_enabled_ratio is None else given.matching_enabled_ratio
