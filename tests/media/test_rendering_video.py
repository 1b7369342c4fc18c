import random
import time
from dataclasses import replace

import numpy as np
import pytest
from tests.media import videos
from tests.media.rendered import LIMITS, box_mean, part_of, pixels_of, through_jpeg, veiled

from hedgerow.media import Partial, Refused, VideoFacts, excerpts, film, viewing_workers
from hedgerow.media.excerpts import stills_of_container
from hedgerow.media.refusals import RefusalCode


@pytest.fixture(scope="module")
def workers():
    with viewing_workers(LIMITS, 1) as workers:
        yield workers


def frame_of(second, rate=10):
    return round(second * rate)


@pytest.mark.parametrize(("name", "muxer", "encoder", "pixels"), videos.WAYS, ids=str)
def test_stills_of_every_container_are_the_frames_they_say(name, muxer, encoder, pixels):
    data = videos.film(videos.scenes(50), muxer, encoder, pixels)
    truth = videos.decoded_by_itself(data)
    told = veiled(data)
    assert (told["kind"], told["width"], told["height"]) == ("video", *videos.SIZE)
    assert told["seconds"] == pytest.approx(5, abs=0.11)
    assert told["partial"] is None
    assert len(told["stills"]) == 9
    for place, still in enumerate(told["stills"]):
        # Each in its ninth of the length.
        assert abs(still["second"] - (place + 0.5) * 5 / 9) <= 5 / 18 + 0.1
        expected = truth[frame_of(still["second"])]
        for colour in (False, True):
            shown = pixels_of(part_of(data, still=place, colour=colour)["jpeg"])
            if colour and shown.ndim == 3:
                assert np.abs(shown - expected).mean() < 8
            else:
                assert np.abs(shown - videos.luma(expected)).mean() < 4


@pytest.mark.parametrize(
    "data",
    [
        videos.film(videos.scenes(200), options={"g": "250"}),
        videos.film(videos.scenes(200), options={"g": "12", "bf": "3"}),
        videos.film(videos.scenes(200), options={"g": "24", "x264-params": "open-gop=1"}),
        videos.film(videos.scenes(200), "matroska", "libx265"),
        videos.film(videos.scenes(200), "avi", "mpeg4", options={"g": "30", "bf": "2"}),
        videos.film(videos.scenes(5)),
        videos.animation(videos.scenes(60), "GIF"),
        videos.animation(videos.scenes(60), "WEBP"),
    ],
    ids=["one-keyframe", "closed", "open", "hevc", "avi", "short", "gif", "webp"],
)
@pytest.mark.parametrize("stills", [1, 4, 9])
def test_a_part_is_of_the_same_instant_as_its_veil(data, stills):
    told = veiled(data, stills=stills)["stills"]
    assert 1 <= len(told) <= stills
    veils = [pixels_of(still["veil"]) for still in told]
    for place in range(len(told)):
        grey = pixels_of(part_of(data, still=place, stills=stills)["jpeg"])
        mean = through_jpeg(box_mean(grey, *veils[place].shape[::-1]))
        far = [np.abs(mean - veil).mean() for veil in veils]
        assert far[place] < 7
        assert far.index(min(far)) == place


def test_a_video_of_few_frames_has_each_of_them():
    told = veiled(videos.film(videos.scenes(3)))
    assert [still["second"] for still in told["stills"]] == [0.0, 0.1, 0.2]


def test_a_long_video_is_not_decoded_to_its_end(monkeypatch):
    """A still of it costs one frame: a keyframe that is near."""
    data = videos.film(videos.scenes(600), options={"g": "10"})
    decoded = []
    ours = excerpts._Excerpts._decoded

    def counted(self, packet):
        decoded.append(packet)
        return ours(self, packet)

    monkeypatch.setattr(excerpts._Excerpts, "_decoded", counted)
    told = veiled(data)
    assert [still["second"] for still in told["stills"]] == pytest.approx(
        [(place + 0.5) * 60 / 9 for place in range(9)], abs=0.6
    )
    assert len([packet for packet in decoded if packet]) == 9


