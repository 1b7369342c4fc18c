"""Which few frames of a video are shown as stills, and which packets that needs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from hedgerow.media.moments import Span, parts_of
from hedgerow.media.reel import Reel


@dataclass
class Stretch:
    """Packets to decode, by their place on the reel, and the numbers of the frames wanted of them.

    first is a keyframe, where there is one; last is among them.
    """

    first: int
    last: int
    numbers: deque[int]


class Spread:
    """The frames of a reel by the places of their packets; numbers are as in `Reel`."""

    def __init__(self, reel: Reel) -> None:
        self.reel = reel if reel.timed else reel.numbered_as_decoded()
        self._shown = [at for at, one in enumerate(reel.packets) if not one.is_discard]
        self._numbers = {
            at: reel.numbers[cast("int", reel.packets[at].pts)] if reel.timed else place
            for place, at in enumerate(self._shown)
        }
        self._places = {number: at for at, number in self._numbers.items()}

    def decoded_before(self, at: int) -> int:
        """How many frames that are shown are decoded before the packet."""
        return bisect_left(self._shown, at)

    def chosen(self, most: int, length: float, found: Sequence[Span]) -> list[int]:
        """The numbers of the frames: one near the middle of each of the `parts_of` the length.

        A keyframe in that part is taken, if there is one.
        """
        if len(self._places) <= most:
            return sorted(self._places)
        seconds, packets = self.reel.seconds[: len(self._places)], self.reel.packets
        keys = [number for at, number in self._numbers.items() if packets[at].is_keyframe]
        chosen = set()
        for since, until in parts_of(most, length, seconds, found):
            middle = (since + until) / 2
            number = max(0, bisect_right(seconds, middle) - 1)
            near = min(keys, key=lambda key: (abs(seconds[key] - middle), key), default=number)
            is_in_part = abs(seconds[near] - middle) < (until - since) / 2
            chosen.add(near if is_in_part else number)
        return sorted(chosen)

    def stretches(self, numbers: list[int]) -> list[Stretch]:
        """What to decode to get at the frames of these numbers, ascending."""
        stretches: list[Stretch] = []
        for number in numbers:
            last = self._places[number]
            first = self._keyframe_before(last, number)
            if stretches and first <= stretches[-1].last + 1:
                stretches[-1].last = max(last, stretches[-1].last)
                stretches[-1].numbers.append(number)
            else:
                stretches.append(Stretch(first, last, deque([number])))
        return stretches

    def _keyframe_before(self, at: int, number: int) -> int:
        """From where to decode: not from a keyframe that is shown only after the frame."""
        while at > 0 and not (
            self.reel.packets[at].is_keyframe and self._numbers.get(at, number) <= number
        ):
            at -= 1
        return at
