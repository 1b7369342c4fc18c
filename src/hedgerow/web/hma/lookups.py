"""Lookups: all that takes part and matches, or a refusal; never less than that in silence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hedgerow.banks import Kind, NoSuchBank, Policy
from hedgerow.matching import Answer, Match, Query
from hedgerow.web.hma.asking import Ask
from hedgerow.web.hma.refusals import Refusal, quoted, unread
from hedgerow.web.hma.state import Known, disabled, takes_part

_MAX_ALONE = 100
"""Banks that are asked one by one for a lookup whose matches in others are too many."""

_UNAVAILABLE = "banks_unavailable"
_NOTHING = "nothing_compared"


@dataclass(frozen=True)
class Wanted:
    """Which banks to look in.

    `names`: only these, all for None. `drawn`: what their ratios are held against; None to pass
    over the ratios. `raw`: to pass over all switches. `file`: whether a file is looked up, and
    not a hash that somebody has.
    """

    names: frozenset[str] | None
    drawn: float | None
    raw: bool = False
    file: bool = False


def names_in(text: str | None) -> frozenset[str] | None:
    """Names in a list with commas; None for none."""
    return frozenset(text.split(",")) if text else None


async def matches_of(ask: Ask, query: Query, wanted: Wanted) -> list[Match]:
    """The matches that take part: the first of them, and some of every bank that has any.

    Raises Refusal where it could not be compared with all that takes part.
    """
    try:
        return await _matches(ask, query, wanted)
    except NoSuchBank:
        # A bank came, went or was renamed between two steps: look again at what there is.
        ask.state.changed()
        await ask.read(ask.service.fresh.refresh)
    try:
        return await _matches(ask, query, wanted)
    except NoSuchBank:
        raise _later(ask, "the banks change too quickly; try again") from None


async def _matches(ask: Ask, query: Query, wanted: Wanted) -> list[Match]:
    known = await ask.state.current(ask.service)
    banks = _banks(known, wanted)
    negatives = {each.name for each in known.policies.values() if each.kind is Kind.NEGATIVE}
    names = {each.name for each in banks} | negatives
    whole = len(names) == len(known.policies)
    answer = await _compared(ask, query, None if whole else names)
    found = await _enabled(ask, answer.matches, wanted)
    if answer.more_matches:
        there = {match.bank for match in found}
        crowded_out = sorted({each.name for each in banks} - there)
        if len(crowded_out) > _MAX_ALONE:
            msg = f"too much matches to see what {len(crowded_out)} more banks have; name fewer"
            raise _later(ask, msg)
        for name in crowded_out:
            found += await _alone(ask, query, wanted, {name} | negatives)
    if not found and answer.error is not None:
        _refuse(ask, answer, wanted, query)
    return found


async def _alone(ask: Ask, query: Query, wanted: Wanted, names: Collection[str]) -> Sequence[Match]:
    """The matches of one bank that others may have crowded out."""
    answer = await _compared(ask, query, names)
    found = await _enabled(ask, answer.matches, wanted)
    if answer.more_matches and not found:
        msg = "too many disabled contents match to see what is behind them; delete them"
        raise _later(ask, msg)
    return found


async def _compared(ask: Ask, query: Query, names: Collection[str] | None) -> Answer:
    return (await ask.service.compare([query], names))[0]


def _banks(known: Known, wanted: Wanted) -> list[Policy]:
    """The positive banks that take part."""
    for name in wanted.names or ():
        if known.named(name) is None:
            raise Refusal(400, f"there is no bank named {quoted(name)}")
    return [
        each
        for each in known.policies.values()
        if each.kind is Kind.POSITIVE
        and (wanted.names is None or each.name in wanted.names)
        and (wanted.drawn is None or takes_part(known.ratio(each), wanted.drawn))
    ]


async def _enabled(ask: Ask, matches: Sequence[Match], wanted: Wanted) -> list[Match]:
    """The matches with contents that nobody switched off."""
    if wanted.raw or not matches:
        return list(matches)

    def look() -> set[int]:
        with ask.service.database.read() as session:
            return disabled(session, {match.content_id for match in matches})

    off = await ask.read(look)
    return [match for match in matches if match.content_id not in off]


def _refuse(ask: Ask, answer: Answer, wanted: Wanted, query: Query) -> None:
    """See that no match means no match; raises Refusal where it only means that none was seen."""
    assert answer.error is not None
    code, message = answer.error["code"], answer.error["message"]
    if code == _UNAVAILABLE:
        not_ready = ask.service.fresh.age is None
        raise _later(ask, "index not yet ready" if not_ready else f"index is stale: {message}")
    if code != _NOTHING:
        raise unread(code, message)
    # Of a hash, that nothing is near it is the whole answer. A file can't be called harmless by
    # banks that hold nothing; where those that do are switched off, that is what somebody wanted.
    holding = ask.service.fresh.matcher.finding(wanted.names)
    if wanted.file and not holding & query.signals.keys():
        raise _later(ask, message)


def _later(ask: Ask, message: str) -> Refusal:
    return Refusal(503, message, {"Retry-After": str(ask.service.limits.retry_seconds)})
