"""`hedgerow hash`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hedgerow.cli import options

if TYPE_CHECKING:
    from hedgerow.media import Outcome


def hash_files(
    paths: options.Paths,
    as_json: options.AsJson = False,
    jobs: options.Jobs = None,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", "-t", help="Only this signal type; may be given several times."),
    ] = None,
) -> None:
    """Hash files: PDQ of the picture as a person sees it, and digests of the bytes."""
    from hedgerow.cli.ending import UNCHECKED, stoppable
    from hedgerow.cli.output import print_json, progress
    from hedgerow.matching import hashing_workers
    from hedgerow.settings import load_settings
    from hedgerow.signals import signal_type

    settings = load_settings()
    for name in types or ():
        signal_type(name)
    files, unreadable = options.listed(paths)
    failed = bool(unreadable)
    tell = print_json if as_json else _print_for_people
    for record in unreadable:
        tell(record)
    with (
        stoppable("Files without a line above were not hashed."),
        hashing_workers(
            settings.media, jobs or settings.resolved_jobs, types=types, variants=False
        ) as workers,
        progress("hashing", len(files)) as advance,
    ):
        for done, outcome in enumerate(workers.run(files), start=1):
            record = _record(outcome)
            failed |= "error" in record
            tell(record)
            advance(done, len(files))
    if failed:
        raise typer.Exit(UNCHECKED)


def _record(outcome: Outcome) -> dict[str, Any]:
    record: dict[str, Any] = {"path": str(outcome.source)}
    if outcome.refusal is not None:
        error = {"code": str(outcome.refusal.code), "message": outcome.refusal.message}
        return record | {"error": error}
    assert outcome.value is not None
    facts = dict(outcome.value)
    refused = facts.pop("refused", None)
    return record | facts | ({} if refused is None else {"error": refused})


def _print_for_people(record: dict[str, Any]) -> None:
    from hedgerow.cli.output import print_line

    print_line(record["path"])
    if "media" in record:
        cut = ", damaged: hashed as far as it goes" if record["truncated"] else ""
        print_line(f"  {record['media']}, {record['width']}x{record['height']}{cut}")
    for name, signal in record.get("signals", {}).items():
        quality = signal.get("quality")
        print_line(
            f"  {name:<7} {signal['value']}" + ("" if quality is None else f"  quality {quality}")
        )
    if "error" in record:
        print_line(f"  not hashed: {record['error']['code']}: {record['error']['message']}")
