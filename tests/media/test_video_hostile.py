"""Every hostile video ends in a named refusal, or in a partial result that says so."""

import os
import random
import struct
from collections import Counter
from dataclasses import replace

import av
import numpy as np
import pytest
from tests.media import videos

from hedgerow.media import File, Limits, Partial, RefusalCode, Refused, Task, Workers

HASH = Task("hedgerow.signals:hash_file", {"types": ["md5", "vpdq"]})
QUICK = {"preset": "ultrafast"}
LOW = Limits(
    max_video_seconds=10, max_seconds=10, max_pixels=20_000_000, max_memory=2**30, max_bytes=2**24
)


@pytest.fixture(scope="module")
def workers():
    with Workers(HASH, LOW) as workers:
        yield workers


@pytest.fixture(scope="module")
def sound():
    return videos.begun_with_header(videos.film(videos.scenes(60), options={"g": "15"}))


def told(workers, data):
    """What a real worker says: a code, a partial reason, or None of a video looked at in full."""
    outcome = workers.submit(data).result(timeout=60)
    if outcome.refusal is not None:
        return outcome.refusal.code
    if "refused" in outcome.value:
        return RefusalCode(outcome.value["refused"]["code"])
    assert outcome.value["signals"]["vpdq"]["payload"]
    assert outcome.value["frames"] > 0
    return outcome.value["partial"] and Partial(outcome.value["partial"])


def test_a_sound_one_is_looked_at_in_full(workers, sound):
    assert told(workers, sound) is None


def test_endless_by_what_it_says(workers, sound):
    """What MP4 says of its length is not what counts; what Matroska says is all there is."""
    for kind, offset in ((b"mvhd", 16), (b"tkhd", 20), (b"mdhd", 16)):
        sound = videos.changed(sound, kind, offset, 2**31 - 1)
        assert told(workers, sound) is None
    matroska = videos.film(videos.scenes(20), "matroska")
    lying = videos.changed(matroska, b"\x44\x89\x88", -1, 1e12, "d")
    assert lying != matroska
    assert told(workers, lying) is Partial.SHORTER


def test_endless_in_truth():
    """More frames than there is time for: what was looked at comes back, and the reason."""
    data = videos.film(videos.scenes(20, (640, 480)) * 20, rate=1, options=QUICK | {"g": "400"})
    with Workers(HASH, replace(LOW, max_video_seconds=0.6)) as workers:
        assert told(workers, data) in (Partial.TIME, Partial.FEW_KEYFRAMES, RefusalCode.TIMEOUT)
    with Workers(HASH, replace(LOW, max_decoded_frames=30)) as workers:
        assert told(workers, data) is Partial.MAX_DECODED_FRAMES


def test_stuck_for_longer_than_a_video_may():
    data = videos.film(videos.scenes(3))
    stuck = Task("tests.media.tasks:sleep_on_video")
    with Workers(stuck, replace(LOW, max_seconds=0.2, max_video_seconds=1)) as workers:
        outcome = workers.submit(data).result(timeout=30)
        assert outcome.refusal.code is RefusalCode.TIMEOUT
        assert "max_video_seconds" in outcome.refusal.message
        assert outcome.seconds > 0.9
        # The next is a picture again, with a picture's time.
        outcome = workers.submit(videos.animation(videos.scenes(3), "PNG")).result(timeout=30)
        assert "max_seconds" in outcome.refusal.message
        assert outcome.seconds < 0.9


def test_no_duration_at_all(workers, sound):
    for kind, offset in ((b"mvhd", 16), (b"tkhd", 20), (b"mdhd", 16)):
        sound = videos.changed(sound, kind, offset, 0)
    assert told(workers, sound) is None
    # And all frames at once: by a decoding time of zero for each.
    at_once = videos.changed(sound, b"stts", 12, 0)
    assert told(workers, at_once) in (
        None, Partial.DAMAGED, Partial.SHORTER, Partial.HIDDEN
    )  # fmt: skip


