"""How few landmarks are no chance."""

import pytest

from hedgerow.matching import Limits
from hedgerow.matching.landmarks import _is_enough
from hedgerow.signals import Sighting

LIMITS = Limits()
LEAST = LIMITS.min_landmarks


def seen(landmarks, evenness=1.0, unmistakable=1.0):
    whole = (0, 0, 100, 100)
    return Sighting(landmarks, evenness, unmistakable, 20, False, False, 1.0, 0.0, whole, whole)


@pytest.mark.parametrize(
    ("sighting", "enough"),
    [
        (seen(LEAST), True),
        (seen(LEAST - 1), False),
        (seen(LEAST, evenness=LIMITS.min_evenness), True),
        (seen(200, evenness=LIMITS.min_evenness - 0.01), False),
        (seen(LEAST, unmistakable=LIMITS.min_unmistakable), True),
        (seen(200, unmistakable=LIMITS.min_unmistakable - 0.01), False),
    ],
)
def test_a_few_are_enough_where_they_are_even_and_unmistakable(sighting, enough):
    assert _is_enough(sighting, LIMITS) is enough


def test_more_can_be_asked_for():
    assert not _is_enough(seen(19), Limits(min_landmarks=20))
    assert _is_enough(seen(20), Limits(min_landmarks=20))


@pytest.mark.parametrize("name", ["min_evenness", "min_unmistakable", "video_share"])
def test_a_share_is_a_share(name):
    for wrong in (0, 1.1):
        with pytest.raises(ValueError, match=name):
            Limits(**{name: wrong})
