"""Suppression between signals of several types that are compared by distance."""

from dataclasses import dataclass

import pytest
from tests.matching.signals import flipped, md5, pdq, query

from hedgerow.matching import Verdict
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
