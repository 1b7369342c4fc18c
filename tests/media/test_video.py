import io
from dataclasses import replace
from itertools import count, pairwise

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.media import videos

from hedgerow.media import File, Limits, Partial, RefusalCode, Refused, sniff, sniff_video
from hedgerow.media.film import Clock
from hedgerow.media.sampling import FEWEST, plan, rate_of

LIMITS = Limits()


def shown(data, limits=LIMITS, *, keyframes=False):
    """The frames that are looked at, and the facts."""
    file = File(data, limits)
    file.keyframes = keyframes
    return list(file.frames()), file.facts


def refusal_of(data, limits=LIMITS):
    with pytest.raises(Refused) as caught:
        shown(data, limits)
    return caught.value.code


@pytest.mark.parametrize(("name", "muxer", "encoder", "pixels"), videos.WAYS, ids=str)
def test_every_container_and_codec(name, muxer, encoder, pixels):
    data = videos.film(videos.scenes(12), muxer, encoder, pixels)
    assert (sniff_video(data), sniff(data)) == (name, None)
    frames, facts = shown(data)
    assert (facts.format, facts.width, facts.height, facts.frames) == (name, *videos.SIZE, 12)
    assert facts.partial is None
    assert facts.seconds == pytest.approx(1.2, abs=0.01)
    assert [frame.number for frame in frames] == list(range(12))
    assert [frame.seconds for frame in frames] == pytest.approx(
        [n / 10 for n in range(12)], abs=0.002
    )
    for frame, colours in zip(frames, videos.decoded_by_itself(data), strict=True):
        assert frame.pixels.shape == colours.shape[:2]
        assert frame.pixels.dtype == np.uint8
        assert frame.pixels.flags.c_contiguous
        # As by way of RGB, but for what is rounded on that way.
        assert np.abs(videos.luma(colours) - frame.pixels).max() < 4


@pytest.mark.parametrize("form", videos.MOVING)
def test_every_animated_picture(form):
    scenes = videos.scenes(12)
    data = videos.animation(scenes, form)
    file = File(data, LIMITS)
    assert (file.is_video, file.moves) == (False, True)
    frames = list(file.frames())
    assert file.facts.partial is None
    assert file.facts.seconds == pytest.approx(1.2)
    assert [frame.seconds for frame in frames] == pytest.approx([n / 10 for n in range(12)])
    for frame, colours in zip(frames, scenes, strict=True):
        # A GIF has few colours and AVIF is lossy; a wrong frame would be far off.
        assert np.abs(frame.pixels.astype(float) - colours).mean() < 12
    assert (frames[0].pixels == file.picture().pixels).all()


@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP", "AVIF", "JPEG", "TIFF", "BMP"])
def test_a_still_picture_does_not_move(form):
    stream = io.BytesIO()
    Image.fromarray(videos.scene(0)).save(stream, form)
    assert File(stream.getvalue(), LIMITS).moves is False
    assert refusal_of(stream.getvalue()) is RefusalCode.NO_VIDEO


