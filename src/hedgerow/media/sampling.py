"""Which frames of a video are looked at: by number as the reference does, and never too few.

The reference (vPDQ in ThreatExchange) takes the frames 0, n, 2n, … where n is the frame rate times
the seconds between two hashes, cut to a whole number. So do we, with a second in between. A short
video is looked at more closely and a very long one less; and where the frames stand still for
longer than the rate says, each that stays is looked at, whatever its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

SECONDS_APART = 1.0
"""Seconds between two frames that are looked at, where nothing speaks against it."""

FEWEST = 8
"""Frames that are looked at in any video that has as many."""

ENOUGH = 120
"""Frames up to which a video of some length is looked at more closely than once a second."""

CLOSER = (0.25, 0.5)
"""Seconds apart that frames are then: a copy that was cut begins at another moment, and what
moves looks different half a second later. By the time and not by number, so that a copy at
another rate is looked at in the same moments; few and nested, so that a clip is, too."""

LONGEST_UNSEEN = 10.0
"""Seconds for which frames may go by unseen where only keyframes are looked at, before the video
counts as not looked through. Most encoders set keyframes closer than that."""

SAME_RATE = 0.005
"""Part by which the rate that is stated and the one by the times may differ and be the same."""

ROUNDING = 0.002
"""Seconds by which a container may have rounded the time of a frame."""

LONGEST_GAP = 1.5
"""Times the seconds between two frames after which the next is looked at out of turn."""

USUAL_RATE = 25.0
"""Frames a second of a video that doesn't say."""

# What a rate that was measured may lack for the whole number that it means.
_WHOLE = 0.01


@dataclass(frozen=True)
class Plan:
    """Look at every `step`-th frame, and at one that comes more than `gap` seconds late.

    every: where it isn't None, at the first frame of each so many seconds instead; `step` is
    about as many frames.
    """

    step: int
    gap: float
    every: float | None = None

    def wants(self, number: int, seconds: float, last: float) -> bool:
        """Whether to look at a frame; `last`: the seconds of the one last looked at, or -inf."""
        if last == float("-inf"):
            return True
        if self.every is None or number == 0:
            return number % self.step == 0 or seconds - last > self.gap
        return (seconds + ROUNDING) // self.every > (last + ROUNDING) // self.every


def plan(count: int, rate: float, most: int) -> Plan:
    """The plan for `count` frames, `rate` of them a second, of which at most `most` are wanted."""
    for every in CLOSER:
        frames = count / rate / every
        if FEWEST <= frames <= min(ENOUGH, most) and every * rate > 1:
            return Plan(int(every * rate + _WHOLE), LONGEST_GAP * every, every)
    usual = max(1, int(SECONDS_APART * rate + _WHOLE))
    step = max(min(usual, count // FEWEST), -(-count // most), 1)
    # Where a long video is looked at less often, a late frame is late only after longer.
    return Plan(step, LONGEST_GAP * SECONDS_APART * max(1.0, step / usual))


def rate_of(seconds: Sequence[float], stated: float | None) -> float:
    """Frames a second: by the times at which frames are shown, else as stated, else as usual.

    What the file states may be a lie; the times are what a player goes by. But they are rounded:
    where both say nearly the same, the rate is what is stated, as for the reference.
    """
    length = seconds[-1] - seconds[0] if seconds else 0.0
    if stated is not None and not 0 < stated < float("inf"):
        stated = None
    if length <= 0:
        return USUAL_RATE if stated is None else stated
    rate = (len(seconds) - 1) / length
    return stated if stated is not None and abs(stated / rate - 1) <= SAME_RATE else rate


def usual_rate_of(seconds: Sequence[float], stated: float | None) -> float:
    """Frames a second where some times are wrong: by the step that is usual between two."""
    steps = sorted(after - before for before, after in pairwise(seconds))
    return rate_of([0.0, steps[len(steps) // 2]] if steps else [], stated)


def longest_unseen(numbers: Iterable[int], seconds: Sequence[float]) -> float:
    """How long after a frame that was looked at others still went by that were not.

    numbers: those looked at, ascending. seconds: of all frames, by number.
    """
    longest = 0.0
    there = (min(number, len(seconds)) for number in numbers)
    for before, after in pairwise([-1, *there, len(seconds)]):
        if after - before > 1:
            longest = max(longest, seconds[after - 1] - seconds[max(before, 0)])
    return longest
