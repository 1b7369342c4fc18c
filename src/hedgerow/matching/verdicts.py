"""From matches to a verdict: what suppresses what, and which action wins.

Banks propose, this decides, in one place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from hedgerow.matching.records import Answer, Match, Note, Query, Seen, Suppressed, Verdict
from hedgerow.media import Partial
from hedgerow.signals import Box, Comparison, signal_type

_STRICTEST_FIRST = (Verdict.BLOCK, Verdict.REVIEW, Verdict.RECORD)


def is_low_quality(type_name: str, quality: int | None) -> bool:
    """Whether a signal of this type and quality says little."""
    return quality is not None and quality < signal_type(type_name).minimum_quality


def is_digest(type_name: str) -> bool:
    """Whether signals of this type are the same or not, without distances in between."""
    return signal_type(type_name).comparison is Comparison.EQUAL


def suppress(
    positives: Iterable[Match], negatives: Sequence[Match]
) -> tuple[list[Match], list[Suppressed]]:
    """Set aside the matches that a known false positive explains better.

    A negative match suppresses a positive one only where the upload is strictly nearer to the
    false positive: a banked picture itself, at distance 0, is never suppressed, however much it
    resembles something harmless. Distances of two types can't be compared; but a digest says that
    the upload is the false positive itself, which is nearer than any distance. Of landmarks the
    more are the nearer. And it has to be seen in the same place.
    """
    by_type: dict[str, list[Match]] = defaultdict(list)
    for match in sorted(negatives, key=lambda match: match.distance):
        by_type[match.signal_type].append(match)
    same_file = next((found[0] for name, found in by_type.items() if is_digest(name)), None)
    counted: list[Match] = []
    suppressed: list[Suppressed] = []
    for match in positives:
        nearer = _nearer(same_file, by_type[match.signal_type], match)
        if nearer is None:
            counted.append(match)
        else:
            suppressed.append(Suppressed(match, nearer))
    return counted, suppressed


def _nearer(same_file: Match | None, negatives: Sequence[Match], positive: Match) -> Match | None:
    """The false positive that explains a match better; None where none does."""
    if same_file is not None and positive.distance > 0:
        return same_file
    for negative in negatives:
        strictly = (
            (negative.seen.landmarks or 0) > (positive.seen.landmarks or 0)
            if positive.seen.landmarks
            else negative.distance < positive.distance
        )
        if strictly and _same_place(negative.seen, positive.seen):
            return negative
    return None


def _same_place(negative: Seen, positive: Seen) -> bool:
    """Whether what was seen of a false positive is all that was seen of the other.

    Otherwise a harmless picture beside, or a harmless scene before, would hide what is banked.
    """
    if positive.landmarks:
        return _covers(negative.box, positive.box)
    if negative.box != positive.box:
        return False
    if positive.seconds is None or negative.seconds is None:
        return positive.seconds is negative.seconds
    return negative.seconds[0] <= positive.seconds[0] and positive.seconds[1] <= negative.seconds[1]


def _covers(one: Box | None, other: Box | None) -> bool:
    """Whether nine tenths of the other box are within the one."""
    if one is None or other is None:
        return False
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0, across) * max(0, down) >= 0.9 * other[2] * other[3]


def _cautious(match: Match) -> Match:
    """A match by a signal that says little is for a person to judge, never for a machine."""
    if match.action == Verdict.BLOCK and _says_little(match):
        return replace(match, action=Verdict.REVIEW)
    return match


def _says_little(match: Match) -> bool:
    return any(
        is_low_quality(match.signal_type, quality)
        for quality in (match.upload_quality, match.quality)
    )


def _notes(query: Query) -> list[Note]:
    low = any(is_low_quality(name, one.get("quality")) for name, one in query.signals.items())
    return (
        [Note.LOW_QUALITY] * low
        + [Note.TRUNCATED] * (query.truncated or query.partial == Partial.SHORTER)
        + [Note.FIRST_FRAME] * query.more_frames
        + [Note.KEYFRAMES] * (query.partial == Partial.KEYFRAMES)
    )


LOOKED_THROUGH = frozenset({Partial.SHORTER, Partial.KEYFRAMES})
"""Reasons by which nothing went unseen that is there, or only what is near something seen. Where
some of a video can't be decoded, that isn't so: another decoder may show it."""


def _unseen(query: Query) -> dict[str, str] | None:
    """Why an upload in which nothing was found can't be called clear; None where it can."""
    if query.partial is None or query.partial in LOOKED_THROUGH:
        return None
    return {
        "code": "partial",
        "message": f"only part of the video was looked at ({query.partial}), and nothing was "
        "found in that; docs/video.md tells why, and which limits can be raised",
    }


NOTHING_COMPARED = {
    "code": "nothing_compared",
    "message": "the banks that were asked hold nothing that this could be compared with; bank "
    "something, ask other banks, or see that this is the right home",
}


def decide(
    query: Query,
    matches: Sequence[Match],
    *,
    sequence: int,
    at_most: int,
    compared: Collection[str],
) -> Answer:
    """The answer to one upload from all of its matches, positive and negative.

    `compared`: the signal types by which it could be found; by none of them it is never clear.

    `at_most` matches are kept as evidence, the strictest and nearest first. The verdict is of all
    of them.
    """
    # What says little can't clear anybody: a person looks.
    negatives = [
        match
        for match in matches
        if match.action is None and not query.truncated and not _says_little(match)
    ]
    positives = [_cautious(match) for match in matches if match.action is not None]
    counted, suppressed = suppress(positives, negatives)
    error = query.refused or _unseen(query)
    if error is None and not compared and not counted:
        error = NOTHING_COMPARED
    counted.sort(key=lambda match: (_rank(match), match.distance, match.bank, match.content_id))
    if counted:
        verdict = _STRICTEST_FIRST[_rank(counted[0])]
    else:
        verdict = Verdict.CLEAR if error is None else Verdict.UNCHECKED
    return Answer(
        verdict=verdict,
        sequence=sequence,
        matches=tuple(counted[:at_most]),
        suppressed=tuple(suppressed[:at_most]),
        notes=tuple(_notes(query)),
        error=error,
        more_matches=len(counted) > at_most or len(suppressed) > at_most,
        signals=query.signals,
        # Of all, not only of those that are given as evidence.
        test=bool(counted) and all(match.test for match in counted),
    )


def _rank(match: Match) -> int:
    assert match.action is not None
    return _STRICTEST_FIRST.index(match.action)
