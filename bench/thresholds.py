"""The measured tables of the docs: `python -m bench.thresholds [--results FILE] [--write]`.

Evaluates photographs and videos as `hedgerow eval` does, or takes the results that it left in
files, and shows what each threshold finds and what it mistakes. With --write the tables go into
docs/thresholds.md, and the suite into docs/evaluation.md; what wasn't measured stays as it was.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from bench.held_out import held_out_table
from bench.pictures import folder, photographs
from bench.report import ROOT, machine, put_between
from hedgerow.evaluation import (
    IMPOSTOR_HEADINGS,
    SUITE,
    SURROUNDINGS,
    Options,
    as_json,
    changes_table,
    chosen,
    evaluate,
    headings,
    impostor_rows,
    markdown_table,
    rows,
    suite_table,
    summary,
    surrounding_headings,
    surrounding_rows,
    threshold_rows,
)
from hedgerow.signals import signal_type

MOST = 500
"""Photographs: all of the test data's, so that those that nothing was learned from are known."""

MEMORY = Path("/dev/shm")  # the evaluation makes a folder of its own in it
DISTANCES = (0, 8, 16, 24, 31, 40, 48, 64)
LANDMARKS = (7, 8, 9, 10, 12, 15)
END = "<!-- end -->"


def begin(what: str) -> str:
    """The mark before a table."""
    return f"<!-- {what}: made by `python -m bench.thresholds --write` -->"


def measured(place: Path, options: Options) -> dict[str, Any]:
    """Results of an evaluation of a folder, with the names of the files."""
    stage = ""

    def advance(what: str, done: int, total: int | None) -> None:
        nonlocal stage
        if what != stage or done == total:
            stage = what
            print(f"{what}: {done} of {total}", flush=True)

    return as_json(evaluate(place, options, advance), names=True)


def picture_tables(results: dict[str, Any]) -> dict[str, str]:
    """The tables of photographs for docs/thresholds.md, by what they are of."""
    pictures = results["pictures"]
    tables = {
        "distances": markdown_table(
            ["edit", *(f"≤ {bits}" for bits in DISTANCES)],
            threshold_rows(pictures, "cheap", DISTANCES),
        ),
        "landmarks": markdown_table(
            ["edit", *(f"≥ {count}" for count in LANDMARKS)],
            threshold_rows(pictures, "local", LANDMARKS),
        ),
        "impostors": markdown_table(IMPOSTOR_HEADINGS, impostor_rows(pictures)),
        "edits": edits_table(results, "pictures", "photographs"),
        "held-out": held_out_table(results, [path.name for path in photographs()]),
    }
    if pictures.get("surroundings"):
        tables["surroundings"] = markdown_table(
            surrounding_headings(pictures), surrounding_rows(pictures)
        )
    return tables


def video_tables(results: dict[str, Any]) -> dict[str, str]:
    """The table of videos for docs/thresholds.md."""
    alike = results["videos"]["alike"]
    left_out = f" Left out, as other versions of one of these films: {alike}." if alike else ""
    return {"videos": edits_table(results, "videos", "videos") + left_out}


def edits_table(results: dict[str, Any], kind: str, called: str) -> str:
    """Each edit's recall, and below it what was measured."""
    population = results[kind]
    under = f"{summary(population, called)}. Hedgerow {results['hedgerow']}."
    return f"{markdown_table(headings(population), rows(population))}\n\n{under}"


def suite() -> dict[str, str]:
    """The tables for docs/evaluation.md."""
    pictures = [edit for edit in SUITE if not edit.key.startswith("video-")]
    videos = [edit for edit in SUITE if edit.key.startswith("video-")]
    return {
        "pictures": suite_table(pictures),
        "videos": suite_table(videos),
        "same": suite_table(SURROUNDINGS),
        "steps": changes_table(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.thresholds", description=__doc__)
    parser.add_argument(
        "--results", type=Path, help="results.json of photographs that hedgerow eval has written"
    )
    parser.add_argument("--video-results", type=Path, help="the same of videos")
    parser.add_argument(
        "--videos", type=Path, help="folder of videos to measure (those of the test data)"
    )
    parser.add_argument("--only", choices=("pictures", "videos"), help="measure nothing else")
    parser.add_argument("--limit", type=int, default=MOST, help=f"photographs, and videos ({MOST})")
    parser.add_argument("--jobs", type=int, default=2, help="worker processes (2)")
    parser.add_argument("--write", action="store_true", help="put the tables into the docs")
    parser.add_argument("--suite", action="store_true", help="the tables of the suite alone")
    arguments = parser.parse_args()
    told: dict[str, str] = {}
    if not arguments.suite:
        if arguments.only != "videos":
            told |= picture_tables(_pictures(arguments))
        if arguments.only != "pictures":
            told |= video_tables(_videos(arguments))
    for what, table in told.items():
        print(f"\n{what}\n\n{table}")
    if arguments.write:
        for page, found in (("thresholds", told), ("evaluation", suite())):
            for what, table in found.items():
                put_between(ROOT / "docs" / f"{page}.md", begin(what), END, table)
    print(f"\nPDQ's threshold is {signal_type('pdq').default_threshold}. On {machine()}.")


def _pictures(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.results is not None:
        return _read(arguments.results)
    options = Options(video_edits=[], limit=arguments.limit, jobs=arguments.jobs, sealed=MEMORY)
    return measured(photographs()[0].parent, options)


def _videos(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.video_results is not None:
        return _read(arguments.video_results)
    _, edits = chosen(None)
    options = Options(
        edits=[], video_edits=edits, surroundings=(), limit=arguments.limit, jobs=arguments.jobs
    )
    return measured(arguments.videos or folder() / "videos", options)


def _read(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text())
    return read


if __name__ == "__main__":
    main()
