"""The results as tables: for the terminal, as Markdown, for the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hedgerow.evaluation.edits import SINGLE_GOAL
from hedgerow.evaluation.results import Results, headline

KINDS = ("pictures", "videos")

Row = list[str]


def per_cent(share: float) -> str:
    """A share as a person reads it; only what is all of it is 100 %."""
    value = 100 * share
    if 0 < value < 100:
        value = min(max(value, 0.1), 99.9)
    return f"{value:.1f}".removesuffix(".0") + " %"


def interval(ends: Sequence[float]) -> str:
    """A confidence interval of a share, in per cent."""
    low, high = (100 * end for end in ends)
    return f"{low:.1f}–{high:.1f}"


def group_of(edit: Results) -> str:
    """Under what an edit stands: by what is promised of it."""
    if edit["goal"] is None:
        return "beyond what is promised"
    return "one edit" if edit["goal"] >= SINGLE_GOAL else "two at once"


def headings(population: Results) -> Row:
    """Of the table of edits."""
    first = ["edit", "goal", "found", "95 % interval", "met", "taken for others"]
    return first + [_title(each) for each in _besides(population)]


def rows(population: Results) -> list[Row]:
    """A row for each edit, as `headings` has them."""
    decisive = headline(population)
    told = []
    for edit in population["edits"]:
        found = edit["methods"][decisive]
        row = [
            edit["name"],
            "" if edit["goal"] is None else per_cent(edit["goal"]),
            per_cent(found["recall"]),
            interval(found["interval"]),
            {True: "yes", False: "NO", None: ""}[edit["met"]],
            f"{found['mistaken']:,}",
        ]
        told.append(
            row
            + [per_cent(edit["methods"][each["key"]]["recall"]) for each in _besides(population)]
        )
    return told


def _besides(population: Results) -> list[Results]:
    """The methods besides the one that the promise is made of."""
    return [each for each in population["methods"] if each["key"] != headline(population)]


def _title(method: Results) -> str:
    version = f" {method['version']}" if method["version"] else ""
    return f"{method['title']}{version}"


def impostor_rows(population: Results) -> list[Row]:
    """For each method: threshold, matches of different originals, of how many pairs, at most."""
    told = []
    for method in population["methods"]:
        found = method["impostors"]
        sign = "≥" if method["match"] == "at_least" else "≤"
        nearest = method["nearest_impostor"]
        told.append(
            [
                _title(method),
                f"{sign} {method['threshold']} {method['unit']}",
                f"{found['matches']:,}",
                f"{found['unsure']:,}" if method["ours"] else "",
                f"{1e6 * found['interval'][1]:.3g}",
                "" if nearest is None else str(nearest),
            ]
        )
    return told


IMPOSTOR_HEADINGS = [
    "method", "threshold", "others taken for it", "of these by low quality",
    "at most, of a million pairs", "nearest of all pairs",
]  # fmt: skip


def threshold_rows(population: Results, key: str, thresholds: Sequence[int]) -> list[Row]:
    """For each edit what one method finds at each of some thresholds; last, the impostors."""
    method = next(each for each in population["methods"] if each["key"] == key)
    places = [method["thresholds"].index(each) for each in thresholds]
    told = []
    for edit in population["edits"]:
        found = edit["methods"][key]["by_threshold"]
        told.append([edit["name"], *(per_cent(found[at] / edit["copies"]) for at in places)])
    wrong = method["impostors"]["by_threshold"]
    told.append(["**others taken for it**", *(f"{wrong[at]:,}" for at in places)])
    return told


def cost_rows(population: Results) -> list[Row]:
    """For each tier the milliseconds of a file, and how many times those of the first."""
    titles = {each["key"]: each["title"] for each in population["methods"]}
    tiers = [key for key in titles if key in population["cost"]]
    least = population["cost"][tiers[0]] if tiers else {}
    told = []
    for tier in tiers:
        cost = population["cost"][tier]
        times = sum(cost.values()) / max(sum(least.values()), 1e-9)
        told.append(
            [titles[tier], f"{cost['hash_ms']:.2f}", f"{cost['lookup_ms']:.2f}", f"{times:.1f}×"]
        )
    return told


COST_HEADINGS = ["tier", "to hash, ms", "to look up, ms", "times the first"]


def markdown_table(head: Row, body: Iterable[Row]) -> str:
    """A table in Markdown: the first column to the left, the others to the right."""
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in body)])


def summary(population: Results, kind: str) -> str:
    """What was measured, in a sentence."""
    promised = [edit for edit in population["edits"] if edit["goal"] is not None]
    met = sum(bool(edit["met"]) for edit in promised)
    low = population["low_quality"]
    of_low = f" ({low:,} of low quality)" if low else ""
    return (
        f"{population['originals']:,} {kind}{of_low}, {len(population['edits'])} edits, "
        f"{population['copies']:,} copies, {population['pairs']:,} pairs of a copy and another "
        f"original; {met} of {len(promised)} promises met"
    )


def markdown(results: Results) -> str:
    """Everything as one page of Markdown."""
    parts = [f"# Evaluation\n\nHedgerow {results['hedgerow']}, {results['made_at']}"]
    for kind in KINDS:
        population = results[kind]
        if population is None:
            continue
        parts += [
            f"## {kind.capitalize()}",
            summary(population, kind) + ".",
            markdown_table(headings(population), rows(population)),
            markdown_table(IMPOSTOR_HEADINGS, impostor_rows(population)),
            markdown_table(COST_HEADINGS, cost_rows(population)),
        ]
    return "\n\n".join(parts) + "\n"
