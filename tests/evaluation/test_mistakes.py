"""What is taken for another: each count and each judgement, where there is something to count."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hedgerow.evaluation import Options, as_json, chosen, evaluate
from hedgerow.evaluation.banking import ALIKE_BITS
from hedgerow.evaluation.judging import Copy, PictureJudge
from hedgerow.evaluation.methods import picture_tiers
from hedgerow.evaluation.records import Original, Population, Tally
from hedgerow.matching import Answer, Match, Verdict
from hedgerow.signals import signal_type
from hedgerow.signals.pdq import pdq

PDQ = signal_type("pdq")
SIZE = (320, 240)
QUIET = {"video_edits": [], "surroundings": [], "peers": False, "jobs": 1}


def bits_apart(one, other):
    return (int(one, 16) ^ int(other, 16)).bit_count()


def hashed(pixels):
    return pdq(np.asarray(Image.fromarray(pixels).convert("L")))


def scene(seed):
    """A drawn picture with enough in it for a hash of good quality."""
    coarse = np.random.default_rng(seed).integers(0, 256, (12, 16, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(coarse).resize(SIZE, Image.Resampling.BICUBIC))


def nearly(pixels, least, most):
    """A picture whose hash is so many bits from this one's: part of another scene lies on it."""
    value, _ = hashed(pixels)
    other = scene(99)
    for width in range(8, SIZE[0], 4):
        changed = pixels.copy()
        changed[:, :width] = other[:, :width]
        if least <= bits_apart(value, hashed(changed)[0]) <= most:
            return changed
    raise AssertionError("no width of the other scene gives such a distance")


def faint_pair():
    """Two plain pictures with one spot each: hashes of low quality, near each other."""
    for size in range(24, 120, 4):
        made = []
        for shift in (0, 1, 2, 3):
            pixels = np.full((*SIZE[::-1], 3), 200, np.uint8)
            pixels[60 : 60 + size, 80 + shift : 80 + shift + size] = 206
            made.append(pixels)
        (first, quality), *others = [hashed(each) for each in made]
        for pixels, (value, again) in zip(made[1:], others, strict=True):
            near = 0 < bits_apart(first, value) <= PDQ.default_threshold
            if near and max(quality, again) < PDQ.minimum_quality:
                return made[0], pixels
    raise AssertionError("no spot gives such a pair")


def save(folder, **pictures):
    for name, pixels in pictures.items():
        Image.fromarray(pixels).save(folder / f"{name}.png")


@pytest.fixture(scope="module")
def near_ones(tmp_path_factory):
    """Two pictures just beyond what counts as the same, two faint ones, and one like no other."""
    folder = tmp_path_factory.mktemp("near")
    one = scene(1)
    faint, fainter = faint_pair()
    save(
        folder,
        a=one,
        b=nearly(one, ALIKE_BITS + 2, PDQ.default_threshold - 4),
        c=scene(3),
        d=faint,
        e=fainter,
    )
    edits, _ = chosen(["mirrored"])
    return evaluate(folder, Options(edits=edits, local=False, **QUIET), lambda *_: None)


def test_pictures_just_beyond_the_same_are_all_kept(near_ones):
    assert near_ones.pictures.alike == 0
    assert [each.name[0] for each in near_ones.pictures.originals] == list("abcde")


def test_each_wrong_match_is_counted(near_ones):
    [tally] = near_ones.pictures.tallies
    histogram = tally.methods["cheap"]
    # Each of a pair is taken for the other one; the faint ones are for a person to judge.
    assert (histogram.found, histogram.mistaken, histogram.unsure) == (5, 4, 2)
    # A mirrored picture is far from everything as it is.
    assert tally.methods["plain"].mistaken == 0
    told = as_json(near_ones)["pictures"]
    assert told["edits"][0]["methods"]["cheap"]["mistaken"] == 4
    [cheap] = [method for method in told["methods"] if method["key"] == "cheap"]
    assert (cheap["impostors"]["matches"], cheap["impostors"]["unsure"]) == (4, 2)
    assert sum(cheap["scores"]["impostors"][: cheap["threshold"] + 1]) == 4


