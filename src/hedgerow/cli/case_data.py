"""Cases as plain data. No hash is in it: a PDQ is a small picture of a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import UTC
from typing import Any

from hedgerow.cases import Case, CaseDetails, Event, Status

_HASHES = ("value", "banked_value")
_CASE = [each.name for each in fields(Case) if each.name != "lease"]


def as_record(case: Case) -> dict[str, Any]:
    """A case as plain data; times as ISO 8601 in UTC."""
    lease = None if case.lease is None else asdict(case.lease)
    return _plain({name: getattr(case, name) for name in _CASE} | {"lease": lease})


def as_full_record(case: CaseDetails) -> dict[str, Any]:
    """A case with its evidence, uploads and history as plain data."""
    uploads = [
        asdict(each.context)
        | {"seen_at": each.seen_at, "same_file": each.same_file, "distance": each.distance}
        for each in case.copies_kept
    ]
    evidence = {name: value for name, value in case.evidence.items() if name != "signals"}
    for kind in ("matches", "suppressed"):
        if kind in evidence:
            evidence[kind] = [_without_hashes(match) for match in evidence[kind]]
    told = {
        "evidence": evidence,
        "uploads": uploads,
        "history": [asdict(each) for each in told_history(case)],
        "decisions": [asdict(each) for each in case.decisions] if is_over(case) else [],
        "hidden_decisions": 0 if is_over(case) else len(case.decisions),
    }
    if may_lead(case):
        told["held_why"] = ""
    return as_record(case) | _plain(told)


def may_lead(case: CaseDetails) -> bool:
    """Whether what was said of it might lead somebody who is yet to judge it."""
    return bool(case.decisions) and not is_over(case)


def is_over(case: Case) -> bool:
    """Whether nobody is to judge it any more, so that what others said can be told."""
    return case.status is Status.DECIDED


def told_history(case: CaseDetails) -> list[Event]:
    """The history; of a case that is judged anew without what it was decided to be before."""
    if is_over(case):
        return list(case.history)
    silent = {"decided", "held"} if case.decisions else {"decided"}
    return [
        replace(each, text="") if each.kind in silent else each
        for each in case.history
        if not each.is_of_proposal
    ]


def _without_hashes(match: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in match.items() if name not in _HASHES}
    if "suppressed_by" in found:
        found["suppressed_by"] = _without_hashes(found["suppressed_by"])
    return found


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    told = json.dumps(record, default=lambda at: at.astimezone(UTC).isoformat())
    found: dict[str, Any] = json.loads(told)
    return found
