"""Which files a scan looks at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path


def files_under(
    paths: Iterable[Path], on_unreadable: Callable[[Path, OSError], None]
) -> Iterator[Path]:
    """Every file in the folders among `paths`, and every other path as it is, sorted by folder.

    Links to folders are not followed, so that a loop has an end; links to files are. A link that
    leads out of the folder, and a path that doesn't exist, are given as they are: it is for the
    media room to refuse them by name. A folder that can't be read is told to `on_unreadable`, for
    what is in it stays unchecked.
    """
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112  # Path.is_dir raises below a closed folder
            yield from _walked(path, on_unreadable)
        else:
            yield path


def _walked(folder: Path, on_unreadable: Callable[[Path, OSError], None]) -> Iterator[Path]:
    real = os.path.realpath(folder)

    def unreadable(error: OSError) -> None:
        on_unreadable(Path(error.filename), error)

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders.sort()
        out = {name for name in folders if _leads_out(Path(parent, name), real)}
        for name in sorted([*names, *out]):
            yield Path(parent, name)


def _leads_out(folder: Path, real: str) -> bool:
    """Whether `folder` is a link to a place that is not looked at on the way."""
    return folder.is_symlink() and not Path(os.path.realpath(folder)).is_relative_to(real)
