"""Of which parts of what moves stills are taken: equal ones, or mostly where it was matched."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

Span = tuple[float, float]
"""From when to when, in seconds."""

SHARE_FOUND = 2 / 3
"""Of the stills, those of what was found, where that is no larger share of the whole by itself."""


def parts_of(
    most: int, length: float, seconds: Sequence[float], found: Iterable[Span]
) -> list[Span]:
    """Up to `most` parts of the length, in order: a still is to be taken of each.

    Where something was found, each stretch of it has one at least, and the rest of the length a
    few. No stretch has more parts than frames, so that the others have them.

    Args:
        length: seconds of the whole.
        seconds: at which its frames are shown, ascending.
        found: stretches of it; they may overlap.
    """
    spans = _merged(found, length)
    if len(spans) > most:
        spans = sorted(sorted(spans, key=_length, reverse=True)[:most])
    if not spans:
        return _cut((0.0, length), most)
    around = _between(spans, length)
    share = max(SHARE_FOUND, sum(map(_length, spans)) / length)
    inside = _shared(spans, seconds, max(len(spans), round(most * share)), least=1)
    outside = _shared(around, seconds, most - sum(inside), least=0)
    inside = _shared(spans, seconds, most - sum(outside), least=1)
    shares = zip([*spans, *around], [*inside, *outside], strict=True)
    return sorted(part for span, number in shares for part in _cut(span, number))


def _merged(found: Iterable[Span], length: float) -> list[Span]:
    """The stretches that are within the length, in order, as one where they overlap."""
    merged: list[Span] = []
    for since, until in sorted(found):
        if since >= length:
            break
        last = merged[-1] if merged else (-1.0, -1.0)
        if since <= last[1]:
            merged[-1] = (last[0], max(last[1], min(until, length)))
        else:
            merged.append((since, min(until, length)))
    return merged


def _between(spans: Sequence[Span], length: float) -> list[Span]:
    """What is left of the length."""
    edges = [0.0, *(edge for span in spans for edge in span), length]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]


def _shared(
    spans: Sequence[Span], seconds: Sequence[float], number: int, *, least: int
) -> list[int]:
    """How many parts each span has, by its length; never more than it has frames, or `least`."""
    most = [
        max(least, bisect_right(seconds, until) - bisect_left(seconds, since))
        for since, until in spans
    ]
    given = [least] * len(spans)
    for _ in range(number - sum(given)):
        free = [at for at in range(len(spans)) if given[at] < most[at]]
        if not free:
            break
        given[max(free, key=lambda at: _length(spans[at]) / (given[at] + 1))] += 1
    return given


def _cut(span: Span, number: int) -> list[Span]:
    since, step = span[0], _length(span) / max(1, number)
    return [(since + place * step, since + (place + 1) * step) for place in range(number)]


def _length(span: Span) -> float:
    return span[1] - span[0]
