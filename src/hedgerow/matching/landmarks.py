"""Local signatures: from landmarks that look alike to pictures that are seen in the upload.

1. Each landmark of the upload is looked for among all banked ones: exact, by the index.
2. Banked pictures are ranked by how many of the upload's landmarks they have something like.
3. The first of them are read and weighed: how many lie as one transform says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedgerow.banks import CONTENT_BITS, LOCAL, Policy, bank_of, content_of
from hedgerow.index import Catalogue, Codes, Grouping, Hits, codes_from_bytes
from hedgerow.matching.limits import Limits
from hedgerow.matching.records import Match, Seen, Verdict
from hedgerow.signals import Banked, Sighting, Sought, Transform, sighting

ALIKE_AT_LEAST = 2
"""Landmarks that a banked picture has to have in common with the upload to be weighed."""

NEARER_WHERE_COMMON = 2
"""Bits that a landmark has to be nearer by where it is like many others: these cost most of the
search, and say least."""

Payloads = Callable[[list[int]], Mapping[int, bytes]]
"""Reads the payloads of contents by their numbers; those that are gone are left out."""


@dataclass(frozen=True)
class Upload:
    """The local signature of one upload: its value, and its landmarks."""

    value: str
    quality: int | None
    landmarks: Sought


def find(
    upload: Upload,
    catalogue: Catalogue,
    asked: Mapping[int, Policy],
    payloads: Payloads,
    limits: Limits,
) -> Iterator[Match]:
    """The banked pictures of these banks that are seen in an upload, the best candidates first."""
    radius = max((policy.thresholds[LOCAL] for policy in asked.values()), default=None)
    rows = np.flatnonzero(upload.landmarks.searched)
    if radius is None or not len(rows):
        return
    hits = _search(upload.landmarks, rows, catalogue, radius, limits)
    candidates = _candidates(hits, rows, asked, limits.max_candidates)
    read = payloads([content_of(key) for key in candidates]) if candidates else {}
    for key in candidates:
        payload = read.get(content_of(key))
        if payload is None:  # withdrawn meanwhile
            continue
        policy = asked[bank_of(key)]
        banked = Banked.unpack(payload)
        near = (hits.key == key) & (hits.distance <= policy.thresholds[LOCAL])
        queries, alike = _seeds(hits.query[near], hits.code[near], banked)
        seen = sighting(upload.landmarks, banked, (rows[queries], alike), limits.min_landmarks)
        if seen is not None and _is_enough(seen, limits):
            yield _match(upload, policy, content_of(key), seen)


def _search(
    landmarks: Sought,
    rows: npt.NDArray[np.int64],
    catalogue: Catalogue,
    radius: int,
    limits: Limits,
) -> Hits:
    """What is like the landmarks in these rows; `query` of a hit is a place among the rows."""
    codes = codes_from_bytes(landmarks.codes[rows, landmarks.view[rows]])
    common = landmarks.common[rows]
    found = []
    for which, within in ((~common, radius), (common, max(0, radius - NEARER_WHERE_COMMON))):
        places = np.flatnonzero(which)
        hits = catalogue.search(
            codes[places],
            within,
            grouping=Grouping(CONTENT_BITS, limits.max_candidates),
            threads=limits.search_threads,
        )
        found.append(Hits(places[hits.query], hits.key, hits.distance, hits.code))
    return Hits.joined(found)


def _is_enough(seen: Sighting, limits: Limits) -> bool:
    """Whether so many landmarks are neither chance nor something small that two pictures share."""
    return (
        seen.landmarks >= limits.min_landmarks
        and seen.unmistakable >= limits.min_unmistakable
        and seen.evenness >= limits.min_evenness
    )


def _candidates(
    hits: Hits, rows: npt.NDArray[np.int64], asked: Mapping[int, Policy], at_most: int
) -> list[int]:
    """Keys of contents with several landmarks like the upload's, those with the most first."""
    if not len(hits):
        return []
    banks = np.fromiter(asked, np.int64, len(asked))
    of_asked = np.isin(hits.key >> CONTENT_BITS, banks)
    pairs = np.unique(np.stack([hits.key[of_asked], rows[hits.query[of_asked]]], axis=1), axis=0)
    keys, votes = np.unique(pairs[:, 0], return_counts=True)
    order = np.lexsort((keys, -votes))[:at_most]
    return [int(keys[place]) for place in order if votes[place] >= ALIKE_AT_LEAST]


def _seeds(
    queries: npt.NDArray[np.int64], found: Codes, banked: Banked
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pairs of query and banked landmark: a code that was found may be that of several."""
    same = (found[:, np.newaxis] == codes_from_bytes(banked.code)).all(axis=2)
    hit, landmark = np.nonzero(same)
    return queries[hit], landmark


def _match(upload: Upload, policy: Policy, content_id: int, seen: Sighting) -> Match:
    return Match(
        bank=policy.name,
        bank_id=policy.bank_id,
        content_id=content_id,
        action=None if policy.action is None else Verdict(policy.action),
        signal_type=LOCAL,
        distance=seen.distance,
        threshold=policy.thresholds[LOCAL],
        transform=_TRANSFORMS[seen.mirrored, seen.negative],
        value=upload.value,
        banked_value="",
        test=policy.test,
        upload_quality=upload.quality,
        seen=Seen(
            box=seen.box,
            banked_box=seen.banked_box,
            landmarks=seen.landmarks,
            scale=seen.scale,
            angle=seen.angle,
        ),
    )


_TRANSFORMS: dict[tuple[bool, bool], str] = {
    (False, False): Transform.NONE,
    (True, False): Transform.MIRRORED,
    (False, True): Transform.NEGATIVE,
    (True, True): Transform.NEGATIVE_MIRRORED,
}
"""What was done besides turning and scaling, which are told as numbers."""
