"""The page of an evaluation: tables and plots in one file that loads nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from hedgerow.evaluation.results import Results
from hedgerow.evaluation.tables import (
    COST_HEADINGS,
    IMPOSTOR_HEADINGS,
    KINDS,
    cost_rows,
    group_of,
    headings,
    impostor_rows,
    rows,
    summary,
)

_ABOUT = {
    "recall": "recall of each edit, with its 95 % interval and what is promised",
    "scores": "how far copies are from their own original, and from others",
    "thresholds": "what each threshold finds, and what it mistakes",
    "cost": "what each tier costs",
}


def render_page(results: Results, plots: Sequence[Path]) -> str:
    """The page as HTML. plots: the PNG files, which are put into it."""
    environment = Environment(
        loader=PackageLoader("hedgerow.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    parts = [_part(results[kind], kind, plots) for kind in KINDS if results[kind] is not None]
    return environment.get_template("evaluation.html").render(results=results, parts=parts)


def _part(population: Results, kind: str, plots: Sequence[Path]) -> dict[str, Any]:
    told = zip(population["edits"], rows(population), strict=True)
    return {
        "kind": kind,
        "population": population,
        "summary": summary(population, kind),
        "headings": headings(population),
        "groups": [
            (group, [row for _edit, row in each])
            for group, each in groupby(told, key=lambda pair: group_of(pair[0]))
        ],
        "impostor_headings": IMPOSTOR_HEADINGS,
        "impostors": impostor_rows(population),
        "cost_headings": COST_HEADINGS,
        "costs": cost_rows(population),
        "plots": [
            {
                "data": b64encode(path.read_bytes()).decode(),
                "about": _ABOUT[path.stem.partition("-")[2]],
            }
            for path in plots
            if path.stem.startswith(kind)
        ],
    }
