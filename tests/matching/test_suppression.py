"""Suppression between signals of several types that are compared by distance."""

from dataclasses import dataclass

import pytest
from tests.matching.signals import flipped, md5, pdq, query

from hedgerow.matching import Match, Seen, Verdict
from hedgerow.matching.verdicts import suppress
from hedgerow.signals import Comparison, Signal, registry

UPLOAD = pdq(1)


@dataclass(frozen=True)
class Embedding:
    """Somebody else's type, whose distances mean something else."""

    name: str = "embedding"
    comparison: Comparison = Comparison.HAMMING
    needs_picture: bool = True
    max_distance: int = 256
    default_threshold: int = 40
    minimum_quality: int = 0

    def parse(self, text):
        return text

    def compute(self, file):
        raise NotImplementedError


def embedding(signal):
    return Signal("embedding", signal.value)


@pytest.fixture
def known(monkeypatch, banks):
    monkeypatch.setitem(registry(), "embedding", Embedding())
    banks.create("known", "block")
    banks.create("harmless", kind="negative")
    return banks


def test_distances_of_two_types_are_not_compared(known, matcher):
    known.add_content("known", [embedding(flipped(UPLOAD, 35))])
    known.add_content("harmless", [flipped(UPLOAD, 2)])
    [answer] = matcher.match([query(UPLOAD, embedding(UPLOAD))])
    assert (answer.verdict, answer.suppressed) == (Verdict.BLOCK, ())
    known.add_content("harmless", [embedding(flipped(UPLOAD, 34))])
    [answer] = matcher.match([query(UPLOAD, embedding(UPLOAD))])
    assert answer.verdict == Verdict.CLEAR
    assert [each.by.signal_type for each in answer.suppressed] == ["embedding"]


def test_a_digest_suppresses_what_is_near_by_any_type(known, matcher):
    known.add_content("known", [embedding(flipped(UPLOAD, 35))])
    known.add_content("known", [flipped(UPLOAD, 1)])
    known.add_content("harmless", [md5("harmless")])
    [answer] = matcher.match([query(UPLOAD, embedding(UPLOAD), md5("harmless"))])
    assert answer.verdict == Verdict.CLEAR
    assert {each.match.signal_type for each in answer.suppressed} == {"pdq", "embedding"}
    assert {each.by.signal_type for each in answer.suppressed} == {"md5"}


def test_each_type_has_an_index_of_its_own(known, matcher, tmp_path):
    known.add_content("known", [embedding(UPLOAD)])
    known.add_content("known", [pdq(2)])
    assert matcher.match([query(UPLOAD)])[0].verdict == Verdict.CLEAR
    assert matcher.match([query(embedding(UPLOAD))])[0].verdict == Verdict.BLOCK
    assert {folder.name for folder in (tmp_path / "index").iterdir()} == {"pdq", "embedding"}


def test_what_says_little_suppresses_nothing(known, matcher):
    """A false positive with little in it, or an upload with little or cut off: a person looks."""
    known.add_content("known", [flipped(UPLOAD, 12)])
    known.add_content("harmless", [Signal("pdq", flipped(UPLOAD, 10).value, 2)])
    [answer] = matcher.match([query(UPLOAD)])
    assert (answer.verdict, answer.suppressed) == (Verdict.BLOCK, ())
    known.add_content("harmless", [Signal("pdq", flipped(UPLOAD, 9).value, 90)])
    sound, poor, cut = matcher.match(
        [
            query(UPLOAD),
            query(Signal("pdq", UPLOAD.value, 3)),
            query(UPLOAD, truncated=True),
        ]
    )
    assert sound.verdict == Verdict.CLEAR
    assert poor.verdict == Verdict.REVIEW
    assert cut.verdict == Verdict.BLOCK


def seen_match(action, distance, **seen):
    return Match(
        bank="harmless" if action is None else "known",
        bank_id=1 if action is None else 2,
        content_id=distance,
        action=action,
        signal_type=seen.pop("type", "pdq"),
        distance=distance,
        threshold=31,
        transform="none",
        value="",
        banked_value="",
        seen=Seen(**seen),
    )


LEFT, RIGHT, MOST_OF_LEFT = (0, 0, 100, 100), (100, 0, 100, 100), (2, 2, 96, 96)


@pytest.mark.parametrize(
    ("known", "harmless", "hidden"),
    [
        ({"box": LEFT}, {"box": LEFT}, True),
        ({"box": LEFT}, {"box": RIGHT}, False),
        ({"box": LEFT}, {}, False),
        ({}, {"box": LEFT}, False),
        ({"seconds": (10, 12)}, {"seconds": (9, 13)}, True),
        ({"seconds": (10, 12)}, {"seconds": (0, 11)}, False),
        ({"seconds": (10, 12)}, {}, False),
        ({"seconds": (10, 12), "box": LEFT}, {"seconds": (9, 13)}, False),
        ({"landmarks": 12, "box": MOST_OF_LEFT}, {"landmarks": 30, "box": LEFT}, True),
        ({"landmarks": 12, "box": LEFT}, {"landmarks": 30, "box": RIGHT}, False),
        ({"landmarks": 30, "box": LEFT}, {"landmarks": 12, "box": LEFT}, False),
    ],
)
def test_a_false_positive_elsewhere_hides_nothing(known, harmless, hidden):
    kind = "local" if "landmarks" in known else "pdq"
    positive = seen_match(Verdict.BLOCK, 20, type=kind, **known)
    negative = seen_match(None, 5, type=kind, **harmless)
    counted, suppressed = suppress([positive], [negative])
    assert bool(suppressed) == hidden
    assert bool(counted) != hidden


def test_the_false_positive_itself_hides_all_that_is_only_near():
    file = seen_match(None, 0, type="md5")
    near, same = seen_match(Verdict.BLOCK, 20, box=LEFT), seen_match(Verdict.BLOCK, 0)
    counted, suppressed = suppress([near, same], [file])
    assert [one.match for one in suppressed] == [near]
    assert counted == [same]
