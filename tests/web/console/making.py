"""Things to put before people: banks, and cases of matches that never were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from tests.survivors.making import particulars, pictures
from tests.web.console.desks import Desk

from hedgerow.banks import Content
from hedgerow.cases import CaseDetails, Context
from hedgerow.matching import Answer, Match, Seen, Verdict
from hedgerow.signals import Signal
from hedgerow.survivors import OwnCase

_numbers = count(1)


def code(number: int, bits: int = 0) -> str:
    """A PDQ value, another for each number; `bits` of it turned over."""
    value = number * 0x9E3779B97F4A7C15F39CC0605CEDC8341082276BF3A27251F86C6A11D0C18E95
    return f"{(value ^ ((1 << bits) - 1)) % (1 << 256):064x}"


def bank_of(desk: Desk, name: str = "", action: str | None = "review", **options: Any) -> str:
    """The name of a bank, made where it isn't there; a new one for none."""
    name = name or f"bank-{next(_numbers)}"
    if name not in {bank.name for bank in desk.service.banks.list()}:
        desk.service.banks.create(name, action, **options)
    return name


def empty_hands(desk: Desk) -> None:
    """Let nobody have anything, nor be given anything alone, whatever the tests before left."""
    for name in desk.people:
        desk.service.cases.let_go(replace(desk.person(name), roles=frozenset()))


def content_of(desk: Desk, bank: str, *labels: str, note: str = "", **facts: str) -> Content:
    """A new content of a bank."""
    signal = Signal("pdq", code(next(_numbers)), 90)
    return desk.service.banks.add_content(bank, [signal], labels, note, **facts).content


def case_of(
    desk: Desk,
    bank: str = "",
    labels: tuple[str, ...] = ("beach",),
    *,
    distance: int = 12,
    content: Content | None = None,
    context: Context | None = None,
    file: bytes | None = None,
    seen: Sequence[Seen] = (Seen(),),
    **facts: Any,
) -> CaseDetails:
    """A new case: an upload that matched `content`, or a new one, once for each of `seen`."""
    bank = bank_of(desk, bank)
    content = content or content_of(desk, bank, *labels, source="Hotline", reference="ref-7")
    details = desk.service.banks.get(bank)
    banked = content.signals[0].value
    value = f"{int(banked, 16) ^ (((1 << distance) - 1) << next(_numbers) % 200):064x}"
    match = Match(
        bank=bank,
        bank_id=details.id,
        content_id=content.id,
        action=Verdict(details.action or "review"),
        signal_type="pdq",
        distance=distance,
        threshold=31,
        transform="mirrored",
        value=value,
        banked_value=banked,
        quality=90,
        labels=content.labels,
        source=content.source,
        reference=content.reference,
    )
    signals = {"pdq": {"value": value, "quality": 80}, "md5": {"value": f"{next(_numbers):032x}"}}
    matches = tuple(replace(match, seen=each) for each in seen)
    answer = Answer(Verdict(details.action or "review"), 1, matches, signals=signals)
    described = {"media": "jpeg", "width": 640, "height": 480, "bytes": 12_345} | facts
    received = desk.service.cases.receive(answer, described, context, file)
    assert received is not None
    assert received.opened
    return desk.service.cases.get(received.case_id)


def own_of(desk: Desk, *numbers: int, language: str = "en", share: bool = False) -> OwnCase:
    """Somebody's own case with these pictures."""
    survivors, given = desk.service.survivors, pictures(*numbers) if numbers else ()
    receipt = survivors.protect(given, ticket=_ticket(), language=language, share=share)
    return survivors.mine(receipt.case_id)


def notice_of(desk: Desk, *numbers: int, **more: Any) -> OwnCase:
    """A removal notice that names these pictures, and says what is given of `Particulars`."""
    survivors = desk.service.survivors
    named = pictures(*numbers) if numbers else ()
    receipt = survivors.ask_removal(particulars(**more), named, ticket=_ticket())
    return survivors.mine(receipt.case_id)


def _ticket() -> str:
    return f"ticket {next(_numbers):020}"
