"""Videos that a real browser plays, against the frames that the server looks at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench.video import copy_of
from playwright.sync_api import Browser
from tests.browser.hashing.page import HashingPage, bits_apart, hashing_page
from tests.media.videos import film, scenes

from hedgerow.banks import Banks
from hedgerow.matching import Matcher, Query, Verdict
from hedgerow.media import File, Limits
from hedgerow.signals import hash_file, read_vpdq, video_signal
from hedgerow.signals.pdq import MINIMUM_QUALITY, pdq
from hedgerow.store import open_database

NEAR = 4
"""Bits; the same luma comes to the same hash, and what was turned goes by way of its colours."""

SAMPLES = ("chair-19-sd-bar", "doorknob-hd-no-bar", "test-padded-dimensions")
QUARTER_TURN, HALF_TURN = (0, 1, -1, 0), (-1, 0, 0, -1)


def frames_of_server(data: bytes) -> list[tuple[int, float, str, int]]:
    return [
        (frame.number, round(frame.seconds, 3), *pdq(frame.pixels))
        for frame in File(data, Limits()).frames()
    ]


def check_frames(found: dict[str, Any], data: bytes) -> None:
    """Every frame that the server looks at is there, and its hash is the same or nearly so."""
    assert (found["kind"], found["code"]) == ("video", None)
    frames = {frame["number"]: frame for frame in found["signals"]["frames"]}
    assert [*frames] == sorted(frames)
    wanted = frames_of_server(data)
    for number, seconds, value, quality in wanted:
        frame = frames[number]
        assert frame["seconds"] == pytest.approx(seconds, abs=0.002)
        assert frame["quality"] == pytest.approx(quality, abs=1)
        if quality >= MINIMUM_QUALITY:
            assert bits_apart(frame["pdq"], value) <= NEAR, (number, seconds)
    # The sound may go on for longer: then the very last frame is there besides.
    assert len(wanted) <= len(frames) <= len(wanted) + 1


@pytest.mark.parametrize("name", SAMPLES)
def test_frames_are_those_that_the_server_looks_at(
    hashing: HashingPage, shared_data: Path, name: str
) -> None:
    path = shared_data / "videos" / f"{name}.mp4"
    check_frames(hashing.hash(path), path.read_bytes())
    assert hashing.faults == []


@pytest.mark.parametrize(
    ("muxer", "encoder", "more"),
    [
        ("mp4", "libx264", {}),
        ("mp4", "libx264", {"rate": 25}),
        ("webm", "libvpx-vp9", {}),
        ("mp4", "libsvtav1", {}),
    ],
)
def test_other_ways_to_make_a_video(
    hashing: HashingPage, tmp_path: Path, muxer: str, encoder: str, more: dict[str, Any]
) -> None:
    data = film(scenes(60, (320, 240)), muxer, encoder, **more)
    (tmp_path / "film").write_bytes(data)
    check_frames(hashing.hash(tmp_path / "film"), data)


@pytest.mark.parametrize("turn", [QUARTER_TURN, HALF_TURN])
def test_a_telephone_held_upright(hashing: HashingPage, tmp_path: Path, turn: Any) -> None:
    """The frames lie on their side, and the file says how they are to be turned."""
    a, b, c, d = turn
    matrix = [a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30]
    data = film(scenes(40, (320, 240)), matrix=matrix)
    (tmp_path / "film.mp4").write_bytes(data)
    check_frames(hashing.hash(tmp_path / "film.mp4"), data)


_LATE = """{
  const Real = VideoFrame;
  let [last, moment, since] = [null, -1, 0];
  globalThis.VideoFrame = function (video) {
    if (video.currentTime !== moment) [moment, since] = [video.currentTime, performance.now()];
    if (last !== null && performance.now() - since < 60) return last.clone();
    last?.close();
    last = new Real(video);
    return last.clone();
  };
}
"""


def test_a_player_that_shows_the_old_frame_for_a_while(browser: Browser, tmp_path: Path) -> None:
    """As Chromium does on a busy machine after it has said that it is there."""
    data = film(scenes(30, (320, 240)))
    (tmp_path / "film.mp4").write_bytes(data)
    with hashing_page(browser, {"video.js": _LATE}) as page:
        check_frames(page.hash(tmp_path / "film.mp4"), data)


def test_without_frames_for_pages_it_is_drawn(browser: Browser, shared_data: Path) -> None:
    """As in older browsers. Which frame is shown is known less exactly: one may be the next."""
    path = shared_data / "videos/pattern-sd-grey-bar.mp4"
    with hashing_page(browser, {"hasher.js": "delete globalThis.VideoFrame;"}) as page:
        found = page.hash(path)
    frames, wanted = found["signals"]["frames"], frames_of_server(path.read_bytes())
    assert len(frames) == len(wanted)
    for frame, (_number, seconds, value, _quality) in zip(frames, wanted, strict=True):
        assert frame["seconds"] == pytest.approx(seconds, abs=0.05)
        assert bits_apart(frame["pdq"], value) <= NEAR


def test_the_matcher_finds_a_copy_of_what_was_hashed_here(
    hashing: HashingPage, shared_data: Path, tmp_path: Path
) -> None:
    path = shared_data / "videos/pattern-sd-grey-bar.mp4"
    frames = hashing.hash(path)["signals"]["frames"]
    text = "\n".join(f"{f['number']},{f['quality']},{f['pdq']},{f['seconds']:.3f}" for f in frames)
    half = copy_of(
        path.read_bytes(), "mp4", "libx264", {"crf": "32", "preset": "veryfast"}, 0.5, None
    )
    another = (shared_data / "videos/doorknob-hd-no-bar.mp4").read_bytes()
    with (
        open_database(f"sqlite:///{tmp_path / 'hedgerow.db'}") as database,
        Matcher(database, tmp_path / "index") as matcher,
    ):
        banks = Banks(database)
        banks.create("known", "block")
        banks.add_content("known", [video_signal(read_vpdq(text))])
        queries = [
            Query(hash_file(File(data, Limits()), {"types": ["vpdq"]})["signals"])
            for data in (half, another)
        ]
        copy, stranger = matcher.match(queries)
    assert copy.verdict == Verdict.BLOCK
    assert copy.matches[0].seen.banked_share > 0.9
    assert stranger.verdict == Verdict.CLEAR
