"""Which feed an index was made from, so that a feed that was replaced is noticed.

A sequence number alone doesn't tell: put an older copy of a database back and change it, and the
same number stands for another change. So beside the index stands, before each advance, the mark of
the change it comes from and of the one it goes to. Whoever opens the index asks the feed for that
mark; killed anywhere in between, one of the two still vouches for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

NAME = "origin.json"

Point = tuple[int, str]
"""A sequence, and the feed's mark of the change that has it."""


def note_origin(folder: Path, start: Point, end: Point) -> None:
    """Note that the index in `folder`, now at `start`, is about to go to `end`."""
    new = folder / f"{NAME}.new"
    new.write_text(json.dumps([start, end]))
    new.replace(folder / NAME)


def is_made_from(folder: Path, sequence: int, mark_of: Callable[[int], str]) -> bool:
    """Whether the index in `folder`, at `sequence`, was made from the feed with these marks."""
    if sequence == 0:
        return True
    try:
        points = json.loads((folder / NAME).read_text())
        noted = [(int(number), str(mark)) for number, mark in points]
    except (OSError, ValueError, TypeError):
        return False  # nothing vouches for it: it is made again
    for number, mark in noted:
        if sequence <= number:
            return mark_of(number) == mark
    return False
