"""Cases in words: a table of them, and the lines that tell one. No hash is in either."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from hedgerow.cases import Case, CaseDetails, Event, Status
from hedgerow.cli.case_data import is_over, may_lead, told_history
from hedgerow.cli.output import TEST_STYLE, plain
from hedgerow.matching import is_digest, words_of

MATCHES_SHOWN = 12
"""Of one case; more say nothing that these don't."""

_COLUMNS = ("id", "since", "bank", "content", "labels", "by", "bits", "uploads")
_RIGHT = ("id", "content", "bits", "uploads")


def cases_table(cases: Sequence[Case], *, mixed: bool = False) -> Table:
    """One row a case, all of one status unless they are `mixed`; times are in UTC."""
    decided = is_over(cases[0])
    last = "status" if mixed else "outcome" if decided else "why"
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in (*_COLUMNS, last):
        table.add_column(column, overflow="fold", justify="right" if column in _RIGHT else "left")
    for case in cases:
        bank = f"{case.bank} (test)" if case.test else case.bank
        since = time_of(case.decided_at or case.waiting_since)
        labels, copies = ", ".join(case.labels), f"{case.copies:,}"
        told = (case.id, since, bank, case.content_id, labels, case.signal_type, case.distance)
        stands = case.outcome or case.status
        more = (copies, stands if mixed else case.outcome if decided else case.reason)
        style = TEST_STYLE if case.test else None
        table.add_row(*(Text(plain(str(each))) for each in (*told, *more)), style=style)
    return table


def lines_of(case: CaseDetails, names: Mapping[int, str]) -> Iterator[str]:
    """Everything that is told of a case. names: of people, by number."""
    yield f"case {case.id}: {_standing(case)}"
    if case.test:
        yield "  a test: this is Hedgerow's own test picture, and no find"
    labels = f" ({', '.join(case.labels)})" if case.labels else ""
    yield f"  {case.bank}, content {case.content_id}{labels}: {case.action}"
    yield from (f"  {line}" for line in _evidence(case.evidence))
    yield f"  {_file(case)}"
    for upload in case.copies_kept:
        same = "the same file" if upload.same_file else "a copy"
        yield f"upload of {time_of(upload.seen_at)}, {same}"
        for name, value in vars(upload.context).items():
            if value:
                yield f"  {name}: {time_of(value) if isinstance(value, datetime) else value}"
    if more := case.copies - len(case.copies_kept):
        yield f"{more:,} uploads before these"
    yield from (_event(each, names) for each in told_history(case))
    yield from _decisions(case, names)


def told_by(case: CaseDetails) -> set[int]:
    """The numbers of all people that a case tells of."""
    people = {each.person_id for each in case.decisions}
    people |= {each.person_id for each in case.history if each.person_id is not None}
    return people | {int(each.text) for each in case.history if _is_to_somebody(each)}


def time_of(at: datetime) -> str:
    """A time, to the minute, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def _standing(case: CaseDetails) -> str:
    if case.status is Status.DECIDED:
        return f"{case.outcome} on {time_of(case.decided_at or case.waiting_since)}"
    if case.status is Status.HELD:
        until = "" if case.held_until is None else f" until {time_of(case.held_until)}"
        return f"held{until}" if may_lead(case) else f"held{until}: {case.held_why}"
    others = {Status.SECOND: "a second person", Status.ESCALATED: "a lead"}
    why = "" if case.reason == "match" else f" ({case.reason})"
    since = time_of(case.waiting_since)
    return f"waits for {others.get(case.status, 'a person')} since {since}{why}"


def _evidence(evidence: Mapping[str, Any]) -> Iterator[str]:
    matches = [*evidence.get("matches", ()), *evidence.get("suppressed", ())]
    for match in matches[:MATCHES_SHOWN]:
        yield _match(match)
        yield from (f"  {words}" for words in words_of(match))
    if len(matches) > MATCHES_SHOWN:
        yield f"{len(matches) - MATCHES_SHOWN:,} more matches"
    for note in evidence.get("notes", ()):
        yield f"note: {note.replace('_', ' ')}"


def _match(match: Mapping[str, Any]) -> str:
    """One match, as `hedgerow match` tells it."""
    bits = f"{match['distance']} bits of {match['threshold']}"
    alike = "the same file" if is_digest(match["signal_type"]) else bits
    edit = "" if match["transform"] == "none" else f", {match['transform'].replace('_', ' ')}"
    by = match.get("suppressed_by")
    said = f"; suppressed by {by['bank']}, content {by['content_id']}" if by else ""
    where = f"{match['bank']}, content {match['content_id']}"
    return f"{where}: {match['signal_type']}, {alike}{edit}{said}"


def _file(case: CaseDetails) -> str:
    uploads = "1 upload" if case.copies == 1 else f"{case.copies:,} uploads"
    width, height = (case.evidence.get(name) for name in ("width", "height"))
    size = f", {width}x{height}" if width and height else ""
    kept = "; the first one is kept for review" if case.has_media else ""
    return f"{uploads}: {case.media or 'hashes alone'}{size}{kept}"


def _is_to_somebody(event: Event) -> bool:
    return event.kind == "assigned" and event.text.isdecimal()


def _event(event: Event, names: Mapping[int, str]) -> str:
    who = "" if event.person_id is None else f" by {_who(event.person_id, names)}"
    text = _who(int(event.text), names) if _is_to_somebody(event) else event.text
    said = f"{event.kind.replace('_', ' ')}{who}"
    return f"{time_of(event.at)} {said}: {text}" if text else f"{time_of(event.at)} {said}"


def _decisions(case: CaseDetails, names: Mapping[int, str]) -> Iterator[str]:
    if case.decisions and not is_over(case):
        # Whoever is to judge it next isn't to be led by it.
        yield f"{len(case.decisions)} decisions, shown once the case is decided"
        return
    for each in case.decisions:
        under = f", under {each.policy}" if each.policy else ""
        note = f": {each.note}" if each.note else ""
        said = f"{each.choice.replace('_', ' ')}{under}{note}"
        yield f"{time_of(each.at)} {_who(each.person_id, names)} said {said}"


def _who(person_id: int, names: Mapping[int, str]) -> str:
    return names.get(person_id, f"person {person_id}")
