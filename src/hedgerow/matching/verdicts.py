"""From matches to a verdict: what suppresses what, and which action wins.

Banks propose, this decides, in one place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from hedgerow.matching.records import Answer, Match, Note, Query, Suppressed, Verdict
from hedgerow.signals import Comparison, signal_type

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
    the upload is the false positive itself, which is nearer than any distance.
    """
    nearest: dict[str, Match] = {}
    for match in sorted(negatives, key=lambda match: match.distance, reverse=True):
        nearest[match.signal_type] = match
    same_file = next((each for name, each in nearest.items() if is_digest(name)), None)
    counted: list[Match] = []
    suppressed: list[Suppressed] = []
    for match in positives:
        nearer = same_file or nearest.get(match.signal_type)
        if nearer is not None and nearer.distance < match.distance:
            suppressed.append(Suppressed(match, nearer))
        else:
            counted.append(match)
    return counted, suppressed


def _cautious(match: Match, query: Query) -> Match:
    """A match by a signal that says little is for a person to judge, never for a machine."""
    if match.action == Verdict.BLOCK and _says_little(match, query):
        return replace(match, action=Verdict.REVIEW)
    return match


def _says_little(match: Match, query: Query) -> bool:
    own = query.signals[match.signal_type].get("quality")
    return is_low_quality(match.signal_type, own) or is_low_quality(
        match.signal_type, match.quality
    )


def _notes(query: Query) -> list[Note]:
    low = any(is_low_quality(name, one.get("quality")) for name, one in query.signals.items())
    return (
        [Note.LOW_QUALITY] * low
        + [Note.TRUNCATED] * query.truncated
        + [Note.FIRST_FRAME] * query.more_frames
    )


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
        if match.action is None and not query.truncated and not _says_little(match, query)
    ]
    positives = [_cautious(match, query) for match in matches if match.action is not None]
    counted, suppressed = suppress(positives, negatives)
    error = query.refused
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