@pytest.mark.parametrize("encoder", ["libx264", "libx265"])
def test_a_frame_that_is_shown_before_its_keyframe_is_whole(encoder):
    """In an open group it is decoded after the keyframe, and made from the one before as well."""
    gop = "open-gop=1:bframes=7:b-adapt=0:keyint=24:min-keyint=1:scenecut=0:log-level=none"
    name = "x264-params" if encoder == "libx264" else "x265-params"
    data = videos.film(videos.scenes(220), "matroska", encoder, options={name: gop})
    truth = videos.decoded_by_itself(data)
    told = veiled(data, stills=30)
    assert (told["partial"], len(told["stills"])) == (None, 30)
    for place, still in enumerate(told["stills"]):
        shown = pixels_of(part_of(data, still=place, stills=30)["jpeg"])
        expected = videos.luma(truth[frame_of(still["second"])])
        assert np.abs(shown - expected).mean() < 4


def test_when_time_runs_out_what_came_before_is_shown():
    class Clock:
        looks = 0

        def is_half_over(self):
            return False

        def is_over(self):
            self.looks += 1
            return self.looks > 60

    def stills(clock):
        facts = VideoFacts("mp4")
        return list(stills_of_container(data, facts, LIMITS, clock, 9, colour=False)), facts

    data = videos.film(videos.scenes(100), options={"g": "250"})
    whole, facts = stills(film.Clock(time.monotonic(), 300, LIMITS))
    assert (len(whole), facts.partial) == (9, None)
    some, facts = stills(Clock())
    assert 0 < len(some) < 9
    assert facts.partial is Partial.TIME
    for ours, theirs in zip(some, whole, strict=False):
        assert ours.number == theirs.number
        assert (ours.pixels == theirs.pixels).all()


def test_a_turned_video_is_upright():
    matrix = [0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30]
    data = videos.film(videos.scenes(10), matrix=matrix)
    plain = videos.film(videos.scenes(10))
    assert (veiled(data)["width"], veiled(data)["height"]) == videos.SIZE[::-1]
    for colour in (False, True):
        turned = pixels_of(part_of(data, still=2, colour=colour)["jpeg"])
        stored = pixels_of(part_of(plain, still=2, colour=colour)["jpeg"])
        assert np.abs(turned - np.rot90(stored, -1)).mean() < 4


@pytest.mark.parametrize("form", videos.MOVING)
def test_stills_of_an_animated_picture(form):
    scenes = videos.scenes(45)
    data = videos.animation(scenes, form)
    told = veiled(data)
    assert (told["kind"], told["width"], told["height"]) == ("video", *videos.SIZE)
    assert told["seconds"] == pytest.approx(4.5)
    numbers = [frame_of(still["second"]) for still in told["stills"]]
    assert numbers == [2, 7, 12, 17, 22, 27, 32, 37, 42]
    for place, number in enumerate(numbers):
        shown = pixels_of(part_of(data, still=place, colour=True)["jpeg"])
        assert np.abs(shown - scenes[number]).mean() < 14


def test_hostile_videos_are_rendered_or_refused(workers):
    sound = videos.begun_with_header(videos.film(videos.scenes(60), options={"g": "15"}))
    chance = random.Random(7)
    shown = 0
    for _ in range(60):
        data = bytearray(sound)
        for _ in range(chance.randrange(1, 30)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        outcome = workers.submit(bytes(data), {"view": "veil"}).result(timeout=60)
        if outcome.refusal is None:
            shown += 1
            options = {"view": "part", "part": 0, "columns": 1, "rows": 1}
            last = {"still": len(outcome.value["stills"]) - 1}
            same = workers.submit(bytes(data), options | last).result(timeout=60)
            assert same.refusal is None
            veil = pixels_of(outcome.value["stills"][-1]["veil"])
            mean = through_jpeg(box_mean(pixels_of(same.value["jpeg"]), *veil.shape[::-1]))
            assert np.abs(mean - veil).mean() < 7
        else:
            assert outcome.refusal.code is not RefusalCode.TASK_FAILED
    assert shown > 10


def test_where_time_runs_out_a_video_is_refused_by_name_or_partial():
    long = videos.film(videos.scenes(60), options={"g": "250"})
    hasty = replace(LIMITS, max_video_seconds=1e-6)
    with pytest.raises(Refused) as caught:
        veiled(long, hasty)
    assert caught.value.code is RefusalCode.TIMEOUT
    assert "max_video_seconds" in caught.value.message
    with pytest.raises(Refused) as caught:
        veiled(videos.animation(videos.scenes(9), "GIF"), replace(LIMITS, max_seconds=1e-6))
    assert caught.value.code is RefusalCode.TIMEOUT


def test_a_still_that_is_not_there():
    with pytest.raises(ValueError, match="the file has 3"):
        part_of(videos.film(videos.scenes(3)), still=3)
