"""What was found, as plain data for machines: docs/evaluation.md describes each field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hedgerow import __version__
from hedgerow.evaluation.methods import MOST, Histogram, Method
from hedgerow.evaluation.records import Evaluation, Population, Tally, Wrong
from hedgerow.matching import wilson

SCHEMA = 1
"""Grows when a field changes its meaning or goes away; new fields may come at any time."""

Results = dict[str, Any]


def as_json(run: Evaluation, *, names: bool = False) -> Results:
    """The whole evaluation. `names`: whether files are told by name, else by number."""
    return {
        "schema": SCHEMA,
        "hedgerow": __version__,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(run.seconds, 1),
        "seed": run.options.seed,
        "names": names,
        "files": {"seen": run.seen, "refused": dict(sorted(run.refused.items()))},
        "problems": list(run.problems),
        "pictures": _population(run.pictures, names=names),
        "videos": _population(run.videos, names=names),
    }


def headline(population: Results) -> str:
    """The key of the method that the promise is made of."""
    keys = [method["key"] for method in population["methods"]]
    # Without landmarks there is nothing to put together: whatever plain finds, cheap finds too.
    return next(key for key in ("together", "cheap", "video") if key in keys)


def _population(population: Population, *, names: bool) -> Results | None:
    if not population.tallies:
        return None
    copies = sum(tally.copies for tally in population.tallies)
    pairs = copies * (len(population.originals) - 1)
    answer: Results = {
        "originals": len(population.originals),
        "alike": population.alike,
        "low_quality": population.low_quality,
        "copies": copies,
        "pairs": pairs,
        "methods": [_method(method, population.tallies, pairs) for method in population.methods],
        "wrong": [_wrong(wrong, population, names=names) for wrong in population.wrong],
        "cost": _cost(population),
        "disagreements": population.disagreements,
        "surroundings": [_surrounding(each) for each in population.surrounded],
    }
    answer["edits"] = [
        _edit(tally, population.methods, headline(answer))
        | {"missed": [_told(population, place, names=names) for place in tally.missed]}
        for tally in population.tallies
    ]
    return answer


def _surrounding(population: Population) -> Results:
    """Different pictures in one surrounding, by tier: how many were taken for each other."""
    [tally] = population.tallies
    return {
        "key": tally.edit.key,
        "name": tally.edit.name,
        "parameters": tally.edit.parameters,
        "pictures": tally.copies,
        "pairs": tally.copies * (tally.copies - 1),
        "methods": {
            method.key: {
                "mistaken": tally.methods[method.key].mistaken,
                "unsure": tally.methods[method.key].unsure,
                "nearest_impostor": _nearest(method, tally.methods[method.key].impostors.tolist()),
            }
            for method in population.methods
        },
    }


def _method(method: Method, tallies: list[Tally], pairs: int) -> Results:
    genuine = sum((tally.methods[method.key].genuine for tally in tallies), Histogram().genuine)
    impostors = sum(
        (tally.methods[method.key].impostors for tally in tallies), Histogram().impostors
    )
    matches = sum(_mistaken(method, tally.methods[method.key]) for tally in tallies)
    return {
        "key": method.key,
        "title": method.title,
        "unit": method.unit,
        "ours": method.ours,
        "version": method.version,
        "match": "at_least" if method.at_least else "at_most",
        "threshold": method.own,
        "thresholds": list(method.thresholds),
        "impostors": {
            "matches": matches,
            "interval": _interval(matches, pairs),
            "unsure": sum(tally.methods[method.key].unsure for tally in tallies),
            "by_threshold": [method.counted(impostors, each) for each in method.thresholds],
        },
        "scores": {"genuine": genuine.tolist(), "impostors": impostors.tolist()},
        "nearest_impostor": _nearest(method, impostors.tolist()),
    }


def _nearest(method: Method, impostors: list[int]) -> int | None:
    """The score of the impostor pair that is most like a match; None where there are no pairs."""
    # What has too little in common to be counted has the score 0.
    scores = [score for score in range(method.at_least, MOST + 1) if impostors[score]]
    return None if not scores else max(scores) if method.at_least else min(scores)


def _mistaken(method: Method, histogram: Histogram) -> int:
    if method.ours:
        return histogram.mistaken
    return method.counted(histogram.impostors, method.own)


def _edit(tally: Tally, methods: Sequence[Method], decisive: str) -> Results:
    found = {method.key: _found(method, tally) for method in methods}
    goal = tally.edit.goal
    return {
        "key": tally.edit.key,
        "name": tally.edit.name,
        "parameters": tally.edit.parameters,
        "goal": goal,
        # Of the counts: a recall that was rounded up would meet what it misses.
        "met": None if goal is None else found[decisive]["found"] / max(tally.copies, 1) >= goal,
        "copies": tally.copies,
        "refused": dict(sorted(tally.refused.items())),
        "methods": found,
    }


def _found(method: Method, tally: Tally) -> Results:
    histogram = tally.methods[method.key]
    found = histogram.found if method.ours else method.counted(histogram.genuine, method.own)
    return {
        "found": found,
        "recall": round(found / tally.copies, 4) if tally.copies else 0.0,
        "interval": _interval(found, tally.copies),
        "mistaken": _mistaken(method, histogram),
        "by_threshold": [method.counted(histogram.genuine, each) for each in method.thresholds],
    }


def _interval(found: int, of: int) -> list[float]:
    # Impostors are few among many pairs: as many digits as tell them from none.
    return [float(f"{end:.4g}") for end in wilson(found, of)]


def _told(population: Population, place: int, *, names: bool) -> int | str:
    """An original: its name where names are told, else its place, which says nothing outside."""
    return population.originals[place].name if names else place


def _wrong(wrong: Wrong, population: Population, *, names: bool) -> Results:
    return {
        "edit": wrong.edit,
        "signal_type": wrong.signal_type,
        "score": wrong.score,
        "of": _told(population, wrong.of, names=names),
        "taken_for": _told(population, wrong.taken_for, names=names),
        "unsure": wrong.unsure,
    }


def _cost(population: Population) -> Results:
    tiers = sorted(population.cost.keys() | population.lookup.keys())
    return {
        tier: {
            "hash_ms": round(1000 * population.cost.get(tier, 0.0), 3),
            "lookup_ms": round(1000 * population.lookup.get(tier, 0.0), 3),
        }
        for tier in tiers
    }
