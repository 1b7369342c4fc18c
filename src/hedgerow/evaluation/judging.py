"""Edited copies against all originals: what the matcher answers, and the score of every pair."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from hedgerow.evaluation.methods import PICTURES, VIDEOS, Scores
from hedgerow.evaluation.records import MAX_WRONG, Population, Signals, Tally, Wrong
from hedgerow.evaluation.scoring import codes_of, forms_of, nearest, plain
from hedgerow.matching import Match, Matcher, Query, is_low_quality


@dataclass(frozen=True)
class Copy:
    """An edited copy: of which original, by its place; what it was hashed to."""

    tally: Tally
    of: int
    signals: Signals
    peers: Mapping[str, str]


class Judge(ABC):
    """Takes in edited copies of one population, in portions."""

    bank: str
    tiers: Sequence[str]
    """Those that are looked up by themselves."""

    def __init__(self, population: Population, places: Mapping[int, int], matcher: Matcher) -> None:
        """`places`: of the originals, by the numbers of their contents in the bank."""
        self.population = population
        self._places = places
        self._matcher = matcher
        self._seconds: dict[str, list[float]] = {tier: [] for tier in self.tiers}

    def take(self, copies: Sequence[Copy]) -> None:
        """Look the copies up, and add their scores to their tallies."""
        found = {tier: self._found(tier, copies) for tier in self.tiers}
        for at, copy in enumerate(copies):
            self._take_one(copy, {tier: found[tier][at] for tier in self.tiers})
        self.population.lookup = {tier: median(each) for tier, each in self._seconds.items()}

    def _found(self, tier: str, copies: Sequence[Copy]) -> list[Sequence[Match]]:
        queries = [Query(self._asked(tier, copy.signals)) for copy in copies]
        if not self._seconds[tier]:
            # The first lookups compile code and read the index from the disk: nobody's cost later.
            self._matcher.match(queries, [self.bank])
        # Of this process, which looks up, with all of its threads; the workers' isn't in it.
        start = time.process_time()
        answers = self._matcher.match(queries, [self.bank])
        self._seconds[tier].append((time.process_time() - start) / len(copies))
        return [answer.matches for answer in answers]

    @abstractmethod
    def _asked(self, tier: str, signals: Signals) -> Signals:
        """What a tier asks of the matcher."""

    @abstractmethod
    def _take_one(self, copy: Copy, found: Mapping[str, Sequence[Match]]) -> None:
        """Add one copy's scores, and what was found, to its tally."""

    def _add(self, copy: Copy, scores: Mapping[str, Scores]) -> None:
        """Add the scores with each original, by method."""
        for key, each in scores.items():
            copy.tally.methods[key].add(int(each[copy.of]), np.delete(each, copy.of))

    def _count(self, copy: Copy, tier: str, found: Iterable[Match]) -> None:
        """Count what the matcher found at the bank's own thresholds."""
        sure: dict[int, bool] = {}
        for match in found:
            place = self._places[match.content_id]
            sure[place] = sure.get(place, False) or not _is_unsure(match)
        histogram = copy.tally.methods[tier]
        histogram.found += copy.of in sure
        sure.pop(copy.of, None)
        histogram.mistaken += len(sure)
        histogram.unsure += len(sure) - sum(sure.values())

    def _tell(self, copy: Copy, found: Sequence[Match]) -> None:
        """Keep what was missed, and what was taken for another, of all that was found."""
        if all(self._places[match.content_id] != copy.of for match in found):
            copy.tally.missed.append(copy.of)
        for match in found:
            self._note(copy, match)

    def _note(self, copy: Copy, match: Match) -> None:
        """Keep a match with another original than the copy's own."""
        place = self._places[match.content_id]
        if place == copy.of or len(self.population.wrong) == MAX_WRONG:
            return
        score = match.distance if match.seen.landmarks is None else match.seen.landmarks
        self.population.wrong.append(
            Wrong(copy.tally.edit.key, match.signal_type, score, copy.of, place, _is_unsure(match))
        )


