"""Which files a scan looks at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path


def files_under(
    paths: Iterable[Path], on_unreadable: Callable[[Path, OSError], None]
) -> Iterator[Path]:
    """Every file in the folders among `paths`, and every other path as it is, sorted by folder.

    Links to folders are not followed, so that a loop has an end; links to files are. A path that
    doesn't exist is given too: it is for the media room to refuse by name. A folder that can't
    be read is told to `on_unreadable`, for what is in it stays unchecked.
    """
    for path in paths:
        if path.is_dir():
            yield from _walked(path, on_unreadable)
        else:
            yield path


def _walked(folder: Path, on_unreadable: Callable[[Path, OSError], None]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        on_unreadable(Path(error.filename), error)

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders.sort()
        for name in sorted(names):
            yield Path(parent, name)
