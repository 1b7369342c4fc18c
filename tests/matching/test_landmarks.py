"""How few landmarks are no chance."""

import pytest

from hedgerow.matching.landmarks import ALIKE_WHERE_FEW, MANY, _is_enough
from hedgerow.signals import Sighting

LEAST = 9


def seen(landmarks, distance=20, angle=0.0):
    whole = (0, 0, 100, 100)
    return Sighting(landmarks, distance, False, False, 1.0, angle, whole, whole)


@pytest.mark.parametrize(
    ("sighting", "enough"),
    [
        (seen(LEAST), True),
        (seen(LEAST - 1), False),
        (seen(LEAST, distance=ALIKE_WHERE_FEW), True),
        (seen(LEAST, distance=ALIKE_WHERE_FEW + 1), False),
        (seen(MANY - 1, angle=30), False),
        (seen(LEAST, angle=1.9), True),
        (seen(LEAST, angle=358.1), True),
        (seen(LEAST, angle=91), True),
        (seen(LEAST, angle=87), False),
        (seen(MANY, distance=70, angle=30), True),
    ],
)
def test_a_few_have_to_be_alike_and_upright(sighting, enough):
    assert _is_enough(sighting, LEAST) is enough


def test_more_can_be_asked_for():
    assert not _is_enough(seen(MANY + 1), MANY + 2)
    assert _is_enough(seen(MANY + 2), MANY + 2)
