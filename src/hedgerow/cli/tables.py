"""Tables of answers for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from hedgerow.cli.output import TEST_STYLE, VERDICT_STYLES, plain

if TYPE_CHECKING:
    from hedgerow.accounts import ApiKey, Person
    from hedgerow.banks import Bank
    from hedgerow.matching import Result, Summary

MAX_ROWS = 30
"""Files that the table after a scan shows; the results file and the page have more."""


def matches_table(results: Sequence[Result]) -> Table:
    """One row a file with matches, by its strictest and nearest match."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("verdict", "file", "bank", "content", "by", "bits", "the upload is"):
        table.add_column(column, overflow="fold", justify="right" if column == "bits" else "left")
    for result in results:
        table.add_row(*_row(result))
    return table


def _row(result: Result) -> list[Text]:
    from hedgerow.matching import is_digest

    answer = result.answer
    verdict = Text(answer["verdict"], style=VERDICT_STYLES[answer["verdict"]])
    if answer.get("test"):
        verdict = Text(f"{answer['verdict']} (test)", style=TEST_STYLE)
    counted = answer["matches"]
    match: dict[str, Any] = counted[0] if counted else answer["suppressed"][0]
    if not counted:
        said = f"nearer to a false positive in {match['suppressed_by']['bank']}"
    elif is_digest(match["signal_type"]):
        said = "the same file"
    elif match["transform"] != "none" or "seen" in match:
        said = _edits(match)
    else:
        said = "edited" if match["distance"] else "the same picture"
    told = (result.path, match["bank"], match["content_id"], match["signal_type"])
    shown = (Text(plain(str(each))) for each in (*told, match["distance"], said))
    return [verdict, *shown]


def _edits(match: dict[str, Any]) -> str:
    """What was done to the banked picture, in words."""
    seen = match.get("seen", {})
    said = [] if match["transform"] == "none" else [match["transform"].replace("_", " ")]
    if angle := round(seen.get("angle", 0)) % 360:
        said.append(f"turned {angle}°")
    if "landmarks" in seen:
        said.append(f"seen by {seen['landmarks']} landmarks")
    elif "box" in seen:
        said.append("inside a frame")
    if "seconds" in seen:
        start, end = seen["seconds"]
        said.append(f"from {start:g} s to {end:g} s")
    return ", ".join(said)


def summary_table(summary: Summary) -> Table:
    """How many files of each verdict, and why some could not be checked."""
    from hedgerow.matching import Verdict

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    for verdict in Verdict:
        why = ""
        if verdict == Verdict.UNCHECKED and summary.refusals:
            why = ", ".join(f"{count} {code}" for code, count in summary.refusals.most_common())
            why = f"  ({why})"
        style = VERDICT_STYLES[verdict] if summary.verdicts[verdict] else "dim"
        table.add_row(Text(f"{summary.verdicts[verdict]:,}"), Text(f"{verdict}{why}", style=style))
    if summary.tests:
        told = "test  (Hedgerow's own test picture: no finds)"
        table.add_row(Text(f"{summary.tests:,}"), Text(told, style=TEST_STYLE))
    return table


def banks_table(banks: Sequence[Bank]) -> Table:
    """One row a bank."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("bank", "action", "contents", "thresholds", "description"):
        table.add_column(
            column, overflow="fold", justify="right" if column == "contents" else "left"
        )
    for bank in banks:
        thresholds = ", ".join(f"{name} {bits}" for name, bits in sorted(bank.thresholds.items()))
        action = str(bank.action) if bank.action else "suppresses"
        action += " (test)" if bank.test else ""
        told = (bank.name, action, f"{bank.contents:,}", thresholds or "default", bank.description)
        style = TEST_STYLE if bank.test else None
        table.add_row(*(Text(plain(each)) for each in told), style=style)
    return table


def keys_table(keys: Sequence[ApiKey]) -> Table:
    """One row an API key; times are in UTC."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("id", "name", "scopes", "begins", "made", "last used", "revoked"):
        table.add_column(column, overflow="fold", justify="right" if column == "id" else "left")
    for key in keys:
        times = (key.created_at, key.last_used_at, key.revoked_at)
        told = (str(key.id), key.name, " ".join(sorted(key.scopes)), key.hint, *map(_time, times))
        style = "dim" if key.revoked_at else None
        table.add_row(*(Text(plain(each)) for each in told), style=style)
    return table


def people_table(people: Sequence[Person]) -> Table:
    """One row a person; times are in UTC."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("id", "login", "name", "roles", "state", "second factor", "last seen"):
        table.add_column(column, overflow="fold", justify="right" if column == "id" else "left")
    for person in people:
        state = "locked" if person.locked_until else str(person.state)
        factors = ["app"] * person.has_totp + [f"{person.passkeys} passkeys"] * bool(
            person.passkeys
        )
        told = (
            str(person.id), person.login, person.name, " ".join(sorted(person.roles)), state,
            ", ".join(factors), _time(person.last_seen_at),
        )  # fmt: skip
        style = "dim" if person.state == "deactivated" else None
        table.add_row(*(Text(plain(each)) for each in told), style=style)
    return table


def _time(at: datetime | None) -> str:
    return "" if at is None else at.strftime("%Y-%m-%d %H:%M")
