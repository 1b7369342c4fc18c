"""One upload is looked up under sixteen hashes, and the name says what was done to it."""

import numpy as np
import pytest
from PIL import Image
from tests.signals.reference import distance

from hedgerow.signals.pdq import pdq, pdq_variants
from hedgerow.signals.transforms import ALL, Transform, bits_of, bits_of_variants

# What is done to the banked picture; quarter turns are clockwise.
PLAIN = {
    "none": lambda p: p,
    "rotated_90": lambda p: np.rot90(p, -1),
    "rotated_180": lambda p: np.rot90(p, 2),
    "rotated_270": lambda p: np.rot90(p, 1),
    "mirrored": np.fliplr,
    "flipped": np.flipud,
    "transposed": lambda p: p.swapaxes(0, 1),
    "transversed": lambda p: np.rot90(p, 2).swapaxes(0, 1),
}
# The reference's names of its eight files; its turns are counter-clockwise.
DIHEDRAL = {
    "bridge-1-original": "none",
    "bridge-2-rotate-90": "rotated_270",
    "bridge-3-rotate-180": "rotated_180",
    "bridge-4-rotate-270": "rotated_90",
    "bridge-5-flipx": "flipped",
    "bridge-6-flipy": "mirrored",
    "bridge-7-flip-plus-1": "transposed",
    "bridge-8-flip-minus-1": "transversed",
}


def changed(pixels, transform):
    plain = transform.removeprefix("negative").removeprefix("_") or "none"
    result = PLAIN[plain](pixels)
    return 255 - result if transform.startswith("negative") else result


def between(first, second):
    """The transform that makes the second picture from the first, both made from one."""
    grid = np.arange(12).reshape(3, 4)
    source, target = PLAIN[first](grid), PLAIN[second](grid)
    return next(name for name, change in PLAIN.items() if np.array_equal(change(source), target))


def nearest(pixels, banked):
    variants, _quality = pdq_variants(pixels)
    apart = {str(name): distance(value, banked) for name, value in variants.items()}
    best = min(apart, key=apart.get)
    return best, apart.pop(best), min(apart.values())


def test_there_are_sixteen_each_once():
    assert [str(each) for each in ALL] == [
        name
        for sign in ("", "negative_")
        for name in (f"{sign}{plain}".removesuffix("_none") for plain in PLAIN)
    ]
    assert set(ALL) == set(Transform)


@pytest.mark.parametrize("transform", [str(each) for each in ALL])
@pytest.mark.parametrize("name", ["astronaut", "camera", "coffee", "rocket", "chelsea"])
def test_what_was_done_is_named(photographs, name, transform):
    pixels = photographs[name]
    banked, _quality = pdq(pixels)
    best, apart, second = nearest(changed(pixels, transform), banked)
    assert best == transform
    assert apart <= 4
    assert second > 60


@pytest.mark.parametrize("name", ["astronaut", "moon"])
def test_variants_are_the_hashes_of_the_undone_pictures(photographs, name):
    """Equal but for rounding, although the windows reach farther to one side than the other."""
    pixels = photographs[name]
    variants, _quality = pdq_variants(pixels)
    assert variants[Transform.NONE] == pdq(pixels)[0]
    for plain in PLAIN:
        undone = changed(pixels, between(plain, "none"))
        negative = Transform(f"negative_{plain}".removesuffix("_none"))
        assert distance(variants[Transform(plain)], pdq(undone)[0]) <= 2, plain
        assert distance(variants[negative], pdq(255 - undone)[0]) <= 2, plain


def test_variants_by_the_definition_on_coefficients():
    """Every variant's bits are those of the changed coefficients, medians and all, ties too."""
    rng = np.random.default_rng(1)
    odd = np.where(np.arange(1, 17) % 2 == 1, -1, 1)
    for values in (rng.normal(size=(16, 16)), rng.integers(-2, 3, (16, 16))):
        plain = values.astype(np.float32)
        flipped, mirrored = plain * odd[:, None], plain * odd
        both = flipped * odd
        undone = {
            "none": plain,
            "rotated_90": mirrored.T,
            "rotated_180": both,
            "rotated_270": flipped.T,
            "mirrored": mirrored,
            "flipped": flipped,
            "transposed": plain.T,
            "transversed": both.T,
        }
        assert list(undone) == list(PLAIN)
        wanted = [bits_of(each) for each in undone.values()]
        wanted += [bits_of(-each) for each in undone.values()]
        four = np.stack([[plain, mirrored], [flipped, both]])
        assert np.array_equal(bits_of_variants(four), wanted)


def test_tiny_pictures_have_no_variants():
    assert pdq_variants(np.zeros((4, 900), np.uint8)) == ({Transform.NONE: "0" * 64}, 0)


def test_the_references_eight_match_each_other(shared_data):
    folder = shared_data / "pdq" / "reg-test-input" / "dih"
    pictures = {}
    for name in DIHEDRAL:
        with Image.open(folder / f"{name}.jpg") as image:
            pictures[name] = np.asarray(image.convert("RGB"))
    hashes = {name: pdq(pixels)[0] for name, pixels in pictures.items()}
    for upload, pixels in pictures.items():
        for banked, value in hashes.items():
            best, apart, second = nearest(pixels, value)
            assert best == between(DIHEDRAL[banked], DIHEDRAL[upload]), (banked, upload)
            assert apart <= 31
            assert second > 60