class PictureJudge(Judge):
    """By PDQ, by landmarks, and by other people's hashes."""

    bank = PICTURES

    def __init__(self, population: Population, places: Mapping[int, int], matcher: Matcher) -> None:
        known = {method.key for method in population.methods}
        self.tiers = [tier for tier in ("plain", "cheap", "local") if tier in known]
        super().__init__(population, places, matcher)
        originals = population.originals
        self._pdq = codes_of([each.signals["pdq"]["value"] for each in originals])
        self._peers = {
            key: codes_of([each.peers[key] for each in originals]) for key in population.peers
        }
        self._least = population.method("local").own if "local" in known else 0

    def _asked(self, tier: str, signals: Signals) -> Signals:
        name = "local" if tier == "local" else "pdq"
        if name not in signals:
            return {}
        return {name: plain(signals[name]) if tier == "plain" else signals[name]}

    def _take_one(self, copy: Copy, found: Mapping[str, Sequence[Match]]) -> None:
        scores = self._scores(copy, found.get("local", ()))
        self._add(copy, scores)
        counted = dict(found)
        everything = list(found["cheap"])
        if "local" in found:
            # The matcher was asked for more of these, to score them: not all of them match.
            counted["local"] = [
                each for each in found["local"] if (each.seen.landmarks or 0) >= self._least
            ]
            everything += counted["local"]
            counted["together"] = everything
        for tier, matches in counted.items():
            self._count(copy, tier, matches)
        for tier in ("plain", "cheap"):
            self._compare(tier, found[tier], scores[tier])
        self._tell(copy, everything)

    def _compare(self, tier: str, found: Iterable[Match], scores: Scores) -> None:
        """Count the pairs that the matcher and the comparison of all pairs don't agree on."""
        own = self.population.method(tier).own
        by_index = {self._places[match.content_id] for match in found}
        by_score = set(np.flatnonzero(scores <= own).tolist())
        self.population.disagreements += len(by_index ^ by_score)

    def _scores(self, copy: Copy, local: Sequence[Match]) -> dict[str, Scores]:
        """Scores (n,) with each original, by method."""
        count = len(self._pdq)
        scores = {method.key: np.full(count, method.nothing) for method in self.population.methods}
        pdq = copy.signals.get("pdq")
        if pdq is not None:
            scores["plain"] = nearest(self._pdq, codes_of([pdq["value"]]))
            scores["cheap"] = nearest(self._pdq, codes_of(forms_of(pdq)))
        if "local" in scores:
            for match in local:
                scores["local"][self._places[match.content_id]] = match.seen.landmarks or 0
            # Found by landmarks is found, whatever the distance.
            scores["together"] = np.where(scores["local"] >= self._least, 0, scores["cheap"])
        for key, value in copy.peers.items():
            scores[key] = nearest(self._peers[key], codes_of([value]))
        return scores


class VideoJudge(Judge):
    """By the frames that two videos have in common."""

    bank = VIDEOS
    tiers = ("video",)

    def __init__(
        self,
        population: Population,
        places: Mapping[int, int],
        matcher: Matcher,
        scoring: Matcher,
    ) -> None:
        """`scoring`: tells also the videos that have too little in common to be a match."""
        super().__init__(population, places, matcher)
        self._scoring = scoring

    def _asked(self, tier: str, signals: Signals) -> Signals:  # noqa: ARG002  # there is only one
        return signals

    def _take_one(self, copy: Copy, found: Mapping[str, Sequence[Match]]) -> None:
        scores = np.zeros(len(self.population.originals), np.int64)
        [answer] = self._scoring.match([Query(copy.signals)], [self.bank])
        for match in answer.matches:
            share = max(match.seen.share or 0, match.seen.banked_share or 0)
            place = self._places[match.content_id]
            scores[place] = max(scores[place], round(100 * share))
        self._add(copy, {"video": scores})
        self._count(copy, "video", found["video"])
        self._tell(copy, found["video"])


def _is_unsure(match: Match) -> bool:
    """Whether a hash of low quality made the match, so that a person is asked at most."""
    qualities = match.quality, match.upload_quality
    return any(is_low_quality(match.signal_type, each) for each in qualities)
