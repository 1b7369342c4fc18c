"""Files to results: in order, whatever the files are and whatever happens meanwhile."""

import os
import shutil

import numpy as np
import pytest
from PIL import Image
from tests.matching.signals import md5, pdq
from tests.postgres import sqlite_only

from hedgerow import media
from hedgerow.banks import NoSuchBank
from hedgerow.matching import (
    Summary,
    Verdict,
    banked_signals,
    hashing_workers,
    scan,
    scanning,
)
from hedgerow.signals import Signal

pytestmark = sqlite_only("is about files; the database stands far behind, and each test takes long")
LIMITS = media.Limits(max_bytes=2_000_000)


@pytest.fixture
def known(banks, photographs):
    """A bank with two photographs by PDQ, and a file that is no picture by its MD5."""
    banks.create("known", "block")
    with hashing_workers(LIMITS, 1, types=["pdq"], variants=False) as workers:
        for outcome in workers.run([photographs / "astronaut.png", photographs / "coffee.png"]):
            one = outcome.value["signals"]["pdq"]
            banks.add_content("known", [Signal("pdq", one["value"], one["quality"])])
    banks.add_content("known", [md5("a banked document")])
    return banks


@pytest.fixture
def uploads(tmp_path, photographs):
    folder = tmp_path / "uploads"
    folder.mkdir()
    with Image.open(photographs / "astronaut.png") as opened:
        opened.convert("RGB").resize((200, 200)).save(folder / "1-edited.jpg")
        opened.convert("RGB").save(folder / "2-too-large.bmp")
        with (folder / "2-too-large.bmp").open("ab") as file:
            file.truncate(3_000_000)
    shutil.copy(photographs / "chelsea.png", folder / "3-another.png")
    (folder / "4-empty.jpg").touch()
    (folder / "5-document.txt").write_text("a banked document")
    (folder / "6-other.txt").write_text("another document")
    whole = (folder / "1-edited.jpg").read_bytes()
    (folder / "7-cut-off.jpg").write_bytes(whole[: len(whole) * 9 // 10])
    os.mkfifo(folder / "8-pipe")
    (folder / "9-missing.png").symlink_to("nowhere.png")
    return sorted(folder.iterdir())


EXPECTED = [
    ("block", None),
    ("unchecked", "too_large"),
    ("clear", None),
    ("unchecked", "empty"),
    ("block", "unsupported_format"),
    ("unchecked", "unsupported_format"),
    ("block", None),
    ("unchecked", "not_a_file"),
    ("unchecked", "not_found"),
]


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_file_gets_a_result_in_order(known, matcher, uploads, jobs):
    results = list(scan(uploads, matcher, LIMITS, jobs=jobs))
    assert [result.path for result in results] == list(map(str, uploads))
    told = [
        (result.answer["verdict"], result.answer.get("error", {}).get("code")) for result in results
    ]
    assert told == EXPECTED
    assert results[6].answer["notes"] == ["truncated"]
    first = results[0]
    assert (first.answer["media"], first.answer["width"], first.answer["height"]) == (
        "jpeg",
        200,
        200,
    )
    assert first.answer["bytes"] == first.stamp[0] == uploads[0].stat().st_size
    # Only the types that the banks have are hashed; the other orientations are not told.
    assert set(first.answer["signals"]) == {"pdq", "md5"}
    assert set(first.answer["signals"]["pdq"]) == {"value", "quality"}
    # A pipe has a stamp, what isn't there has none.
    assert results[8].stamp is None


def test_the_summary_counts_all(known, matcher, uploads):
    summary = Summary()
    for result in scan(uploads, matcher, LIMITS):
        summary.count(result)
    assert dict(summary.verdicts) == {"block": 3, "unchecked": 5, "clear": 1}
    # The document that matched by its digest was checked: it is no refusal.
    assert dict(summary.refusals) == {
        "too_large": 1,
        "empty": 1,
        "unsupported_format": 1,
        "not_a_file": 1,
        "not_found": 1,
    }
    assert summary.files == 9
    assert (dict(summary.notes), summary.suppressed) == ({"truncated": 1}, 0)


def test_batches_of_any_size_give_the_same(known, matcher, uploads, monkeypatch):
    many = uploads * 4
    whole = list(scan(many, matcher, LIMITS))
    for files, seconds in ((1, 60.0), (7, 60.0), (64, 0.0)):
        monkeypatch.setattr(scanning, "BATCH_FILES", files)
        monkeypatch.setattr(scanning, "BATCH_SECONDS", seconds)
        assert list(scan(many, matcher, LIMITS)) == whole


def test_files_are_read_as_they_are_needed(known, matcher, photographs, monkeypatch):
    monkeypatch.setattr(scanning, "BATCH_FILES", 1)
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield photographs / "moon.png"

    running = scan(endless(), matcher, LIMITS)
    for _result in range(3):
        next(running)
    running.close()
    assert taken < 100


def test_only_the_named_banks_count_and_the_result_says_so(known, matcher, uploads):
    known.create("other", "review")
    known.add_content("other", [pdq(1)])
    [result] = scan(uploads[:1], matcher, LIMITS, banks=["other", "other"])
    assert (result.answer["verdict"], result.answer["banks"]) == ("clear", ["other"])
    [result] = scan(uploads[:1], matcher, LIMITS)
    assert "banks" not in result.answer


@pytest.mark.parametrize("count", [0, 2])
def test_a_bank_that_does_not_exist_is_told(known, matcher, uploads, count):
    with pytest.raises(NoSuchBank):
        list(scan(uploads[:count], matcher, LIMITS, banks=["unknown"]))


def test_signals_of_a_new_type_that_come_in_meanwhile_are_compared(
    banks, matcher, tmp_path, monkeypatch
):
    """The banks had no MD5 when the scan began: files are hashed anew, and none is lost."""
    monkeypatch.setattr(scanning, "BATCH_FILES", 4)
    monkeypatch.setattr(scanning, "BATCH_SECONDS", 60)
    banks.create("known", "block")
    banks.add_content("known", [pdq(1)])
    files = []
    for number in range(60):
        files.append(tmp_path / f"{number:03}.png")
        Image.effect_noise((32, 32), 50 + number).save(files[-1])
    results = []
    for result in scan(files, matcher, LIMITS):
        results.append(result)
        if len(results) == 4:
            banks.create("late", "review")
            banks.add_content("late", [Signal("md5", _md5(files[5])), Signal("sha1", "0" * 40)])
            banks.add_content("late", [Signal("md5", _md5(files[59]))])
    assert [result.path for result in results] == list(map(str, files))
    review = [number for number, each in enumerate(results) if each.answer["verdict"] == "review"]
    assert review == [5, 59]
    for number, result in enumerate(results):
        assert ("md5" in result.answer["signals"]) == (number >= 4)
        assert result.answer["sequence"] == (2 if number < 4 else 5)


def _md5(path):
    import hashlib

    return hashlib.md5(path.read_bytes()).hexdigest()


def test_a_file_that_changes_while_it_is_looked_at_is_known_as_changed(
    known, matcher, uploads, monkeypatch
):
    """Its stamp is of before it was read: on --resume what it is now is looked at."""
    path = uploads[2]
    before = path.stat()
    match = matcher.match

    def changing(*arguments):
        path.write_bytes(b"what nobody looked at")
        return match(*arguments)

    monkeypatch.setattr(matcher, "match", changing)
    [result] = scan([path], matcher, LIMITS)
    assert result.answer["verdict"] == Verdict.CLEAR
    assert result.stamp == (before.st_size, before.st_mtime_ns)


def test_names_of_any_kind_come_back_as_they_were(known, matcher, tmp_path, photographs):
    files = []
    for name in (b"new\nline.png", b"\xff\xfe.png", b"<script>alert(1)</script>.png"[:30]):
        files.append(tmp_path / os.fsdecode(name.replace(b"/", b"_")))
        shutil.copy(photographs / "astronaut.png", files[-1])
    results = list(scan(files, matcher, LIMITS))
    assert [result.path for result in results] == list(map(str, files))
    assert {result.answer["verdict"] for result in results} == {"block"}


def test_without_banks_nothing_is_clear_and_what_is_no_picture_is_told_as_such(matcher, uploads):
    results = list(scan(uploads, matcher, LIMITS))
    assert {result.answer["verdict"] for result in results} == {"unchecked"}
    assert [result.answer["error"]["code"] for result in results] == [
        error or "nothing_compared" for _verdict, error in EXPECTED
    ]


class TestFramesAndPictures:
    """Pictures are compared with frames, and the reverse, whichever of the two is banked."""

    @pytest.fixture
    def moving(self, tmp_path, photographs):
        from tests.media.videos import animation, film, scenes

        with Image.open(photographs / "coffee.png") as opened:
            photograph = np.asarray(opened.convert("RGB").resize((192, 128)))
        # It stands for long enough to be looked at, wherever frames are taken.
        frames = [*scenes(10, (192, 128)), *[photograph] * 10]
        made = {
            "moving.gif": animation(frames, "GIF"),
            "moving.webp": animation(frames, "WEBP"),
            "moving.mp4": film(frames),
        }
        folder = tmp_path / "moving"
        folder.mkdir()
        for name, data in made.items():
            (folder / name).write_bytes(data)
        Image.fromarray(frames[-1]).save(folder / "frame.png")
        return folder

    def hashed(self, path, types):
        with hashing_workers(LIMITS, 1, types=types, variants=False) as workers:
            return workers.submit(path).result().value["signals"]

    def test_a_later_frame_shows_a_banked_picture(self, banks, matcher, moving):
        banks.create("known", "block")
        one = self.hashed(moving / "frame.png", ["pdq"])["pdq"]
        banks.add_content("known", [Signal("pdq", one["value"], one["quality"])])
        assert matcher.types_in_use == {"pdq", "vpdq"}
        results = list(scan(sorted(moving.iterdir()), matcher, LIMITS))
        assert [each.answer["verdict"] for each in results] == ["block"] * 4
        for result in results[1:]:
            [match] = result.answer["matches"]
            assert match["signal_type"] == "pdq"
            assert match["seen"]["seconds"][0] >= 0.9
            assert "first_frame" not in result.answer.get("notes", [])

    def test_a_picture_shows_a_frame_of_a_banked_video(self, banks, matcher, moving):
        banks.create("known", "block")
        one = self.hashed(moving / "moving.gif", ["vpdq"])
        banks.add_content("known", banked_signals(one))
        assert matcher.types_in_use == {"pdq", "vpdq"}
        [result] = scan([moving / "frame.png"], matcher, LIMITS)
        assert result.answer["verdict"] == "block"
        assert result.answer["matches"][0]["signal_type"] == "vpdq"

    def test_a_still_picture_is_hashed_as_before(self, known, matcher, uploads):
        """Nothing is asked of it that takes time: it has no frames."""
        [result] = scan(uploads[:1], matcher, LIMITS)
        assert set(result.answer["signals"]) == {"pdq", "md5"}
        assert "frames" not in result.answer

    def test_where_only_digests_are_banked_nothing_is_decoded(self, banks, matcher):
        banks.create("known", "block")
        banks.add_content("known", [md5("a")])
        assert matcher.types_in_use == {"md5"}
