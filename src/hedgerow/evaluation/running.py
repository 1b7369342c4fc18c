"""An evaluation from the first file to the last copy, with what production uses."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from hedgerow.evaluation import copying, peers
from hedgerow.evaluation.banking import Place
from hedgerow.evaluation.gathering import Job, gather, picture_types, results
from hedgerow.evaluation.judging import Copy, Judge
from hedgerow.evaluation.methods import picture_tiers, video_tiers
from hedgerow.evaluation.records import (
    FEWEST,
    Advance,
    AnyEdit,
    Evaluation,
    Options,
    Population,
    Tally,
    TooFewFiles,
)
from hedgerow.evaluation.surrounded import surround
from hedgerow.evaluation.wording import counted
from hedgerow.matching import files_under
from hedgerow.media import Outcome, Task, Workers
from hedgerow.signals import signal_type

JOB_SECONDS, VIDEO_JOB_SECONDS = 120.0, 900.0
"""That a worker may take for some edits of a file, where the limit for an upload isn't longer."""

EDITS_AT_ONCE = 4
"""Edits that a worker makes of a picture while it has it open."""

_ALONE = "one picture or one video alone has no other to be mistaken for: it was left out"

COPIES_AT_ONCE = 64
"""Copies that are looked up in one go."""


def evaluate(folder: Path, options: Options, advance: Advance) -> Evaluation:
    """Bank the files of a folder in a database of its own, and look for edited copies of them.

    What is kept meanwhile lies in temporary folders of this user's alone, and is gone in the end.
    A kind with fewer than FEWEST files is left out. Raises TooFewFiles where that is both, and
    NoPlace.
    """
    began = time.monotonic()
    run = _prepared(options)
    limits = replace(
        options.media,
        max_seconds=max(options.media.max_seconds, JOB_SECONDS),
        max_video_seconds=max(options.media.max_video_seconds, VIDEO_JOB_SECONDS),
    )
    with Workers(Task(copying.TASK), limits, options.jobs) as workers, Place(options) as place:
        gather(_files(folder, run), folder, workers, run, advance)
        types = picture_types(options)
        kinds = (
            (_Kind(run.pictures, options.edits, types, EDITS_AT_ONCE),
             place.pictures(run.pictures)),
            (_Kind(run.videos, options.video_edits, ["pdq", "vpdq"], 1),
             place.videos(run.videos)),
        )  # fmt: skip
        if not any(judge for _kind, judge in kinds):
            raise _too_few(folder, run)
        for kind, judge in kinds:
            kind.population.cost = _cost(kind.population)
            if judge is not None:
                kind.population.tallies = [Tally(edit) for edit in kind.edits]
                _look_up(kind, judge, workers, options, advance)
            elif kind.population.originals:
                run.problems.append(_ALONE)
        if run.pictures.tallies:
            surround(run, workers, advance)
    run.seconds = time.monotonic() - began
    return run


def _files(folder: Path, run: Evaluation) -> list[Path]:
    """The files to measure: those of an earlier evaluation's results are none of them."""
    files = list(files_under([folder], lambda *_: run.refused.update(["unreadable"])))
    own = None if run.options.without is None else run.options.without.resolve()
    if own is None or not own.is_relative_to(folder.resolve()):
        return files
    return [path for path in files if not path.parent.resolve().is_relative_to(own)]


@dataclass(frozen=True)
class _Kind:
    """Pictures or videos. types: of signals that a copy is hashed to; at_once: edits of a job."""

    population: Population
    edits: Sequence[AnyEdit]
    types: list[str]
    at_once: int


def _prepared(options: Options) -> Evaluation:
    usable, problems = peers.installed() if options.peers else ([], [])
    bits = signal_type("pdq").default_threshold
    limits = options.matching
    tiers = picture_tiers(bits, limits.min_landmarks, local=options.local)
    pictures = Population((*tiers, *(each.method() for each in usable)))
    videos = Population(video_tiers(round(100 * limits.video_share)))
    return Evaluation(options, pictures, videos, problems=problems)


def _too_few(folder: Path, run: Evaluation) -> TooFewFiles:
    used = len(run.pictures.originals) + len(run.videos.originals)
    other = (
        f"{run.unasked:,} of them {'is' if run.unasked == 1 else 'are'} of a kind that none of "
        f"these edits is for (hedgerow eval --list shows all); "
        if run.unasked
        else ""
    )
    return TooFewFiles(
        f"{folder} has {counted(run.seen, 'file')}, of which {used:,} can be used; {other}an "
        f"evaluation needs at least {FEWEST} pictures, or {FEWEST} videos, that show different "
        "things"
    )


def _look_up(
    kind: _Kind, judge: Judge, workers: Workers, options: Options, advance: Advance
) -> None:
    """Make every copy of every original and judge it."""
    population = kind.population
    tallies, size = population.tallies, kind.at_once
    portions = [tallies[start : start + size] for start in range(0, len(tallies), size)]
    made = [(of, portion) for of in range(len(population.originals)) for portion in portions]
    jobs = (_job(kind, of, portion, options) for of, portion in made)
    total, done = len(population.originals) * len(tallies), 0
    waiting: list[Copy] = []
    outcomes = results(workers, jobs, 4 * options.jobs)
    for (of, portion), outcome in zip(made, outcomes, strict=True):
        waiting += _copies(of, portion, outcome)
        done += len(portion)
        if len(waiting) >= COPIES_AT_ONCE or done == total:
            judge.take(waiting)
            waiting = []
        advance(f"editing {judge.bank}", done, total)


def _job(kind: _Kind, of: int, tallies: Sequence[Tally], options: Options) -> Job:
    original = kind.population.originals[of]
    wanted: dict[str, Any] = {
        "edits": [tally.edit.key for tally in tallies],
        "types": kind.types,
        "name": original.name,
        "seed": options.seed,
        "peers": kind.population.peers,
    }
    return original.path, wanted


def _copies(of: int, tallies: Sequence[Tally], outcome: Outcome) -> Iterator[Copy]:
    """The copies; what could not be made or hashed counts as one that nothing finds."""
    refusal = outcome.refusal
    if refusal is None:
        answers = (outcome.value or {})["copies"]
    else:
        answers = [{"signals": {}, "refused": {"code": str(refusal.code)}}] * len(tallies)
    for tally, answer in zip(tallies, answers, strict=True):
        tally.copies += 1
        if "refused" in answer:
            tally.refused[answer["refused"]["code"]] += 1
        yield Copy(tally, of, answer["signals"], answer.get("peers", {}))


def _cost(population: Population) -> dict[str, float]:
    """Median seconds of a file, by tier."""
    taken = [each.cost for each in population.originals if each.cost]
    return {tier: median(each[tier] for each in taken) for tier in taken[0]} if taken else {}
