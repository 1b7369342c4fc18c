"""`hedgerow match`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hedgerow.cli import options

if TYPE_CHECKING:
    from hedgerow.matching import Matcher, Query
    from hedgerow.settings import Settings

NO_FACTS: dict[str, Any] = {}


def match(
    path: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The file to look up.")
    ] = None,
    signals: Annotated[
        list[str] | None,
        typer.Option(
            "--signal", "-s", metavar="TYPE:VALUE", help="Look up a hash, such as pdq:HEX, instead."
        ),
    ] = None,
    banks: options.OnlyBanks = None,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Look up one file, or hashes of it, in the banks."""
    from hedgerow.cli.ending import UNCHECKED
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import print_json
    from hedgerow.matching import Verdict

    if (path is None) == (not signals):
        raise typer.BadParameter("give a file, or --signal, one of the two")
    with opened(home) as place, place.matcher() as matcher:
        if path is None:
            query, facts = _parsed(signals or []), NO_FACTS
        else:
            query, facts = _hashed(path, place.settings, matcher)
        answer = matcher.match([query], banks)[0]
    record = facts | answer.as_json()
    if as_json:
        print_json(record)
    else:
        _print_for_people(record)
    if answer.verdict == Verdict.UNCHECKED:
        raise typer.Exit(UNCHECKED)


def _parsed(given: list[str]) -> Query:
    from hedgerow.matching import Query
    from hedgerow.signals import parse

    found: dict[str, dict[str, Any]] = {}
    for each in given:
        name, colon, value = each.partition(":")
        if not colon:
            raise typer.BadParameter(f"a signal is TYPE:VALUE, such as pdq:HEX, not {each[:80]!r}")
        if name in found:
            raise typer.BadParameter(f"one upload has one {name}; look the others up on their own")
        found[name] = {"value": parse(name, value)}
    return Query(found)


def _hashed(path: Path, settings: Settings, matcher: Matcher) -> tuple[Query, dict[str, Any]]:
    from hedgerow.matching import described, hashing_workers, query_of

    matcher.refresh()
    with hashing_workers(
        settings.media, 1, types=matcher.types_looked_up, variants=True
    ) as workers:
        outcome = workers.submit(path).result()
    return query_of(outcome), {"path": str(path)} | described(outcome)


def _print_for_people(record: dict[str, Any]) -> None:
    from hedgerow.cli.output import VERDICT_STYLES, print_line, stdout

    stdout.print(record["verdict"], style=VERDICT_STYLES[record["verdict"]])
    if record.get("test"):
        print_line("  a test: this is Hedgerow's own test picture, and no find")
    if "error" in record:
        print_line(f"  {record['error']['code']}: {record['error']['message']}")
    for match in record["matches"] + record.get("suppressed", []):
        edit = "" if match["transform"] == "none" else f", {match['transform'].replace('_', ' ')}"
        by = match.get("suppressed_by")
        print_line(
            f"  {match['bank']}, content {match['content_id']}: {match['signal_type']}, "
            f"{match['distance']} bits of {match['threshold']}{edit}"
            + ("; test" if match.get("test") else "")
            + (f"; suppressed by {by['bank']}, content {by['content_id']}" if by else "")
        )
    for note in record.get("notes", ()):
        print_line(f"  note: {note.replace('_', ' ')}")
