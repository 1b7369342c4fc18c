"""Recall on the photographs that nothing was learned from, beside that on those it was.

`signals/learned.npz` was learned from all of the test data's 500 photographs but the first
SKIPPED, sorted by name (`python -m bench.landmarks_learning FOLDER --skip 50`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hedgerow.evaluation import interval, markdown_table, per_cent, wilson

SKIPPED = 50
"""Photographs, the first by name, that were held out of what was learned."""

HARD = (
    "crop-to-60-centre",
    "crop-to-60-corner",
    "corner-crop-to-60-jpeg-quality-10",
    "crop-to-60-screenshot",
    "any-two-of-the-single-edits",
)
"""Edits that landmarks alone find, and not always."""


def held_out_table(results: dict[str, Any], names: Sequence[str]) -> str:
    """The recall of the hard edits on either part, in Markdown.

    names: of all photographs, sorted. Needs results of all of them: with some left out, it isn't
    known how many of either part were measured, and a sentence says so instead.
    """
    pictures = results["pictures"]
    if pictures["originals"] != len(names) or len(names) <= SKIPPED:
        return (
            f"Not told: {pictures['originals']:,} of {len(names):,} photographs were measured, and "
            "it takes all of them to tell the two parts apart."
        )
    edits = {edit["key"]: edit for edit in pictures["edits"]}
    body = []
    for key in HARD:
        if key not in edits:
            continue
        # A name, or a place among the sorted ones.
        places = [names.index(each) if isinstance(each, str) else each
                  for each in edits[key]["missed"]]  # fmt: skip
        held_out = sum(place < SKIPPED for place in places)
        row = [edits[key]["name"]]
        for missed, of in (
            (held_out, SKIPPED),
            (len(places) - held_out, len(names) - SKIPPED),
        ):
            found = of - missed
            row += [f"{found} of {of}, {per_cent(found / of)}", interval(wilson(found, of))]
        body.append(row)
    head = ["edit", "found of those held out", "95 % interval", "of the others", "95 % interval"]
    return markdown_table(head, body)
