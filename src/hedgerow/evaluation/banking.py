"""The originals in banks of their own, in folders that are gone in the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import numpy as np

from hedgerow.banks import Banks
from hedgerow.evaluation.judging import PictureJudge, VideoJudge
from hedgerow.evaluation.methods import PICTURES, VIDEOS
from hedgerow.evaluation.records import FEWEST, NoPlace, Options, Original, Population
from hedgerow.evaluation.scoring import codes_of, nearest
from hedgerow.matching import Limits, Matcher, Query, banked_signals
from hedgerow.store import Vault, open_database

ALIKE_BITS = 16
"""Two pictures of good quality with PDQs this near show the same: the first is used."""

FEWEST_LANDMARKS = 6
"""From how many landmarks on a pair is counted; the bank's own threshold is higher."""

LEAST_SHARE = 0.05
"""From which share of their frames on two videos are counted; the threshold is higher."""

_NO_STRETCH = 10**9
_GOOD = 50  # PDQ's own measure: below it a hash says little


class Place(AbstractContextManager["Place"]):
    """A database, a key and indexes in temporary folders of this user's alone.

    What is encrypted on the disk has its key, and its index in the clear, in another folder, in
    memory where `Options.sealed` names one: whatever kills this, no disk holds the two together.
    """

    def __init__(self, options: Options) -> None:
        """Raises NoPlace where the folders can't be made."""
        self._limits = options.matching
        self._local = options.local
        self._stack = ExitStack()
        try:
            self._folder = self._stack.enter_context(_folder(None))
            self._sealed = self._stack.enter_context(_folder(options.sealed))
            self._vault = Vault(self._sealed / "vault.key")
            self._database = self._stack.enter_context(
                open_database(f"sqlite:///{self._folder}/hedgerow.db")
            )
        except BaseException:
            self._stack.close()
            raise
        self._banks = Banks(self._database, vault=self._vault)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _limits_for(self, population: Population) -> Limits:
        # Every match is wanted, not only as many as a person can look at.
        return replace(self._limits, max_matches=2 * len(population.originals) + 2)

    def _matcher(self, limits: Limits, name: str) -> Matcher:
        matcher = self._stack.enter_context(
            Matcher(
                self._database,
                self._folder / f"index-{name}",
                limits,
                vault=self._vault,
                sealed_folder=self._sealed / f"index-{name}",
            )
        )
        matcher.prepare()
        return matcher

    def _add(self, bank: str, original: Original) -> int:
        return self._banks.add_content(bank, banked_signals(original.signals)).content.id

    def pictures(self, population: Population) -> PictureJudge | None:
        """Bank the pictures, those left out that show what an earlier one shows.

        None where too few are left.
        """
        _leave_out(population, _alike_pictures(population.originals))
        return None if len(population.originals) < FEWEST else self.all_pictures(population)

    def all_pictures(self, population: Population) -> PictureJudge:
        """Bank the pictures, also those that are alike."""
        self._banks.create(PICTURES, "record", local=self._local)
        places = {self._add(PICTURES, each): at for at, each in enumerate(population.originals)}
        limits = self._limits_for(population)
        least = min(FEWEST_LANDMARKS, limits.min_landmarks)
        limits = replace(limits, min_landmarks=least)
        return PictureJudge(population, places, self._matcher(limits, PICTURES))

    def videos(self, population: Population) -> VideoJudge | None:
        """Bank the videos, those left out that match an earlier one; None if too few are left."""
        if len(population.originals) < FEWEST:
            return None
        self._banks.create(VIDEOS, "record")
        limits = self._limits_for(population)
        matcher = self._matcher(limits, VIDEOS)
        places: dict[int, int] = {}
        alike: set[int] = set()
        for at, original in enumerate(population.originals):
            [answer] = matcher.match([Query(original.signals)], [VIDEOS])
            if answer.matches:
                alike.add(at)
            else:
                places[self._add(VIDEOS, original)] = len(places)
        _leave_out(population, alike)
        if len(population.originals) < FEWEST:
            return None
        wide = replace(limits, video_share=LEAST_SHARE, video_stretch=_NO_STRETCH)
        return VideoJudge(population, places, matcher, self._matcher(wide, "wide"))


@contextmanager
def _folder(where: Path | None) -> Iterator[Path]:
    """A new folder of this user's alone, gone in the end; among temporary files where None."""
    try:
        # What isn't there is not made: where it is to be mounted yet it would be on a disk.
        made = TemporaryDirectory(prefix="hedgerow-eval-", dir=where)
    except OSError as problem:
        named = where or "for temporary files"
        raise NoPlace(
            f"in the folder {named} nothing can be made ({problem.strerror}); name another: by the "
            "setting sealed_index for what stays in memory, by TMPDIR for the rest"
        ) from problem
    with made as name:
        yield Path(name)


def _leave_out(population: Population, places: set[int]) -> None:
    kept = [each for at, each in enumerate(population.originals) if at not in places]
    population.alike, population.originals = len(places), kept


def _alike_pictures(originals: Sequence[Original]) -> set[int]:
    """The places of those that show what an earlier one shows."""
    if not originals:
        return set()
    codes = codes_of([each.signals["pdq"]["value"] for each in originals])
    good = np.array([each.signals["pdq"]["quality"] >= _GOOD for each in originals])
    kept: list[int] = []
    for at in range(len(originals)):
        apart = nearest(codes[kept], codes[at : at + 1])
        same = (apart == 0) | ((apart <= ALIKE_BITS) & good[kept] & good[at])
        if not same.any():
            kept.append(at)
    return set(range(len(originals))) - set(kept)
