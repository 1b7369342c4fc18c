import pytest
from PIL import Image, ImageOps
from tests import photographs
from tests.cli.running import Newcomer

from hedgerow.index import Index, codes_from_hex


@pytest.fixture(scope="session", autouse=True)
def compiled(tmp_path_factory):
    """The search is compiled once on a machine, which no time limit is to count."""
    with Index.open(tmp_path_factory.mktemp("compiled")) as index:
        index.add(codes_from_hex(["0" * 64]), [1])
        index.search(codes_from_hex(["0" * 64]), 0)
        index.maintain()
        index.search(codes_from_hex(["0" * 64]), 0)


@pytest.fixture
def newcomer(tmp_path):
    return Newcomer(tmp_path)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Small photographs: `known` to bank, `uploads` with edits of them, others and no pictures."""
    source = photographs.folder()
    folder = tmp_path_factory.mktemp("pictures")
    known, uploads = folder / "known", folder / "uploads"
    known.mkdir()
    (uploads / "more").mkdir(parents=True)
    for name in ("astronaut", "coffee", "chelsea"):
        with Image.open(source / f"{name}.png") as opened:
            picture = opened.convert("RGB").resize((240, 180))
        if name == "chelsea":
            picture.save(uploads / "other.png")
            continue
        picture.save(known / f"{name}.png")
        picture.save(uploads / f"{name}-compressed.jpg", quality=30)
        ImageOps.mirror(picture).save(uploads / "more" / f"{name}-mirrored.png")
    (uploads / "empty.jpg").touch()
    (uploads / "notes.txt").write_text("Not a picture.\n")
    return folder


@pytest.fixture(scope="session")
def filled(tmp_path_factory, pictures):
    """A newcomer who has banked the known pictures; not to be changed."""
    person = Newcomer(tmp_path_factory.mktemp("filled"))
    assert person.run("bank", "create", "known", "--action", "block").code == 0
    assert person.run("bank", "add", "known", pictures / "known", "--source", "tests").code == 0
    return person
