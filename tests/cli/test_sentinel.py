"""`hedgerow sentinel`, and what becomes of the picture."""

import io

import pytest
from PIL import Image
from tests.cli.running import controls

from hedgerow.banks import SENTINEL_PDQ
from hedgerow.signals import sentinel_jpeg, sentinel_png


@pytest.fixture
def picture(newcomer):
    path = newcomer.folder / "picture.png"
    assert newcomer.run("sentinel", path).code == 0
    return path


@pytest.mark.parametrize(
    ("name", "kind", "data"),
    [
        ("picture.png", "PNG", sentinel_png),
        ("picture.JPG", "JPEG", sentinel_jpeg),
        ("picture.jpeg", "JPEG", sentinel_jpeg),
    ],
)
def test_it_is_written_and_told_what_to_do_with_it(newcomer, name, kind, data):
    ran = newcomer.run("sentinel", newcomer.folder / name)
    assert (ran.code, ran.out) == (0, "")
    written = (newcomer.folder / name).read_bytes()
    assert written == data()
    with Image.open(io.BytesIO(written)) as opened:
        assert opened.format == kind
    assert "Upload it where your users do" in ran.err
    assert f"hedgerow match {newcomer.folder / name}" in ran.err
    assert not newcomer.kept.exists()


def test_a_file_that_is_there_is_left_alone(newcomer):
    path = newcomer.folder / "holiday.png"
    path.write_text("mine")
    ran = newcomer.run("sentinel", path)
    assert (ran.code, path.read_text()) == (2, "mine")
    assert "--force" in ran.err
    assert newcomer.run("sentinel", path, "--force").code == 0
    assert path.read_bytes() == sentinel_png()


@pytest.mark.parametrize(("path", "code"), [("picture.gif", 2), ("x", 2), ("missing/x.png", 1)])
def test_where_it_cannot_be_written_it_is_told(newcomer, path, code):
    ran = newcomer.run("sentinel", path)
    assert (ran.code, ran.out) == (code, "")
    assert path in ran.err
    assert [each.name for each in newcomer.folder.iterdir()] == ["person"]


def test_it_is_matched_in_an_installation_where_nothing_was_done(newcomer, picture, pictures):
    ran = newcomer.run("match", picture, "--json")
    assert (ran.code, ran.record["verdict"], ran.record["test"]) == (0, "block", True)
    people = newcomer.run("match", picture)
    assert people.out.splitlines() == [
        "block",
        "  a test: this is Hedgerow's own test picture, and no find",
        "  HEDGEROW_TEST, content 1: pdq, 0 bits of 31; test",
    ]
    hashed = newcomer.run("match", "--signal", f"pdq:{SENTINEL_PDQ}", "--json")
    assert (hashed.code, hashed.record["test"]) == (0, True)
    # It works, which doesn't make anything else checked.
    other = newcomer.run("match", pictures / "uploads/other.png", "--json")
    assert (other.code, other.record["error"]["code"]) == (1, "nothing_compared")


def test_a_find_is_not_labelled(filled, pictures):
    ran = filled.run("match", pictures / "known/coffee.png")
    assert ran.code == 0
    assert "test" not in ran.out
    ran = filled.run("scan", pictures / "known")
    assert "(test)" not in ran.out
    assert [row.split()[1] for row in ran.out.splitlines()[-2:]] == ["clear", "unchecked"]


def test_a_scan_tells_it_apart_from_finds(newcomer, picture, pictures):
    newcomer.run("bank", "create", "known", "--action", "block")
    newcomer.run("bank", "add", "known", pictures / "known/coffee.png")
    page = newcomer.folder / "page.html"
    ran = newcomer.run("scan", picture, pictures / "known/coffee.png", "--report", page)
    assert (ran.code, controls(ran.out)) == (0, [])
    rows = [row.split() for row in ran.out.splitlines()]
    assert [row[:2] for row in rows if row[1:] and row[1] == "(test)"] == [["block", "(test)"]]
    assert [row[:2] for row in rows[-6:]] == [
        ["1", "block"],
        ["0", "review"],
        ["0", "record"],
        ["0", "clear"],
        ["0", "unchecked"],
        ["1", "test"],
    ]
    assert "2 files in" in ran.err
    assert "<b>1</b>test" in page.read_text()


def test_a_scan_with_nothing_else_banked_says_so(newcomer, picture):
    ran = newcomer.run("scan", picture, "--json")
    assert (ran.code, ran.record["verdict"], ran.record["test"]) == (0, "block", True)
    assert "There is nothing in the banks yet" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ["delete"],
        ["update", "--rename", "mine"],
        ["add", "-s", f"pdq:{SENTINEL_PDQ}"],
        ["remove", "--signal", f"pdq:{SENTINEL_PDQ}"],
        ["remove", "--id", "1"],
    ],
)
def test_its_bank_stays_as_it_is(newcomer, words):
    ran = newcomer.run("bank", words[0], "HEDGEROW_TEST", *words[1:])
    assert (ran.code, ran.out) == (2, "")
    assert (
        ran.err
        == "error: 'HEDGEROW_TEST' is the test bank and stays as it is; use a bank of your own\n"
    )
