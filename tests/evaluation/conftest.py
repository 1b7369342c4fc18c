"""A folder as an operator's may be, and one evaluation of it that several tests look at."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image
from tests import photographs
from tests.media.videos import film

from hedgerow.evaluation import Options, as_json, chosen, evaluate

PICTURE_KEYS = ["jpeg-quality-10", "mirrored", "crop-to-60-centre", "frame-10", "blur-radius-3"]
VIDEO_KEYS = ["video-mirrored", "video-the-middle-third"]


SIZE = (160, 120)


def panned(picture, count):
    """Frames of a camera that moves over a picture."""
    wide = np.asarray(picture.convert("RGB").resize((3 * SIZE[0], 2 * SIZE[1])))
    lefts = np.linspace(0, 2 * SIZE[0], count).astype(int)
    return [np.ascontiguousarray(wide[60 : 60 + SIZE[1], left : left + SIZE[0]]) for left in lefts]


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Five photographs, one of them twice, two videos, a text, an empty file, a folder inside."""
    source = photographs.folder()
    made = tmp_path_factory.mktemp("operator")
    (made / "more").mkdir()
    for name in ("astronaut", "coffee", "chelsea", "motorcycle_left"):
        with Image.open(source / f"{name}.png") as opened:
            opened.convert("RGB").resize((300, 220)).save(made / f"{name}.jpg", quality=92)
    shutil.copy(source / "rocket.jpg", made / "more" / "rocket <b>.jpg")
    with Image.open(made / "coffee.jpg") as opened:
        opened.save(made / "coffee-again.png")
    for name, path in (("page", made / "page.mp4"), ("coins", made / "more" / "coins.mp4")):
        with Image.open(source / f"{name}.png") as opened:
            path.write_bytes(film(panned(opened, 60)))
    (made / "empty.jpg").touch()
    (made / "notes.txt").write_text("Not a picture.\n")
    return made


@pytest.fixture(scope="session")
def run(folder):
    edits, video_edits = chosen([*PICTURE_KEYS, *VIDEO_KEYS])
    options = Options(edits=edits, video_edits=video_edits, jobs=2)
    told = []
    made = evaluate(folder, options, lambda *each: told.append(each))
    assert told
    return made


@pytest.fixture(scope="session")
def results(run):
    return json.loads(json.dumps(as_json(run)))
