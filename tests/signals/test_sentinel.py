"""The test picture is always the same, and is recognised as any picture is."""

import io
from itertools import chain

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from tests.signals.reference import distance
from tests.signals.test_pdq import everything_pil_opens

from hedgerow.banks import SENTINEL_PDQ
from hedgerow.media import File, Limits
from hedgerow.signals import sentinel_jpeg, sentinel_png, signal_type
from hedgerow.signals.landscape import landscape
from hedgerow.signals.pdq import pdq, pdq_variants

THRESHOLD = signal_type("pdq").default_threshold


@pytest.fixture(scope="module")
def picture():
    with Image.open(io.BytesIO(sentinel_png())) as opened:
        return opened.copy()


def as_jpeg(picture, quality):
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file)


EDITS = {
    "jpeg 30": lambda p: as_jpeg(p, 30),
    "jpeg 5": lambda p: as_jpeg(p, 5),
    "half": lambda p: p.resize((256, 256)),
    "tiny": lambda p: p.resize((64, 64)),
    "large": lambda p: p.resize((1500, 1500)),
    "stretched": lambda p: p.resize((700, 400)),
    "half, jpeg 30": lambda p: as_jpeg(p.resize((256, 256)), 30),
    "blurred": lambda p: p.filter(ImageFilter.GaussianBlur(3)),
    "grey": ImageOps.grayscale,
    "brighter": lambda p: ImageEnhance.Brightness(p).enhance(1.3),
    "darker": lambda p: ImageEnhance.Brightness(p).enhance(0.6),
    "256 colours": lambda p: p.quantize(256),
    "1 % cut off": lambda p: p.crop((3, 3, 509, 509)),
}


def test_it_is_drawn_with_the_hash_that_is_banked(picture):
    assert (picture.mode, picture.size) == ("RGB", (512, 512))
    assert np.array_equal(np.asarray(picture), landscape())
    assert pdq(landscape()) == (SENTINEL_PDQ, 100)


@pytest.mark.parametrize(("file", "kind"), [(sentinel_png, "png"), (sentinel_jpeg, "jpeg")])
def test_as_a_file_it_has_its_hash_too(file, kind):
    upload = File(file(), Limits())
    computed = signal_type("pdq").compute(upload)
    assert upload.picture().format == kind
    assert (distance(computed.value, SENTINEL_PDQ) <= 2, computed.quality) == (True, 100)


@pytest.mark.parametrize("edit", EDITS)
def test_it_is_recognised_after_edits(picture, edit):
    edited = np.asarray(EDITS[edit](picture).convert("RGB"))
    assert distance(pdq(edited)[0], SENTINEL_PDQ) <= THRESHOLD


@pytest.mark.parametrize(
    ("edit", "name"),
    [
        (ImageOps.mirror, "mirrored"),
        (ImageOps.flip, "flipped"),
        (ImageOps.invert, "negative"),
        (lambda p: p.transpose(Image.Transpose.ROTATE_180), "rotated_180"),
        (lambda p: p.transpose(Image.Transpose.ROTATE_270), "rotated_90"),
    ],
)
def test_it_is_recognised_turned_and_mirrored(picture, edit, name):
    variants, _quality = pdq_variants(np.asarray(edit(picture)))
    apart = {str(each): distance(value, SENTINEL_PDQ) for each, value in variants.items()}
    assert min(apart, key=apart.get) == name
    assert apart[name] <= 4
    # Not like itself turned otherwise: which edit it was can be told.
    assert sorted(apart.values())[1] > 60


def test_no_photograph_comes_near_it(shared_data, photographs):
    nearest = [
        (min(distance(value, SENTINEL_PDQ) for value in pdq_variants(pixels)[0].values()), name)
        for name, pixels in chain(everything_pil_opens(shared_data), photographs.items())
    ]
    assert len(nearest) > 500
    assert min(nearest) > (60, "")