def test_each_wrong_match_is_told(near_ones):
    wrong = as_json(near_ones, names=True)["pictures"]["wrong"]
    told = {(each["of"], each["taken_for"], each["unsure"]) for each in wrong}
    assert told == {
        ("a.png", "b.png", False), ("b.png", "a.png", False),
        ("d.png", "e.png", True), ("e.png", "d.png", True),
    }  # fmt: skip
    for each in wrong:
        assert (each["edit"], each["signal_type"]) == ("mirrored", "pdq")
        assert ALIKE_BITS < each["score"] <= PDQ.default_threshold or each["unsure"]


def test_a_bank_without_landmarks_has_two_tiers(near_ones):
    told = as_json(near_ones)["pictures"]
    assert [method["key"] for method in told["methods"]] == ["plain", "cheap"]
    assert set(told["cost"]) == {"plain", "cheap"}
    assert set(near_ones.pictures.originals[0].signals) == {"pdq"}
    # The promise is then made of the cheap tier.
    assert told["edits"][0]["met"] is True


@pytest.fixture
def different(tmp_path):
    save(tmp_path, **{f"p{seed}": scene(seed) for seed in range(4)})
    return tmp_path


def test_a_promise_that_is_not_kept_is_told(different):
    edits, _ = chosen(["crop-to-60-centre"])
    run = evaluate(different, Options(edits=edits, local=False, **QUIET), lambda *_: None)
    [edit] = as_json(run)["pictures"]["edits"]
    assert edit["methods"]["cheap"]["found"] < 4
    assert edit["met"] is False


def test_another_seed_makes_other_copies(different):
    edits, _ = chosen(["logo"])
    scores = []
    for seed in (0, 0, 1):
        options = Options(edits=edits, local=False, seed=seed, **QUIET)
        run = evaluate(different, options, lambda *_: None)
        assert as_json(run)["seed"] == seed
        scores.append(run.pictures.tallies[0].methods["plain"].genuine.tolist())
    assert scores[0] == scores[1] != scores[2]


def at(distance):
    """The hash that differs from nought in so many bits."""
    return f"{(1 << distance) - 1:064x}"


def match(content, quality=100):
    return Match(
        bank="pictures", bank_id=1, content_id=content, action=Verdict.RECORD, signal_type="pdq",
        distance=0, threshold=31, transform="none", value="", banked_value="",
        quality=quality, upload_quality=100,
    )  # fmt: skip


class Index:
    """Answers what it was told to, whatever it is asked."""

    def __init__(self, *contents):
        self.contents, self.asked = contents, 0

    def match(self, queries, banks):
        assert banks == ["pictures"]
        self.asked += 1
        return [
            replace(NOTHING, matches=tuple(match(each) for each in self.contents)) for _ in queries
        ]


NOTHING = Answer(verdict=Verdict.CLEAR, matches=(), sequence=1)


def judged(*contents):
    """A copy that is 5 bits from its own original (content 10) and 200 from the other (11)."""
    signals = [{"pdq": {"value": at(distance), "quality": 100}} for distance in (5, 200)]
    originals = [Original(Path("x"), "x", each, {}, {}) for each in signals]
    population = Population(picture_tiers(31, 9, local=False), originals)
    edits, _ = chosen(["mirrored"])
    tally = Tally(edits[0])
    index = Index(*contents)
    judge = PictureJudge(population, {10: 0, 11: 1}, index)
    judge.take([Copy(tally, 0, {"pdq": {"value": at(0), "quality": 100}}, {})])
    return population, tally, index


def test_an_index_that_agrees_with_the_comparison_of_all_pairs():
    population, tally, _ = judged(10)
    assert population.disagreements == 0
    assert (tally.methods["cheap"].found, tally.methods["cheap"].mistaken) == (1, 0)
    assert (tally.missed, population.wrong) == ([], [])


@pytest.mark.parametrize(
    ("contents", "pairs"),
    [((), 1), ((10, 11), 1), ((11,), 2)],
    ids=["misses one", "finds one too many", "misses one and finds another"],
)
def test_each_pair_on_which_they_differ_is_counted(contents, pairs):
    population, tally, _ = judged(*contents)
    # By each of the two tiers.
    assert population.disagreements == 2 * pairs
    assert tally.missed == ([] if 10 in contents else [0])
    assert [each.taken_for for each in population.wrong] == [1] * (11 in contents)


def test_the_first_lookup_is_nobodys_cost():
    population, _, index = judged(10)
    assert set(population.lookup) == {"plain", "cheap"}
    assert index.asked == 2 * 2
