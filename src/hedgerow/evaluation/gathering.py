"""The operator's files: opened and hashed in workers, and told apart."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from hedgerow.evaluation.edits import generator
from hedgerow.evaluation.methods import PICTURES, VIDEOS
from hedgerow.evaluation.records import Advance, Evaluation, Options, Original
from hedgerow.media import Outcome, Workers

COST_FILES = 50
"""Files on which the cost of each tier is taken."""

Job = tuple[Path | bytes, dict[str, Any]]


def results(workers: Workers, jobs: Iterable[Job], in_flight: int) -> Iterator[Outcome]:
    """The outcome of each job, in order; so many under way at a time."""
    waiting: deque[Future[Outcome]] = deque()
    for source, options in jobs:
        waiting.append(workers.submit(source, options))
        if len(waiting) >= in_flight:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def gather(
    files: Sequence[Path], folder: Path, workers: Workers, run: Evaluation, advance: Advance
) -> None:
    """Hash the files as they are and keep those that can be used, up to the limit, by name."""
    options = run.options
    order = list(files)
    if options.limit is not None:
        # The first by name may all be of one day or one camera.
        chance = generator(options.seed, "", "files").permutation(len(order))
        order = [order[place] for place in chance]
    run.seen = len(files)
    wanted = {
        "peers": run.pictures.peers,
        "types": [*picture_types(options), "vpdq"],
        "kinds": _kinds_of(options),
    }
    jobs = ((path, wanted | {"cost": at < COST_FILES}) for at, path in enumerate(order))
    used: list[Original] = []
    for done, outcome in enumerate(results(workers, jobs, 4 * options.jobs), start=1):
        original = _original(outcome, folder, run)
        if original is not None:
            used.append(original)
        if options.limit is None:
            advance("reading the files", done, len(files))
        else:
            advance("reading the files", len(used), min(options.limit, len(files)))
        if len(used) == options.limit:
            break
    # A place among them then says which file it is, whatever chance has put first.
    by_name = {path: place for place, path in enumerate(files)}
    used.sort(key=lambda each: by_name[each.path])
    run.pictures.originals = [each for each in used if "vpdq" not in each.signals]
    run.videos.originals = [each for each in used if "vpdq" in each.signals]


def picture_types(options: Options) -> list[str]:
    """The signal types that a picture is hashed to."""
    return ["pdq", "local"] if options.local else ["pdq"]


def _kinds_of(options: Options) -> list[str]:
    """The kinds that any edit is for."""
    asked = (PICTURES, options.edits), (VIDEOS, options.video_edits)
    return [kind for kind, edits in asked if edits]


def _original(outcome: Outcome, folder: Path, run: Evaluation) -> Original | None:
    value = outcome.value or {}
    refusal = outcome.refusal
    code = value.get("refused", {}).get("code") if refusal is None else str(refusal.code)
    if "unasked" in value:
        run.unasked += 1
        return None
    if code is not None or not value["signals"]:
        run.refused[code or "unsupported_format"] += 1
        return None
    assert isinstance(outcome.source, Path)
    name = str(outcome.source.relative_to(folder))
    signals = value["signals"]
    return Original(outcome.source, name, signals, value.get("peers", {}), value.get("cost", {}))