def test_a_lying_count_of_frames(workers, sound):
    """The table of sizes says there are fewer, or many more, than there are."""
    assert told(workers, videos.changed(sound, b"stsz", 8, 20)) is Partial.HIDDEN
    assert told(workers, videos.changed(sound, b"stsz", 8, 61)) is None
    for more in (10_000, 2**24, 2**31 - 1, 2**32 - 1):
        assert told(workers, videos.changed(sound, b"stsz", 8, more)) in (
            Partial.SHORTER, Partial.DAMAGED, RefusalCode.CORRUPT, RefusalCode.OUT_OF_MEMORY
        )  # fmt: skip


def test_sixteen_thousand_frames_a_second(workers):
    data = videos.film(videos.scenes(500), rate=16_000)
    assert told(workers, data) is None
    file = File(data, LOW)
    assert len(list(file.frames())) == 9
    assert file.facts.seconds == pytest.approx(500 / 16_000, rel=0.05)


def test_frames_that_share_their_bytes(workers, sound):
    """A table that names the same bytes again and again: far more than the file has."""
    start, end = videos.inside(sound, b"stsz")
    size = struct.unpack_from(">I", sound, start + 20)[0]
    assert size > 0
    data = videos.changed(sound, b"stsz", 4, 2**20)  # each of a mebibyte
    assert end > start
    assert told(workers, data) in (Partial.REPEATS, Partial.SHORTER, RefusalCode.CORRUPT)


@pytest.mark.parametrize("count", [65, 500, 10_000])
def test_ten_thousand_streams(workers, count):
    one = videos.film(videos.scenes(3))
    matroska = videos.matroska_of_many_tracks(count)
    # Twice: what FFmpeg says a second time must be heard, too.
    for data in (videos.with_many_tracks(one, count), matroska, matroska):
        outcome = workers.submit(data).result(timeout=60)
        assert outcome.value["refused"]["code"] == RefusalCode.TOO_MANY_STREAMS
        assert outcome.seconds < 5


def test_as_many_streams_as_allowed(workers):
    one = videos.film(videos.scenes(3))
    assert told(workers, videos.with_many_tracks(one, 64)) is Partial.OTHER_STREAMS
    assert told(workers, videos.with_many_tracks(one, 1)) is None


def test_a_picture_of_many_pixels(workers, sound):
    start, _end = videos.inside(sound, b"avc1")
    made = bytearray(sound)
    struct.pack_into(">HH", made, start + 32, 65_535, 65_535)
    assert told(workers, bytes(made)) in (None, RefusalCode.TOO_MANY_PIXELS, RefusalCode.CORRUPT)
    wide = videos.film([np.zeros((4096, 8192, 3), np.uint8)], "avi", "mjpeg", "yuvj420p")
    assert told(workers, wide) is RefusalCode.TOO_MANY_PIXELS


def test_times_that_run_backwards(workers):
    data = bytearray(videos.film(videos.scenes(60), options={"bf": "2"}))
    start, end = videos.inside(bytes(data), b"ctts")
    chance = random.Random(3)
    for at in range(start + 16, end, 8):
        struct.pack_into(">I", data, at + 4, chance.randrange(2**31))
    try:
        frames = list(File(bytes(data), LOW).frames())
    except Refused:  # an edit list may leave none of them
        frames = []
    numbers = [frame.number for frame in frames]
    assert numbers == sorted(set(numbers))
    assert [f.seconds for f in frames] == sorted(f.seconds for f in frames)
    what = told(workers, bytes(data))
    assert what in (RefusalCode.CORRUPT, Partial.DAMAGED, Partial.SHORTER) if not frames else True


