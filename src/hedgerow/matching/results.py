"""What a scan writes: one JSON object a file and line, to go on from where it was broken off."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hedgerow.matching.records import Verdict

Stamp = tuple[int, int]
"""Size in bytes and time of change in nanoseconds: the file is the same while these are."""


class ResultsProblem(Exception):
    """A file for results that can't be used."""


class ResultsExist(ResultsProblem):
    """The file for the results has results already."""


class ResultsDamaged(ResultsProblem):
    """A line of the results, not the last, is not a result."""


_BEGINS = b'{"path": "'
"""How each line begins: a file that doesn't was never ours, and is not to be cut."""


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file as it is now, None where it can't be looked at."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns


@dataclass(frozen=True)
class Result:
    """The answer on one file. `answer` is as `hedgerow.matching.Answer.as_json` gives it."""

    path: str
    stamp: Stamp | None
    answer: dict[str, Any]

    def line(self) -> str:
        """The result as one line of JSON."""
        return json.dumps({"path": self.path, **self.answer, "stamp": self.stamp})

    @classmethod
    def read(cls, line: bytes) -> Result:
        """The result in a line; raises ValueError where there is none."""
        match json.loads(line):
            case {"path": str(), "verdict": str(verdict), "matches": list()} as read:
                Verdict(verdict)
            case _:
                raise ValueError("not a result of a scan")
        if verdict == Verdict.UNCHECKED and not isinstance(read.get("error"), dict):
            raise ValueError("it doesn't say why the file could not be checked")
        match read.pop("stamp", None):
            case None:
                return cls(read.pop("path"), None, read)
            case [int(size), int(changed)]:
                return cls(read.pop("path"), (size, changed), read)
        raise ValueError("not a stamp of a file")


def read_results(path: Path) -> Iterator[Result]:
    """The results in a file; a last line that was cut off is left out. Raises ResultsDamaged."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n") and line[: len(_BEGINS)] == _BEGINS[: len(line)]:
                return
            try:
                yield Result.read(line)
            except ValueError as problem:
                raise ResultsDamaged(
                    f"line {number} of {path} is not a result of a scan; choose another file"
                ) from problem


class ResultsFile:
    """Results as they come, and those of the run that is gone on with.

    Only those count that were compared with the same banks, or all: `banks` as in `scan`.
    """

    def __init__(self, path: Path, *, resume: bool, banks: Collection[str] | None = None) -> None:
        """Raises ResultsExist, ResultsDamaged."""
        self.path = path
        self._banks = asked_banks(banks)
        if path.exists() and path.stat().st_size and not resume:
            raise ResultsExist(
                f"{path} has results already; add --resume to go on with them, or choose another"
            )
        self._earlier: dict[str, Stamp | None] = {}
        if resume and path.exists():
            self._earlier = {
                result.path: result.stamp for result in read_results(path) if self._counts(result)
            }
            _drop_cut_off_line(path)
        # Line by line to the system: what was written outlives this process however it ends.
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def _counts(self, result: Result) -> bool:
        return bool(result.answer.get("banks") == self._banks)

    def has(self, path: Path) -> bool:
        """Whether there is a result for this file as it is now."""
        stamp = self._earlier.get(str(path))
        return stamp is not None and stamp == stamp_of(path)

    def results_of(self, paths: Container[str]) -> Iterator[Result]:
        """One result of the earlier run for each of these files, as it is now."""
        told: set[str] = set()
        for result in read_results(self.path) if self._earlier else ():
            if (
                result.path in paths
                and result.path not in told
                and self._counts(result)
                and self._earlier.get(result.path) == result.stamp
            ):
                told.add(result.path)
                yield result

    def write(self, result: Result) -> None:
        """Add a result."""
        self._file.write(result.line() + "\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def asked_banks(banks: Collection[str] | None) -> list[str] | None:
    """What a result notes of the banks that it was compared with: nothing where with all."""
    return None if banks is None else sorted(set(banks))


def _drop_cut_off_line(path: Path) -> None:
    with path.open("rb") as file:
        whole = sum(len(line) for line in file if line.endswith(b"\n"))
    os.truncate(path, whole)
