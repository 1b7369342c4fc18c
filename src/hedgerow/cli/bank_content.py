"""`hedgerow bank add` and `hedgerow bank remove`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hedgerow.cli import options

if TYPE_CHECKING:
    from hedgerow.banks import Content
    from hedgerow.media import Outcome
    from hedgerow.signals import Signal

Name = Annotated[str, typer.Argument(metavar="NAME", help="The bank's name.")]
SignalTexts = Annotated[
    list[str] | None,
    typer.Option("--signal", "-s", metavar="TYPE:VALUE", help="A hash, such as pdq:HEX."),
]


def _signals(given: list[str]) -> list[Signal]:
    from hedgerow.signals import Signal, parse

    found = []
    for each in given:
        name, colon, value = each.partition(":")
        if not colon:
            raise typer.BadParameter(f"a signal is TYPE:VALUE, such as pdq:HEX, not {each[:80]!r}")
        found.append(Signal(name, parse(name, value)))
    return found


def _video(path: Path) -> Signal:
    """The frames in a file of lines `frame,quality,hex,seconds`, or a JSON list of them."""
    from hedgerow.signals import BadSignal, read_vpdq, video_signal

    try:
        return video_signal(read_vpdq(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as problem:
        raise BadSignal(f"{path} can't be read as text: {problem}") from problem


def content_line(content: Content) -> str:
    """A content on one line."""
    signals = ", ".join(f"{one.type} {one.value}" for one in content.signals)
    rest = [*content.labels, content.source, content.reference, content.note]
    told = "; ".join(each for each in rest if each)
    return f"  {content.id}: {signals}" + (f"  [{told}]" if told else "")


def add(
    name: Name,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH…", help="Pictures, and folders with all that is in them."),
    ] = None,
    signals: SignalTexts = None,
    vpdq: Annotated[
        list[Path] | None,
        typer.Option("--vpdq", metavar="FILE", help="A video's frames as vPDQ writes them."),
    ] = None,
    labels: Annotated[
        list[str] | None, typer.Option("--label", "-l", help="May be given several times.")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="Free text.")] = "",
    source: Annotated[str, typer.Option("--source", help="Who it came from.")] = "",
    reference: Annotated[str, typer.Option("--reference", help="How the source calls it.")] = "",
    jobs: options.Jobs = None,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Bank pictures and videos by their hashes (none is kept), or one content given as hashes."""
    from hedgerow.cli.ending import UNCHECKED, stoppable
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import print_json, print_line, progress
    from hedgerow.matching import hashing_workers

    if sum(map(bool, (paths, signals, vpdq))) != 1:
        raise typer.BadParameter("give files, --signal or --vpdq, one of the three")
    tell = print_json if as_json else lambda record: print_line(_line(record))
    with opened(home) as place:
        bank_signals = partial(
            place.banks.add_content,
            name,
            labels=labels or [],
            note=note,
            source=source,
            reference=reference,
        )
        if signals:
            tell(_record(bank_signals(_signals(signals)), None))
            return
        for each in vpdq or ():
            tell(_record(bank_signals([_video(each)]), None))
        if vpdq:
            return
        types = place.banks.types_kept(name)
        files, unreadable = options.listed(paths or [])
        for record in unreadable:
            tell(record)
        failed = bool(unreadable)
        with (
            stoppable("To go on, give the same command again: nothing is banked twice."),
            hashing_workers(
                place.settings.media,
                jobs or place.settings.resolved_jobs,
                types=types,
                variants=False,
            ) as workers,
            progress("banking", len(files)) as advance,
        ):
            for done, outcome in enumerate(workers.run(files), start=1):
                refused = _refused(outcome)
                failed |= refused is not None
                if refused is not None:
                    tell({"path": str(outcome.source), "error": refused})
                else:
                    tell(_record(bank_signals(_hashed(outcome)), outcome))
                advance(done, len(files))
    if failed:
        raise typer.Exit(UNCHECKED)


def _refused(outcome: Outcome) -> dict[str, str] | None:
    if outcome.refusal is not None:
        return {"code": str(outcome.refusal.code), "message": outcome.refusal.message}
    assert outcome.value is not None
    refused: dict[str, str] | None = outcome.value.get("refused")
    return refused


def _hashed(outcome: Outcome) -> list[Signal]:
    from hedgerow.matching import banked_signals

    assert outcome.value is not None
    return banked_signals(outcome.value["signals"])


def _record(added: Any, outcome: Outcome | None) -> dict[str, Any]:
    from hedgerow.matching import is_low_quality

    record = {
        "bank": added.content.bank,
        "content_id": added.content.id,
        "created": added.created,
        "signals": {
            one.type: {"value": one.value}
            | ({} if one.quality is None else {"quality": one.quality})
            for one in added.content.signals
        },
    }
    if outcome is not None and outcome.value is not None:
        low = any(is_low_quality(one.type, one.quality) for one in added.content.signals)
        partial = outcome.value.get("partial")
        notes = ["low_quality"] * low + ["truncated"] * bool(outcome.value.get("truncated"))
        notes += ["partial"] * bool(partial)
        record = {"path": str(outcome.source)} | record | ({"notes": notes} if notes else {})
        record |= {"partial": partial} if partial else {}
    return record


_NOTES = {
    "low_quality": "there is little in this picture to hash: matches with it go to review",
    "truncated": "the file is damaged: banked as far as it can be shown",
    "partial": "the video was looked at in part only ({partial}): copies of the rest aren't found; "
    "docs/video.md says what can be done",
}


def _line(record: dict[str, Any]) -> str:
    if "error" in record:
        return (
            f"not banked: {record['path']}: {record['error']['code']}: {record['error']['message']}"
        )
    said = "banked as content" if record["created"] else "in the bank already: content"
    line = f"{said} {record['content_id']}" + (f": {record['path']}" if "path" in record else "")
    return "\n  note: ".join(
        [line, *(_NOTES[note].format_map(record) for note in record.get("notes", ()))]
    )


def remove(
    name: Name,
    content_ids: Annotated[
        list[int] | None,
        typer.Option("--id", help="A content's number; may be given several times."),
    ] = None,
    signals: SignalTexts = None,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Withdraw contents: no match with them from the next lookup on."""
    from hedgerow.cli.ending import UNCHECKED
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import print_json, say

    if not content_ids and not signals:
        raise typer.BadParameter("say what to remove: --id NUMBER or --signal TYPE:VALUE")
    parsed = _signals(signals or [])  # A mistake is told before anything is removed.
    with opened(home) as place:
        removed = []
        for content_id in content_ids or ():
            place.banks.content(name, content_id)
        for content_id in dict.fromkeys(content_ids or ()):
            place.banks.remove_content(name, content_id)
            removed.append(content_id)
        for signal in parsed:
            removed += place.banks.remove_by_signal(name, signal.type, signal.value)
        place.purge()
    if as_json:
        print_json({"bank": name, "removed": removed})
    else:
        say(f"Removed {len(removed)} content(s) from {name}.")
    if not removed:
        raise typer.Exit(UNCHECKED)
