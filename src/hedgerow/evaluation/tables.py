"""The results as tables: for the terminal, as Markdown, for the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hedgerow.evaluation.edits import SINGLE_GOAL
from hedgerow.evaluation.methods import KINDS
from hedgerow.evaluation.results import Results, headline
from hedgerow.evaluation.wording import counted, interval, per_cent, short

Row = list[str]


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
                short(1e6 * found["interval"][1]),
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


def surrounding_headings(population: Results) -> Row:
    """Of the table of surroundings: a column for each tier of Hedgerow."""
    return ["surroundings", "pictures", "pairs", *(_title(each) for each in _tiers(population))]


def surrounding_rows(population: Results) -> list[Row]:
    """For each surrounding how many other pictures in it are taken for one, by tier."""
    return [
        [
            each["name"],
            f"{each['pictures']:,}",
            f"{each['pairs']:,}",
            *(
                _share_of(each["methods"][tier["key"]]["mistaken"], each["pairs"])
                for tier in _tiers(population)
            ),
        ]
        for each in population["surroundings"]
    ]


def _tiers(population: Results) -> list[Results]:
    return [each for each in population["methods"] if each["ours"]]


def _share_of(count: int, of: int) -> str:
    return f"{count:,} ({per_cent(count / of)})" if count else "0"


WRONG_HEADINGS = ["edit", "copy of", "taken for", "by", "score", "for a person"]


def wrong_rows(population: Results) -> list[Row]:
    """Each wrong match, by the names of the two files; of results with names."""
    return [
        [
            each["edit"],
            str(each["of"]),
            str(each["taken_for"]),
            each["signal_type"],
            str(each["score"]),
            "yes" if each["unsure"] else "",
        ]
        for each in population["wrong"]
    ]


MISSED_HEADINGS = ["edit", "missed"]


def missed_rows(population: Results) -> list[Row]:
    """Each original whose copy nothing found, by edit and name; of results with names."""
    return [[edit["key"], str(each)] for edit in population["edits"] for each in edit["missed"]]


def named_tables(results: Results, population: Results) -> list[tuple[str, Row, list[Row]]]:
    """Heading and table of what was mistaken and missed; none where no names are told."""
    if not results["names"]:
        return []
    tables = (
        ("Wrong matches", WRONG_HEADINGS, wrong_rows(population)),
        ("Missed", MISSED_HEADINGS, missed_rows(population)),
    )
    return [(title, head, body) for title, head, body in tables if body]


def markdown_table(head: Row, body: Iterable[Row]) -> str:
    """A table in Markdown: the first column to the left, the others to the right."""
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in body)])


def bank_of(population: Results) -> str:
    """In what bank pictures were looked up: whether it keeps landmarks changes what is found."""
    keys = {method["key"] for method in population["methods"]}
    if "local" in keys:
        return ", in a bank that keeps landmarks (--local; off unless asked for)"
    return "" if "video" in keys else ", in a bank without landmarks"


def summary(population: Results, kind: str) -> str:
    """What was measured, in a sentence."""
    promised = [edit for edit in population["edits"] if edit["goal"] is not None]
    met = sum(bool(edit["met"]) for edit in promised)
    low = population["low_quality"]
    of_low = f" ({low:,} of low quality)" if low else ""
    kept = (
        f"{met:,} of {counted(len(promised), 'promise')} met"
        if promised
        else "nothing is promised of these"
    )
    return (
        f"{population['originals']:,} {kind}{of_low}{bank_of(population)}: "
        f"{counted(len(population['edits']), 'edit')}, "
        f"{counted(population['copies'], 'copy', 'copies')}, "
        f"{counted(population['pairs'], 'pair')} of a copy and another original; {kept}"
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
        ]
        if population["surroundings"]:
            parts += [
                SURROUNDINGS_TITLE + ":",
                markdown_table(surrounding_headings(population), surrounding_rows(population)),
            ]
        parts.append(markdown_table(COST_HEADINGS, cost_rows(population)))
        for title, head, body in named_tables(results, population):
            parts += [f"### {title}", markdown_table(head, ([*map(_cell, row)] for row in body))]
    return "\n\n".join(parts) + "\n"


SURROUNDINGS_TITLE = (
    "Different pictures in the very same surroundings that were taken for each other"
)


def _cell(text: str) -> str:
    """A file's name may be anything: nothing in it ends a cell or a line, or is a tag."""
    shown = "".join(each if each.isprintable() else " " for each in text)
    return shown.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
