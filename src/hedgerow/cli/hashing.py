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
    vpdq: Annotated[
        bool,
        typer.Option("--vpdq", help="Videos alone: a line a frame, frame,quality,hex,seconds."),
    ] = False,
) -> None:
    """Hash files: PDQ of the picture as a person sees it, vPDQ of videos, digests of the bytes."""
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
    if vpdq and (as_json or types):
        raise typer.BadParameter("--vpdq says what is written: give no --json and no --type")
    types = ["vpdq"] if vpdq else types
    tell = _print_vpdq if vpdq else print_json if as_json else _print_for_people
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
            record = _record(outcome, frames=vpdq)
            failed |= "error" in record
            tell(record)
            advance(done, len(files))
    if failed:
        raise typer.Exit(UNCHECKED)


def _record(outcome: Outcome, *, frames: bool = False) -> dict[str, Any]:
    record: dict[str, Any] = {"path": str(outcome.source)}
    from hedgerow.media import RefusalCode

    if outcome.refusal is not None:
        error = {"code": str(outcome.refusal.code), "message": outcome.refusal.message}
        return record | {"error": error}
    assert outcome.value is not None
    facts = dict(outcome.value)
    refused = facts.pop("refused", None)
    for signal in facts["signals"].values():
        payload = signal.pop("payload", "")
        if frames:
            signal["frames"] = _frames(payload)
    if frames and refused is None and not facts["signals"]:
        refused = {
            "code": str(RefusalCode.NO_VIDEO),
            "message": "this is a still picture and has no frames; hash it without --vpdq",
        }
    return record | facts | ({} if refused is None else {"error": refused})


def _frames(payload: str) -> list[str]:
    from base64 import b64decode

    from hedgerow.signals import SoughtVideo, write_vpdq_text

    return list(write_vpdq_text(SoughtVideo.unpack(b64decode(payload)).banked()))


def _print_vpdq(record: dict[str, Any]) -> None:
    from hedgerow.cli.output import print_line, say

    if "error" in record:
        say(f"{record['path']}: {record['error']['code']}: {record['error']['message']}")
    elif record.get("partial"):
        say(
            f"{record['path']}: looked at in part only ({record['partial']}), so frames may be "
            "missing; docs/video.md says what can be done"
        )
    for line in record.get("signals", {}).get("vpdq", {}).get("frames", ()):
        print_line(line)


def _print_for_people(record: dict[str, Any]) -> None:
    from hedgerow.cli.output import print_line

    print_line(record["path"])
    if "media" in record:
        cut = ", damaged: hashed as far as it goes" if record["truncated"] else ""
        print_line(f"  {record['media']}, {record['width']}x{record['height']}{cut}")
    if "frames" in record:
        partial = f", in part only ({record['partial']})" if record["partial"] else ""
        print_line(f"  {record['seconds']:g} s, {record['frames']} frames hashed{partial}")
    for name, signal in record.get("signals", {}).items():
        quality = signal.get("quality")
        print_line(
            f"  {name:<7} {signal['value']}" + ("" if quality is None else f"  quality {quality}")
        )
    if "error" in record:
        print_line(f"  not hashed: {record['error']['code']}: {record['error']['message']}")
