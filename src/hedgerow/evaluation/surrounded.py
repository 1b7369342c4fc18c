"""Different pictures in the very same surroundings: how many are taken for each other."""

from __future__ import annotations

from hedgerow.evaluation.banking import Place
from hedgerow.evaluation.edits import generator
from hedgerow.evaluation.gathering import picture_types, results
from hedgerow.evaluation.judging import Copy
from hedgerow.evaluation.records import (
    FEWEST,
    Advance,
    AnyEdit,
    Evaluation,
    Original,
    Population,
    Tally,
)
from hedgerow.media import Outcome, Workers

MOST_SURROUNDED = 40
"""Originals that are put into each surrounding, chosen by chance: of so many every pair counts."""


def surround(run: Evaluation, workers: Workers, advance: Advance) -> None:
    """Put some of the pictures into each surrounding, bank them so, and look the same files up.

    Each finds itself, and should find no other. Each surrounding has a bank of its own.
    """
    options = run.options
    if not options.surroundings:
        return
    chosen = _chosen(run)
    keys = [edit.key for edit in options.surroundings]
    # Everything by chance is by the seed alone, and so the same around every picture.
    wanted = {
        "edits": keys,
        "types": picture_types(options),
        "name": "",
        "seed": options.seed,
        "peers": [],
    }
    jobs = ((each.path, wanted) for each in chosen)
    made: dict[str, list[Original]] = {key: [] for key in keys}
    for done, (of, outcome) in enumerate(
        zip(chosen, results(workers, jobs, 4 * options.jobs), strict=True), start=1
    ):
        for key, one in zip(keys, _surrounded(of, outcome, len(keys)), strict=True):
            if one is not None:
                made[key].append(one)
        advance("putting pictures into the same surroundings", done, len(chosen))
    run.pictures.surrounded = [
        _looked_up(run, edit, made[edit.key]) for edit in options.surroundings
    ]


def _chosen(run: Evaluation) -> list[Original]:
    originals = run.pictures.originals
    chance = generator(run.options.seed, "", "surroundings").permutation(len(originals))
    return [originals[place] for place in sorted(chance[:MOST_SURROUNDED])]


def _surrounded(of: Original, outcome: Outcome, count: int) -> list[Original | None]:
    """One original in each surrounding; None where it can't be had."""
    if outcome.refusal is not None:
        return [None] * count
    answers = (outcome.value or {})["copies"]
    return [
        None if "refused" in each else Original(of.path, of.name, each["signals"], {}, {})
        for each in answers
    ]


def _looked_up(run: Evaluation, edit: AnyEdit, pictures: list[Original]) -> Population:
    """One surrounding: each picture in it against all others in it."""
    tiers = [method for method in run.pictures.methods if method.ours]
    tally = Tally(edit)
    population = Population(tiers, pictures, tallies=[tally])
    if len(pictures) < FEWEST:
        return population
    with Place(run.options) as place:
        judge = place.all_pictures(population)
        tally.copies = len(pictures)
        judge.take([Copy(tally, at, each.signals, {}) for at, each in enumerate(pictures)])
    return population
