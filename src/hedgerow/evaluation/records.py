"""What an evaluation is asked for, and what it found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hedgerow import matching, media
from hedgerow.evaluation.edits import Edit
from hedgerow.evaluation.films import VideoEdit
from hedgerow.evaluation.methods import Histogram, Method
from hedgerow.evaluation.picture_suite import PICTURE_EDITS
from hedgerow.evaluation.surrounding_suite import SURROUNDINGS
from hedgerow.evaluation.video_suite import VIDEO_EDITS
from hedgerow.matching import is_low_quality

MAX_WRONG = 1000
"""Wrong matches that are told one by one."""

FEWEST = 2
"""Files of a kind that are needed: with one there is no other that could be mistaken for it."""

AnyEdit = Edit | VideoEdit

Signals = Mapping[str, Mapping[str, Any]]
"""What a file was hashed to, by signal type, as `hedgerow.signals.hash_file` gives it."""

Advance = Callable[[str, int, int | None], None]
"""Told of the work: what is done, how much of it, of how much."""


class EvaluationProblem(Exception):
    """An evaluation can't be made as it was asked for."""


class TooFewFiles(EvaluationProblem):
    """There are not enough pictures or videos."""


class UnknownEdit(EvaluationProblem):
    """No edit of the suite has this name, or none is named at all."""


class NoPlace(EvaluationProblem):
    """There is nowhere to put what is kept meanwhile, or the results."""


@dataclass(frozen=True)
class Options:
    """How to evaluate.

    edits, video_edits: those of the suite to make; a kind without any is not even hashed.
    surroundings: those in which pictures are compared with others. limit: files to use at most,
    chosen by chance. jobs: worker processes. seed: of all chance. peers: whether to measure other
    people's hashes. local: whether the bank keeps landmarks. media, matching: limits, as in
    production. without: a folder whose files are no uploads: where the results go. sealed: the
    folder in memory for what must not lie on a disk in the clear; None: with everything else.
    """

    edits: Sequence[Edit] = PICTURE_EDITS
    video_edits: Sequence[VideoEdit] = VIDEO_EDITS
    surroundings: Sequence[Edit] = SURROUNDINGS
    limit: int | None = None
    jobs: int = 1
    seed: int = 0
    peers: bool = True
    local: bool = True
    media: media.Limits = field(default_factory=media.Limits)
    matching: matching.Limits = field(default_factory=matching.Limits)
    without: Path | None = None
    sealed: Path | None = None


@dataclass(frozen=True)
class Original:
    """A file of the operator's: its name in the folder, and what it was hashed to."""

    path: Path
    name: str
    signals: Signals
    peers: Mapping[str, str]
    cost: Mapping[str, float]


@dataclass(frozen=True)
class Wrong:
    """A match of an edited copy with an original that it wasn't made of.

    score: by `local` how many landmarks, by `pdq` how many bits differ, by `vpdq` the median of the
    bits in which frames that match differ. of, taken_for: the places of the two originals. unsure:
    by a hash of low quality, which is for a person to judge.
    """

    edit: str
    signal_type: str
    score: int
    of: int
    taken_for: int
    unsure: bool


@dataclass
class Tally:
    """What became of one edit: scores by method, and copies that could not be made or hashed.

    missed: the places of the originals whose copies nothing found.
    """

    edit: AnyEdit
    copies: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    methods: defaultdict[str, Histogram] = field(default_factory=lambda: defaultdict(Histogram))
    missed: list[int] = field(default_factory=list)


@dataclass
class Population:
    """All pictures, or all videos: they are banked and looked up apart.

    alike: files left out because another shows the same. cost: seconds a file by tier, to hash;
    lookup: to look up. disagreements: how many times a tier finds a pair by the index and not by
    the comparison of all pairs, or the other way round: always 0. surrounded: for each surrounding
    the pictures in it, banked and looked up.
    """

    methods: Sequence[Method]
    originals: Sequence[Original] = ()
    alike: int = 0
    tallies: list[Tally] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    disagreements: int = 0
    cost: dict[str, float] = field(default_factory=dict)
    lookup: dict[str, float] = field(default_factory=dict)
    surrounded: list[Population] = field(default_factory=list)

    def method(self, key: str) -> Method:
        """The method of this key."""
        return next(method for method in self.methods if method.key == key)

    @property
    def low_quality(self) -> int:
        """How many of the originals have a hash that says little: few edits of them are found."""
        return sum(
            any(
                is_low_quality(name, signal.get("quality")) for name, signal in each.signals.items()
            )
            for each in self.originals
        )

    @property
    def peers(self) -> list[str]:
        """The keys of other people's methods."""
        return [method.key for method in self.methods if not method.ours]


@dataclass
class Evaluation:
    """All that was found.

    seen: files in the folder; refused: those that could not be used, by code; unasked: those of a
    kind that none of the edits is for. problems: what a person should know besides.
    """

    options: Options
    pictures: Population
    videos: Population
    seen: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unasked: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0