@pytest.mark.parametrize("form", ["mp4", "matroska", "webm", "avi", "GIF", "PNG", "WEBP", "AVIF"])
def test_cut_anywhere(workers, form):
    """Wherever it is cut: what is there is looked at, and never said to be all."""
    scenes = videos.scenes(60)
    encoders = {"matroska": "libx264", "webm": "libvpx", "avi": "mpeg4", "mp4": "libx264"}
    if form in encoders:
        data = videos.film(scenes, form, encoders[form])
        data = videos.begun_with_header(data) if form == "mp4" else data
    else:
        data = videos.animation(scenes, form)
    silent, found = [], Counter()
    for part in range(1, 40):
        what = told(workers, data[: len(data) * part // 40])
        found[what] += 1
        if what is None:
            silent.append(part)
    assert silent == []
    if form in ("mp4", "matroska", "webm", "avi", "GIF", "PNG"):
        assert any(isinstance(what, Partial) for what in found), found


def test_it_can_open_nothing_else(tmp_path, sound):
    """A movie whose frames are said to be in another file, and playlists under another name."""
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(sound)
    alias = str(secret).encode()
    reference = videos.box(b"alis", bytes(4) + alias)  # external: the flag "in this file" is unset
    start, end = videos.inside(sound, b"dref")
    moved = sound[:start] + videos.box(b"dref", struct.pack(">II", 0, 1) + reference) + sound[end:]
    for hostile in (
        moved,
        b"#EXTM3U\n#EXTINF:1,\n" + alias + b"\n",
        b"ffconcat version 1.0\nfile '" + alias + b"'\n",
        b"\x00\x00\x00\x18ftypisom" + b"#EXTM3U\n" + alias,
    ):
        with pytest.raises(Refused) as caught:
            list(File(hostile, LOW).frames())
        assert caught.value.code in (RefusalCode.UNSUPPORTED_FORMAT, RefusalCode.CORRUPT)


def test_a_codec_out_of_the_ordinary_is_not_decoded(workers):
    data = videos.film(videos.scenes(3), "avi", "asv1")
    assert told(workers, data) is RefusalCode.UNSUPPORTED_FORMAT


def test_nothing_is_logged(capfd, sound):
    with pytest.raises(Refused):
        list(File(sound[:300], LOW).frames())
    broken = bytearray(sound)
    for at in range(len(sound) // 2, len(sound), 7):
        broken[at] ^= 0x55
    list(File(bytes(broken), LOW).frames())
    assert capfd.readouterr() == ("", "")
    assert av.logging.get_level() is None


@pytest.mark.slow
def test_every_broken_video_is_answered():
    """Videos with bytes changed, cut, doubled and put out of order."""
    chance = random.Random(11)
    seeds = list(videos.every_format().values())
    count = int(os.environ.get("HEDGEROW_HOSTILE_VIDEOS", "400"))
    answered = Counter()
    with Workers(HASH, LOW) as workers:
        sources = (_broken(chance.choice(seeds), chance) for _ in range(count))
        for outcome in workers.run(sources):
            assert (outcome.value is None) != (outcome.refusal is None)
            refused = outcome.refusal or (outcome.value and outcome.value.get("refused"))
            if isinstance(refused, dict):
                answered[RefusalCode(refused["code"])] += 1
            elif refused is not None:
                answered[refused.code] += 1
            else:
                answered[outcome.value.get("partial")] += 1
            assert outcome.seconds < LOW.max_video_seconds + LOW.grace_seconds + 1
        # A worker is as good as new afterwards.
        assert told(workers, seeds[0]) is None
    assert answered.total() == count
    assert answered[RefusalCode.TASK_FAILED] == 0, answered
    assert answered[Partial.DAMAGED] > count / 20
    assert answered[RefusalCode.CORRUPT] > count / 50


def _broken(data, chance):
    made = bytearray(data)
    for _ in range(chance.choice([1, 2, 8, 64])):
        at = chance.randrange(len(made))
        match chance.randrange(5):
            case 0:
                made[at] = chance.randrange(256)
            case 1:
                made[at : at + 4] = struct.pack(">I", chance.choice([0, 1, 2**31 - 1, 2**32 - 1]))
            case 2:
                made[at : at + chance.randrange(1, 64)] = b""
            case 3:
                made[at:at] = made[at : at + chance.randrange(1, 256)]
            case 4:
                made[at : at + 8] = chance.randbytes(8)
    return bytes(made) or b"\0"