def test_what_is_no_video():
    assert refusal_of(b"some words") is RefusalCode.UNSUPPORTED_FORMAT
    sound = io.BytesIO()
    with av.open(sound, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    assert refusal_of(sound.getvalue()) is RefusalCode.NO_VIDEO
    assert sniff_video(b"\x00\x00\x00\x18ftypheic" + bytes(40)) is None
    assert sniff_video(b"\x00\x00\x00\x14ftypqt  " + bytes(40)) == "mov"
    assert sniff_video(b"\x00\x00\x00\x08wide" + bytes(40)) == "mov"
    assert sniff_video(b"#EXTM3U\nhttp://192.0.2.1/") is None
    assert sniff_video(b"ffconcat version 1.0\nfile /etc/passwd") is None


# What a display matrix does to the pixels that are stored, by its four signs.
TURNED = {
    (1, 0, 0, 1): lambda stored: stored,
    (0, 1, -1, 0): lambda stored: np.rot90(stored, -1),
    (-1, 0, 0, -1): lambda stored: np.rot90(stored, 2),
    (0, -1, 1, 0): lambda stored: np.rot90(stored, 1),
    (-1, 0, 0, 1): lambda stored: stored[:, ::-1],
    (1, 0, 0, -1): lambda stored: stored[::-1],
    (0, 1, 1, 0): lambda stored: stored.T,
    (0, -1, -1, 0): lambda stored: stored[::-1, ::-1].T,
}


@pytest.mark.parametrize("signs", TURNED)
def test_upright_as_a_player_shows_it(signs):
    a, b, c, d = (sign << 16 for sign in signs)
    matrix = [a, b, 0, c, d, 0, 0, 0, 1 << 30]
    scenes = videos.scenes(3)
    [first, *_], facts = shown(videos.film(scenes, matrix=matrix))
    stored = shown(videos.film(scenes))[0][0].pixels
    assert (first.pixels == TURNED[signs](stored)).all()
    assert (facts.height, facts.width) == first.pixels.shape


@pytest.mark.parametrize("encoder", ["libx264", "libx265", "libvpx", "libvpx-vp9", "mpeg4"])
def test_frames_in_between_need_not_be_shown(encoder):
    """Skipped or not, what is looked at has the same pixels."""
    data = videos.film(videos.scenes(90), "matroska", encoder, rate=30)
    frames, _facts = shown(data)
    by_itself = videos.decoded_by_itself(data)
    assert [frame.number for frame in frames] == [0, 8, 15, 23, 30, 38, 45, 53, 60, 68, 75, 83]
    for frame in frames:
        assert np.abs(videos.luma(by_itself[frame.number]) - frame.pixels).max() < 4


@pytest.mark.parametrize(
    ("count", "rate", "numbers"),
    [
        (1, 25, [0]),
        (5, 25, [0, 1, 2, 3, 4]),
        (50, 30, list(range(0, 50, 6))),
        (60, 30, [0, 8, 15, 23, 30, 38, 45, 53]),
        (600, 24, list(range(0, 600, 6))),
        (1500, 30, list(range(0, 1500, 15))),
        (3000, 30, list(range(0, 3000, 30))),
        (9000, 30, list(range(0, 9000, 30))),
        (9000, 29.97, list(range(0, 9000, 29))),  # cut, not rounded, as in the reference
        (9000, 24.9999, list(range(0, 9000, 25))),  # but times are rounded
        (30, 0.5, list(range(30))),
    ],
)
def test_the_frames_of_the_reference(count, rate, numbers):
    found = plan(count, rate, 7200)
    last, chosen = float("-inf"), []
    for number in range(count):
        if found.wants(number, number / rate, last):
            chosen.append(number)
            last = number / rate
    assert chosen == numbers


def test_a_rate_of_rounded_times():
    assert plan(1000, 23.9999, 7200).step == 12


@given(st.integers(1, 10**7), st.floats(1e-6, 1e9), st.integers(1, 10_000))
def test_never_too_few_and_never_too_many(count, rate, most):
    found = plan(count, rate, most)
    # By the time: one of each so many seconds, and the first.
    by_time = found.every and int(count / rate / found.every) + 1
    looked_at = by_time or -(-count // found.step)
    assert looked_at <= most + bool(by_time)
    assert looked_at >= min(FEWEST, count, most // 2 + 1)


@given(st.lists(st.floats(0, 1e9), min_size=1), st.none() | st.floats())
def test_a_rate_is_always_a_number(seconds, stated):
    assert 0 < rate_of(sorted(seconds), stated) < float("inf")


def test_frames_that_stand_still_are_looked_at():
    """A slide show that has fifty frames in its first second, then one every five."""
    stamps = [*range(0, 1000, 20), *range(5000, 45_000, 5000)]
    data = videos.film(videos.scenes(len(stamps)), "matroska", "mpeg4", stamps=stamps, rate=50)
    frames, facts = shown(data)
    assert [round(frame.seconds) for frame in frames][-8:] == list(range(5, 45, 5))
    assert facts.partial is None


def test_copies_at_other_rates_are_looked_at_in_the_same_moments():
    moments = []
    for rate, every in ((30, 1), (15, 2), (10, 3)):
        data = videos.film(videos.scenes(180)[::every], "matroska", "mpeg4", rate=rate)
        moments.append([frame.seconds for frame in shown(data)[0]])
    for other in moments[1:]:
        assert len(other) == len(moments[0]) == 24
        assert np.abs(np.subtract(other, moments[0])).max() < 0.11


def test_keyframes_alone():
    data = videos.film(videos.scenes(90), rate=30, options={"g": "20", "sc_threshold": "0"})
    frames, facts = shown(data, keyframes=True)
    assert [frame.number for frame in frames] == [0, 20, 40, 60, 80]
    by_itself = videos.decoded_by_itself(data)
    for frame in frames:
        assert np.abs(videos.luma(by_itself[frame.number]) - frame.pixels).max() < 4
    # Of a video of nothing but keyframes not all are looked at.
    every = videos.film(videos.scenes(90), "mov", "prores_ks", "yuv422p10le", rate=30)
    assert len(shown(every, keyframes=True)[0]) < 30
    assert facts.partial is None


def test_a_long_one_is_looked_at_less_often():
    data = videos.film(videos.scenes(100), rate=1)
    frames, facts = shown(data, replace(LIMITS, max_frames=10))
    assert [frame.number for frame in frames] == list(range(0, 100, 10))
    assert facts.partial is None


def test_no_more_pixels_than_allowed():
    for data in videos.every_format().values():
        assert len(shown(data, replace(LIMITS, max_pixels=96 * 64))[0]) == 12
        few = replace(LIMITS, max_pixels=96 * 64 - 1)
        assert refusal_of(data, few) is RefusalCode.TOO_MANY_PIXELS


@pytest.mark.parametrize("over", ["is_half_over", "is_over"])
def test_when_the_time_is_over(monkeypatch, over):
    """After half of it keyframes alone, after all of it nothing: what came before stays."""
    data = videos.film(videos.scenes(90), rate=10, options={"g": "15", "sc_threshold": "0"})
    looks = count()
    monkeypatch.setattr(Clock, over, lambda _: next(looks) >= {"is_half_over": 135}.get(over, 45))
    frames, facts = shown(data)
    numbers = [frame.number for frame in frames]
    quarters = [0, 3, 5, 8, 10, 13, 15, 18, 20, 23, 25, 28, 30, 33, 35, 38]
    assert facts.seconds == pytest.approx(9.0)
    if over == "is_half_over":  # also looked at while the packets are read
        assert facts.partial is Partial.KEYFRAMES
        assert numbers[:16] == quarters
        assert numbers[-2:] == [60, 75]
        assert all(number < 46 for number in numbers[:-2])
    else:
        assert facts.partial is Partial.TIME
        assert numbers[:16] == quarters
        assert 36 <= numbers[-1] <= 44


def test_no_time_at_all():
    data = videos.film(videos.scenes(5))
    assert refusal_of(data, replace(LIMITS, max_video_seconds=1e-9)) is RefusalCode.TIMEOUT
    gif = videos.animation(videos.scenes(5), "GIF")
    frames, facts = shown(gif, replace(LIMITS, max_seconds=1e-9))
    assert (len(frames), facts.partial) == (1, Partial.TIME)


def test_as_many_as_the_limits_say():
    data = videos.film(videos.scenes(50), rate=1)
    frames, facts = shown(data, replace(LIMITS, max_decoded_frames=20))
    assert (len(frames), facts.partial) == (20, Partial.MAX_DECODED_FRAMES)
    gif = videos.animation(videos.scenes(50), "GIF", 1000)
    frames, facts = shown(gif, replace(LIMITS, max_decoded_frames=20))
    assert (len(frames), facts.partial) == (20, Partial.MAX_DECODED_FRAMES)
    assert refusal_of(data, replace(LIMITS, max_bytes=1000)) is RefusalCode.TOO_LARGE


def test_the_gravest_reason_is_told():
    file = File(videos.film(videos.scenes(3)), LIMITS)
    list(file.frames())
    for noted, told in (
        (Partial.KEYFRAMES, Partial.KEYFRAMES),
        (Partial.DAMAGED, Partial.DAMAGED),
        (Partial.KEYFRAMES, Partial.DAMAGED),
        (Partial.TIME, Partial.TIME),
        (Partial.SHORTER, Partial.TIME),
    ):
        file.facts.note(noted)
        assert file.facts.partial is told


def test_frames_come_in_order():
    for data in videos.every_format().values():
        frames, _facts = shown(data)
        assert all(a.number < b.number and a.seconds <= b.seconds for a, b in pairwise(frames))
