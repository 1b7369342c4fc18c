"""Videos that were looked at in part, and what is none: told, not passed over."""

import pytest
from tests.media.videos import animation, scenes

CUT = {"HEDGEROW_MEDIA__MAX_DECODED_FRAMES": "4"}


@pytest.fixture
def moving(newcomer):
    path = newcomer.folder / "moving.gif"
    path.write_bytes(animation(scenes(12), "GIF"))
    return path


def test_banking_a_part_is_told(newcomer, moving):
    newcomer.run("bank", "create", "known")
    ran = newcomer.run("bank", "add", "known", moving, "--json", **CUT)
    assert (ran.code, ran.record["partial"]) == (0, "max_decoded_frames")
    assert "partial" in ran.record["notes"]
    people = newcomer.run("bank", "add", "known", moving, **CUT)
    assert "note: the video was looked at in part only (max_decoded_frames)" in people.out
    whole = newcomer.run("bank", "add", "known", moving, "--json").record
    assert "partial" not in whole
    assert "partial" not in whole.get("notes", [])


def test_frames_of_a_part_are_told(newcomer, moving):
    ran = newcomer.run("hash", "--vpdq", moving, **CUT)
    assert ran.code == 0
    assert 1 <= len(ran.out.splitlines()) <= 4
    assert f"{moving}: looked at in part only (max_decoded_frames)" in ran.err
    whole = newcomer.run("hash", "--vpdq", moving)
    assert (whole.code, whole.err) == (0, "")


def test_a_still_picture_has_no_frames(newcomer, moving, pictures):
    still = pictures / "known/coffee.png"
    ran = newcomer.run("hash", "--vpdq", still, moving)
    assert ran.code == 1
    assert f"{still}: no_video: this is a still picture" in ran.err
    assert len(ran.out.splitlines()) > 1  # of the other
    assert newcomer.run("hash", still).code == 0


def test_a_scan_looks_at_every_frame(newcomer, moving, pictures):
    """Of banks that hold nothing but pictures: a frame may show one."""
    from PIL import Image

    newcomer.run("bank", "create", "known", "--action", "block")
    frame = newcomer.folder / "frame.png"
    with Image.open(moving) as opened:
        opened.seek(9)
        opened.convert("RGB").save(frame)
    value = newcomer.run("hash", "--json", "-t", "pdq", frame).record["signals"]["pdq"]["value"]
    newcomer.run("bank", "add", "known", "--signal", f"pdq:{value}")
    [scanned] = newcomer.run("scan", moving, "--json").records
    matched = newcomer.run("match", moving, "--json").record
    assert scanned["verdict"] == matched["verdict"] == "block"
    assert scanned["matches"] == matched["matches"]
    [still] = newcomer.run("scan", pictures / "uploads/other.png", "--json").records
    assert set(still["signals"]) == {"pdq"}
