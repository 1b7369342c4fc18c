"""The manifest: which segments and logs make up the index, replaced in one step.

What a manifest doesn't name doesn't exist: files of a seal or merge that was killed halfway are
swept away by the next writer.
"""

from __future__ import annotations

import json
import os
import shutil
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hedgerow.index.errors import IndexDamaged

NAME = "manifest.json"
FORMAT = 2


@dataclass(frozen=True)
class SegmentEntry:
    """A segment's folder and the file in it that says which pairs were removed.

    `born` is the number of the log that was begun when the segment came to be: removals in
    earlier logs are older than its pairs and don't concern them.
    """

    name: str
    born: int
    dead: str | None = None


@dataclass(frozen=True)
class Manifest:
    """What makes up an index.

    `sequence`: where the caller's feed stood; `logs`: changes since, oldest first;
    `counter`: for names that were never used before.
    """

    sequence: int = 0
    counter: int = 0
    segments: tuple[SegmentEntry, ...] = ()
    logs: tuple[str, ...] = ()
    format: int = field(default=FORMAT)

    def save(self, folder: Path) -> None:
        """Put this manifest in the place of the last, so that either or the other is there."""
        new = folder / f"{NAME}.new"
        fields = asdict(self)
        with open(new, "w", opener=private) as file:  # Path.open takes no opener
            json.dump(fields | {"checksum": _checksum(fields)}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / NAME)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @classmethod
    def load(cls, folder: Path) -> Manifest | None:
        """The manifest in `folder`, None where there is none yet. Raises IndexDamaged."""
        path = folder / NAME
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            read = json.loads(text)
            if read["format"] != FORMAT:
                raise IndexDamaged(
                    f"{path} has format {read['format']}, this release reads {FORMAT}; delete the "
                    "index folder, it is made again from the database"
                )
            if read.pop("checksum") != _checksum(read):
                raise ValueError("its checksum is another")
            segments = tuple(SegmentEntry(**entry) for entry in read["segments"])
            return cls(read["sequence"], read["counter"], segments, tuple(read["logs"]))
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise IndexDamaged(
                f"{path} can't be read ({problem}); delete the index folder, it is made again from "
                "the database"
            ) from problem

    def sweep(self, folder: Path) -> None:
        """Delete what this manifest doesn't name."""
        names = {entry.name: entry.dead for entry in self.segments}
        for path in folder.iterdir():
            if path.name.startswith("segment-"):
                if path.name not in names:
                    shutil.rmtree(path)
                    continue
                for dead in path.glob("dead-*.npy"):
                    if dead.name != names[path.name]:
                        dead.unlink()
            elif path.name.startswith("log-") and path.name not in self.logs:
                path.unlink()


def private(path: str, flags: int) -> int:
    """Opens a file that is made for its owner alone."""
    return os.open(path, flags, 0o600)


def _checksum(fields: dict[str, Any]) -> int:
    """So that a manifest with one digit changed is not taken for another one."""
    return zlib.crc32(json.dumps(fields, sort_keys=True).encode())


def log_number(name: str) -> int:
    """The number in a log's name."""
    return int(name.removeprefix("log-"))


def unused_number(folder: Path) -> int:
    """A number that no log and no segment in the folder has."""
    names = [path.name for pattern in ("log-*", "segment-*") for path in folder.glob(pattern)]
    numbers = [int(number) for name in names if (number := name.partition("-")[2]).isdecimal()]
    return max(numbers, default=-1) + 1
