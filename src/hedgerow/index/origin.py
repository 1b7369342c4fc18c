"""Which feed an index was made from, so that a feed that was replaced is noticed.

A sequence number alone doesn't tell: put an older copy of a database back and change it, and the
same number stands for another change. So before an index advances, the feed's mark of the change
that it goes to is written beside it. Whoever opens the index asks the feed for that mark. Killed on
the way there, it still holds: the feed has that change, and all before it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from hedgerow.index.manifest import private

NAME = "origin.json"


def note_origin(folder: Path, sequence: int, mark: str) -> None:
    """Note that the index in `folder` is about to go to this change of its feed."""
    new = folder / f"{NAME}.new"
    with open(new, "w", opener=private) as file:  # Path.open takes no opener
        file.write(json.dumps([sequence, mark]))
    new.replace(folder / NAME)


def is_made_from(folder: Path, reached: int, mark_of: Callable[[int], str]) -> bool:
    """Whether the index in `folder`, at `reached`, was made from the feed with these marks."""
    path = folder / NAME
    if not path.exists():
        return reached == 0
    try:
        sequence, mark = json.loads(path.read_text())
    except (ValueError, TypeError):
        return False  # nothing vouches for it: it is made again
    return isinstance(sequence, int) and reached <= sequence and mark_of(sequence) == mark
