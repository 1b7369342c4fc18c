"""The page of an evaluation: tables and plots in one file that loads nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from hedgerow.evaluation.methods import KINDS
from hedgerow.evaluation.results import Results
from hedgerow.evaluation.tables import (
    COST_HEADINGS,
    IMPOSTOR_HEADINGS,
    SURROUNDINGS_TITLE,
    cost_rows,
    group_of,
    headings,
    impostor_rows,
    named_tables,
    rows,
    summary,
    surrounding_headings,
    surrounding_rows,
)
from hedgerow.evaluation.wording import counted

_ABOUT = {
    "recall": "recall of each edit, with its 95 % interval and what is promised",
    "scores": "how far copies are from their own original, and from others",
    "thresholds": "what each threshold finds, and what it mistakes",
    "cost": "what each tier costs",
}


def render_page(results: Results, plots: Mapping[str, bytes]) -> str:
    """The page as HTML. plots: the PNG files by name, which are put into it."""
    environment = Environment(
        loader=PackageLoader("hedgerow.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    parts = [_part(results, kind, plots) for kind in KINDS if results[kind] is not None]
    files = counted(results["files"]["seen"], "file")
    return environment.get_template("evaluation.html").render(
        results=results, parts=parts, files=files
    )


def _part(results: Results, kind: str, plots: Mapping[str, bytes]) -> dict[str, Any]:
    population = results[kind]
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
        "surroundings_title": SURROUNDINGS_TITLE,
        "surrounding_headings": surrounding_headings(population),
        "surroundings": surrounding_rows(population),
        "named": named_tables(results, population),
        "cost_headings": COST_HEADINGS,
        "costs": cost_rows(population),
        "plots": [
            {
                "data": b64encode(data).decode(),
                "about": _ABOUT[name.removesuffix(".png").partition("-")[2]],
            }
            for name, data in plots.items()
            if name.startswith(kind)
        ],
    }
