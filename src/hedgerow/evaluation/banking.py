"""The originals in banks of their own, in a folder that is gone in the end."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import numpy as np

from hedgerow.banks import Banks
from hedgerow.evaluation.judging import PICTURES, VIDEOS, PictureJudge, VideoJudge
from hedgerow.evaluation.records import FEWEST, Evaluation, Original, Population
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
    """A database, a key and indexes in a temporary folder of this user's alone."""

    def __init__(self, run: Evaluation) -> None:
        self._run = run
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="hedgerow-eval-")))
        self._vault = Vault(self._folder / "vault.key")
        self._database = self._stack.enter_context(
            open_database(f"sqlite:///{self._folder}/hedgerow.db")
        )
        self._banks = Banks(self._database, vault=self._vault)
        # Every match is wanted, not only as many as a person can look at.
        most = 2 * (len(run.pictures.originals) + len(run.videos.originals)) + 2
        self._limits = replace(run.options.matching, max_matches=most)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _matcher(self, limits: Limits, name: str) -> Matcher:
        matcher = self._stack.enter_context(
            Matcher(
                self._database,
                self._folder / f"index-{name}",
                limits,
                vault=self._vault,
                sealed_folder=self._folder / f"sealed-{name}",
            )
        )
        matcher.prepare()
        return matcher

    def _add(self, bank: str, original: Original) -> int:
        return self._banks.add_content(bank, banked_signals(original.signals)).content.id

    def pictures(self) -> PictureJudge | None:
        """Bank the pictures, those left out that show what an earlier one shows.

        None where too few are left.
        """
        population = self._run.pictures
        self._banks.create(PICTURES, "record", local=True)
        _leave_out(population, _alike_pictures(population.originals))
        if len(population.originals) < FEWEST:
            return None
        places = {self._add(PICTURES, each): at for at, each in enumerate(population.originals)}
        least = min(FEWEST_LANDMARKS, self._limits.min_landmarks)
        limits = replace(self._limits, min_landmarks=least)
        return PictureJudge(population, places, self._matcher(limits, PICTURES))

    def videos(self) -> VideoJudge | None:
        """Bank the videos, those left out that match an earlier one; None if too few are left."""
        population = self._run.videos
        if len(population.originals) < FEWEST:
            return None
        self._banks.create(VIDEOS, "record")
        matcher = self._matcher(self._limits, VIDEOS)
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
        wide = replace(self._limits, video_share=LEAST_SHARE, video_stretch=_NO_STRETCH)
        return VideoJudge(population, places, matcher, self._matcher(wide, "wide"))


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
