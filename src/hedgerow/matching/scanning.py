"""Files to answers: hashed in worker processes, compared in batches."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Collection, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from hedgerow import media
from hedgerow.matching.matcher import Matcher
from hedgerow.matching.records import Query, Verdict
from hedgerow.matching.results import Result, Stamp, asked_banks, stamp_of
from hedgerow.matching.videos import VPDQ
from hedgerow.media import Outcome, Task, Workers
from hedgerow.signals import TASK, ordinary_types

BATCH_FILES = 128
"""Files that are compared together: one question to the database and the index for all."""

BATCH_SECONDS = 0.25
"""A batch is compared after this time even where it isn't full, so that results keep coming."""


_TOLD = ("media", "width", "height", "seconds", "frames", "partial", "bytes")


@dataclass
class Summary:
    """What a scan came to. `tests`: files that matched the test bank alone; in no other count."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    tests: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    suppressed: int = 0
    bytes: int = 0
    seconds: float = 0.0

    @property
    def files(self) -> int:
        """How many files were answered."""
        return self.verdicts.total() + self.tests

    def count(self, result: Result) -> None:
        """Take one result in."""
        answer = result.answer
        self.bytes += result.stamp[0] if result.stamp else 0
        if answer.get("test"):
            self.tests += 1
            return
        self.verdicts[Verdict(answer["verdict"])] += 1
        if answer["verdict"] == Verdict.UNCHECKED:
            self.refusals[answer["error"]["code"]] += 1
        self.notes.update(answer.get("notes", ()))
        self.suppressed += bool(answer.get("suppressed"))


def query_of(outcome: Outcome) -> Query:
    """What to ask of the banks for a file that came out of the workers."""
    if outcome.refusal is not None:
        refused = {"code": str(outcome.refusal.code), "message": outcome.refusal.message}
        return Query({}, refused)
    assert outcome.value is not None
    hashed = outcome.value
    return Query(
        hashed["signals"],
        hashed.get("refused"),
        truncated=bool(hashed.get("truncated")),
        more_frames=bool(hashed.get("more_frames")) and VPDQ not in hashed["signals"],
        partial=hashed.get("partial"),
    )


def described(outcome: Outcome) -> dict[str, Any]:
    """What is known of a file besides its signals: format, size, bytes."""
    facts = outcome.value or {}
    return {name: facts[name] for name in _TOLD if name in facts}


def hashing_workers(
    limits: media.Limits, jobs: int, *, types: Collection[str] | None = None, variants: bool
) -> Workers:
    """Worker processes that hash files to signals of `types` (default: the ordinary ones)."""
    names = sorted(ordinary_types() if types is None else types)
    return Workers(Task(TASK, {"types": names, "variants": variants}), limits, jobs)


def scan(
    files: Iterable[Path],
    matcher: Matcher,
    limits: media.Limits,
    *,
    jobs: int = 1,
    banks: Collection[str] | None = None,
) -> Generator[Result]:
    """One result for each file, in order, as they come.

    Files are read, decoded and hashed in `jobs` worker processes, only to the signal types that
    the banks have. Whatever a file does to its worker, it gets a result. Raises NoSuchBank.
    """
    ahead = iter(files)
    while True:
        types = matcher.types_in_use
        under_way: deque[tuple[Path, Stamp | None]] = deque()
        # With nothing banked, at least what can't be read is told.
        with hashing_workers(limits, jobs, types=types or None, variants=True) as workers:
            for outcomes in _batches(workers.run(_stamped(ahead, under_way))):
                answers = matcher.match([query_of(outcome) for outcome in outcomes], banks)
                if not matcher.types_in_use <= types:
                    # The banks got signals of a type that these files were not hashed to.
                    break
                for outcome, answer in zip(outcomes, answers, strict=True):
                    path, stamp = under_way.popleft()
                    told = described(outcome) | answer.as_json()
                    if banks is not None:
                        told["banks"] = asked_banks(banks)
                    yield Result(str(path), stamp, told)
            else:
                return
        ahead = chain([path for path, _stamp in under_way], ahead)


def _stamped(files: Iterable[Path], under_way: deque[tuple[Path, Stamp | None]]) -> Iterator[Path]:
    """The files, each noted before it is read: one that changes later is then known as changed."""
    for path in files:
        under_way.append((path, stamp_of(path)))
        yield path


def _batches(outcomes: Iterable[Outcome]) -> Iterator[list[Outcome]]:
    """The outcomes in portions; the last may be empty, and is the only one where there are none."""
    waiting: list[Outcome] = []
    since = time.monotonic()
    for outcome in outcomes:
        waiting.append(outcome)
        if len(waiting) == BATCH_FILES or time.monotonic() - since > BATCH_SECONDS:
            yield waiting
            waiting, since = [], time.monotonic()
    yield waiting
