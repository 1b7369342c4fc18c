"""Real pictures, turned, mirrored and inverted, through the workers: recognised and named."""

import numpy as np
import pytest
from PIL import Image, ImageOps
from tests.postgres import sqlite_only

from hedgerow import media
from hedgerow.matching import Verdict, hashing_workers, query_of
from hedgerow.signals import Signal

pytestmark = sqlite_only("is about pictures; the database stands far behind")
PICTURES = ("astronaut.png", "chelsea.png", "rocket.jpg")
TURNS = {
    "none": None,
    "rotated_90": Image.Transpose.ROTATE_270,  # Pillow turns counter-clockwise
    "rotated_180": Image.Transpose.ROTATE_180,
    "rotated_270": Image.Transpose.ROTATE_90,
    "mirrored": Image.Transpose.FLIP_LEFT_RIGHT,
    "flipped": Image.Transpose.FLIP_TOP_BOTTOM,
    "transposed": Image.Transpose.TRANSPOSE,
    "transversed": Image.Transpose.TRANSVERSE,
}


def edited(picture, turn, *, negative):
    if TURNS[turn] is not None:
        picture = picture.transpose(TURNS[turn])
    return ImageOps.invert(picture) if negative else picture


@pytest.fixture(scope="module")
def workers():
    with hashing_workers(media.Limits(), 1, types=["pdq"], variants=True) as made:
        yield made


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_every_transform_is_found_and_named(banks, matcher, workers, photographs, tmp_path, ending):
    banks.create("known", "block")
    uploads, wanted = [], []
    for name in PICTURES:
        [outcome] = workers.run([photographs / name])
        one = outcome.value["signals"]["pdq"]
        content = banks.add_content("known", [Signal("pdq", one["value"], one["quality"])]).content
        with Image.open(photographs / name) as opened:
            picture = opened.convert("RGB")
        for turn in TURNS:
            for prefix in ("", "negative_"):
                path = tmp_path / f"{name}-{prefix}{turn}.{ending}"
                edited(picture, turn, negative=bool(prefix)).save(path, quality=90)
                uploads.append(path)
                transform = "negative" if prefix and turn == "none" else prefix + turn
                wanted.append((content.id, transform))
    answers = matcher.match([query_of(outcome) for outcome in workers.run(uploads)])
    assert [answer.verdict for answer in answers] == [Verdict.BLOCK] * len(PICTURES) * 16
    for path, answer, (content_id, transform) in zip(uploads, answers, wanted, strict=True):
        [match] = answer.matches
        assert (match.content_id, match.transform) == (content_id, transform), path
        # `value` is the upload's hash as it would be without the edit.
        differing = int(match.value, 16) ^ int(match.banked_value, 16)
        assert differing.bit_count() == match.distance


def test_another_picture_is_clear_in_every_orientation(
    banks, matcher, workers, photographs, tmp_path
):
    banks.create("known", "block")
    [outcome] = workers.run([photographs / "astronaut.png"])
    banks.add_content("known", [Signal("pdq", outcome.value["signals"]["pdq"]["value"])])
    with Image.open(photographs / "coffee.png") as opened:
        picture = opened.convert("RGB")
    for turn in TURNS:
        edited(picture, turn, negative=False).save(tmp_path / f"{turn}.png")
    outcomes = workers.run(sorted(tmp_path.glob("*.png")))
    answers = matcher.match([query_of(outcome) for outcome in outcomes])
    assert [answer.verdict for answer in answers] == [Verdict.CLEAR] * 8


def test_a_picture_with_nothing_in_it_is_never_blocked_by_its_hash(
    banks, matcher, workers, tmp_path
):
    Image.fromarray(np.full((64, 64), 200, np.uint8)).save(tmp_path / "blank.png")
    banks.create("known", "block")
    [outcome] = workers.run([tmp_path / "blank.png"])
    one = outcome.value["signals"]["pdq"]
    assert one["quality"] == 0
    banks.add_content("known", [Signal("pdq", one["value"])])
    [answer] = matcher.match([query_of(outcome)])
    assert (answer.verdict, list(answer.notes)) == (Verdict.REVIEW, ["low_quality"])
