"""The measured tables of the docs: `python -m bench.thresholds [--results FILE] [--write]`.

Evaluates photographs as `hedgerow eval` does, or takes the results that it left in a file, and
shows what each threshold finds and what it mistakes. With --write the tables go into
docs/thresholds.md, and the suite into docs/evaluation.md.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from bench.pictures import photographs
from bench.report import ROOT, machine, put_between
from hedgerow.evaluation import (
    IMPOSTOR_HEADINGS,
    SUITE,
    Options,
    as_json,
    changes_table,
    evaluate,
    headings,
    impostor_rows,
    markdown_table,
    rows,
    suite_table,
    summary,
    threshold_rows,
)
from hedgerow.signals import signal_type

MOST = 300
DISTANCES = (0, 8, 16, 24, 31, 40, 48, 64)
LANDMARKS = (7, 8, 9, 10, 12, 15)
END = "<!-- end -->"


def begin(what: str) -> str:
    """The mark before a table."""
    return f"<!-- {what}: made by `python -m bench.thresholds --write` -->"


def measured(limit: int, jobs: int) -> dict[str, Any]:
    """Results of an evaluation of photographs."""
    stage = ""

    def advance(what: str, done: int, total: int | None) -> None:
        nonlocal stage
        if what != stage or done == total:
            stage = what
            print(f"{what}: {done} of {total}", flush=True)

    return as_json(evaluate(photographs()[0].parent, Options(limit=limit, jobs=jobs), advance))


def tables(results: dict[str, Any]) -> dict[str, str]:
    """The tables for docs/thresholds.md, by what they are of."""
    pictures = results["pictures"]
    under = f"{summary(pictures, 'photographs')}. Hedgerow {results['hedgerow']}."
    return {
        "distances": markdown_table(
            ["edit", *(f"≤ {bits}" for bits in DISTANCES)],
            threshold_rows(pictures, "cheap", DISTANCES),
        ),
        "landmarks": markdown_table(
            ["edit", *(f"≥ {count}" for count in LANDMARKS)],
            threshold_rows(pictures, "local", LANDMARKS),
        ),
        "impostors": markdown_table(IMPOSTOR_HEADINGS, impostor_rows(pictures)),
        "edits": markdown_table(headings(pictures), rows(pictures)) + f"\n\n{under}",
    }


def suite() -> dict[str, str]:
    """The tables for docs/evaluation.md."""
    pictures = [edit for edit in SUITE if not edit.key.startswith("video-")]
    videos = [edit for edit in SUITE if edit.key.startswith("video-")]
    return {
        "pictures": suite_table(pictures),
        "videos": suite_table(videos),
        "steps": changes_table(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.thresholds", description=__doc__)
    parser.add_argument("--results", type=Path, help="results.json that hedgerow eval has written")
    parser.add_argument("--limit", type=int, default=MOST, help=f"photographs ({MOST})")
    parser.add_argument("--jobs", type=int, default=2, help="worker processes (2)")
    parser.add_argument("--write", action="store_true", help="put the tables into the docs")
    parser.add_argument("--suite", action="store_true", help="the tables of the suite alone")
    arguments = parser.parse_args()
    told = {} if arguments.suite else tables(_results(arguments))
    for what, table in told.items():
        print(f"\n{what}\n\n{table}")
    if arguments.write:
        for page, found in (("thresholds", told), ("evaluation", suite())):
            for what, table in found.items():
                put_between(ROOT / "docs" / f"{page}.md", begin(what), END, table)
    print(f"\nPDQ's threshold is {signal_type('pdq').default_threshold}. On {machine()}.")


def _results(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.results is None:
        return measured(arguments.limit, arguments.jobs)
    read: dict[str, Any] = json.loads(arguments.results.read_text())
    return read


if __name__ == "__main__":
    main()
