"""What is in a video and was not looked at is never passed over in silence."""

import io
from dataclasses import replace

import av
import numpy as np
import pytest
from tests.media import videos

from hedgerow.media import File, Limits, Partial
from hedgerow.media.film import Clock
from hedgerow.media.sampling import longest_unseen, rate_of
from hedgerow.media.video import MOST_SILENT, _Show

LIMITS = Limits()
EVERY_SECOND = {"g": "10", "bf": "0", "sc_threshold": "0"}


def looked(data, *, keyframes=False, limits=LIMITS):
    file = File(data, limits)
    file.keyframes = keyframes
    return list(file.frames()), file.facts


def partial_of(data):
    return looked(data)[1].partial


@pytest.fixture(scope="module")
def film():
    """Thirteen seconds, ten frames in each."""
    return videos.film(videos.scenes(130), options=EVERY_SECOND)


def shows(frames, number, source):
    """Whether one of the frames is that of the source by its number."""
    wanted = videos.luma(source[number])
    return any(np.abs(wanted - frame.pixels).max() < 4 for frame in frames)


class TestTimes:
    @pytest.mark.parametrize("late", [0, 1, 30])
    @pytest.mark.parametrize("by", [200, 10**6])
    def test_a_late_frame_hides_none_after_it(self, film, late, by):
        def delay(packets):
            packets[late].pts = packets[-1].pts + by

        frames, facts = looked(videos.remuxed(film, "matroska", delay))
        source = videos.decoded_by_itself(film)
        assert facts.frames >= 50
        assert facts.seconds == pytest.approx(13, abs=0.5)
        # Of each second one, up to the end.
        assert all(
            any(shows(frames, number, source) for number in range(begin, begin + 10))
            for begin in range(0, 120, 10)
        )

    def test_nor_within_what_a_codec_may_put_out_of_order(self):
        short = videos.film(videos.scenes(12), rate=1, options=EVERY_SECOND)

        def delay(packets):
            packets[0].pts = packets[-1].pts + 1000

        frames, facts = looked(videos.remuxed(short, "matroska", delay))
        source = videos.decoded_by_itself(short)
        assert all(shows(frames, number, source) for number in range(12))
        assert facts.partial is None

    def test_nor_of_keyframes(self, film):
        def delay(packets):
            packets[0].pts = packets[-1].pts + 1

        frames, facts = looked(videos.remuxed(film, "matroska", delay), keyframes=True)
        assert len(frames) == 13
        assert facts.partial is None

    def test_what_the_decoder_swallows_is_damage(self, film, monkeypatch):
        """Frames that should have come and didn't, without an error."""
        whole = _Show._decoded
        for gone, partial in ((range(60, 63), None), (range(60, 90), Partial.DAMAGED)):
            stamps = {number * 1024 for number in gone}
            monkeypatch.setattr(
                _Show,
                "_decoded",
                lambda *args, stamps=stamps, **named: [
                    one for one in whole(*args, **named) if one.pts not in stamps
                ],
            )
            assert partial_of(film) is partial

    def test_nor_where_there_are_no_times(self, monkeypatch):
        data = videos.film(videos.scenes(100), "avi", "mjpeg", "yuvj420p")

        class Swallows:
            def __init__(self, context, most):
                self.context, self.most, self.fed = context, most, 0

            def decode(self, packet):
                self.fed += 1
                gone = 20 < self.fed <= 20 + self.most
                return [] if gone else self.context.decode(packet)

        begin = _Show.__init__
        for most, partial in ((MOST_SILENT, None), (MOST_SILENT + 1, Partial.DAMAGED)):
            monkeypatch.setattr(
                _Show,
                "__init__",
                lambda self, context, *rest, most=most: begin(self, Swallows(context, most), *rest),
            )
            assert partial_of(data) is partial

    def test_a_frame_that_stays_is_looked_at(self):
        """One just before a pause, and the last where the sound goes on."""
        stamps = [*range(0, 1040, 40), *range(20_000, 81_000, 1000)]
        data = videos.film(videos.scenes(len(stamps)), "matroska", "mpeg4", stamps=stamps, rate=25)
        assert 1.0 in [round(frame.seconds, 3) for frame in looked(data)[0]]
        scenes = videos.scenes(95)
        frames, _facts = looked(videos.with_sound(scenes, 30, rate=10))
        assert frames[-1].number == 94


class TestHidden:
    def test_what_an_edit_list_leaves_out(self, film):
        frames, facts = looked(videos.edited(film, (1000, 0)))
        assert facts.partial is Partial.HIDDEN
        assert frames[-1].seconds < 1.1
        # The first seconds again and again, as long as the whole.
        assert partial_of(videos.edited(film, *[(1300, 0)] * 10)) is Partial.HIDDEN

    def test_what_every_cut_leaves_is_no_matter(self):
        short = videos.film(videos.scenes(60), options={"g": "60"})
        at = 0.9 * 10240
        frames, facts = looked(videos.edited(short, (5000, int(at))))
        assert facts.partial is None
        assert frames
        # Where all are keyframes FFmpeg doesn't even tell of those.
        every = videos.film(videos.scenes(60), options={"g": "1"})
        assert partial_of(videos.edited(every, (5200, 0))) is None
        assert partial_of(videos.edited(short, (4000, int(2 * at)))) is Partial.HIDDEN

    def test_frames_after_one_that_is_not_there(self, film):
        apart = videos.changed(film, b"stsc", 12, 1)  # each frame in a chunk of its own
        with av.open(io.BytesIO(film)) as container:
            places = [packet.pos for packet in container.demux(video=0) if packet.size]
        places[20] = len(film) + 2**20
        table = b"".join(place.to_bytes(4, "big") for place in places)
        data = resized(apart, b"stco", bytes(4) + len(places).to_bytes(4, "big") + table)
        assert partial_of(data) is Partial.HIDDEN

    def test_two_films_joined(self, film):
        assert partial_of(film + film) is Partial.HIDDEN
        # Of others both are looked at.
        matroska = videos.film(videos.scenes(130), "matroska", options=EVERY_SECOND)
        _frames, facts = looked(matroska + matroska)
        assert facts.partial is None
        assert facts.seconds == pytest.approx(26, abs=0.5)

    def test_a_frame_shown_again_and_again(self, film):
        _frames, facts = looked(videos.edited(film, *[(1000, 0)] * 60, (12_000, 10_240)))
        assert facts.partial is Partial.REPEATS


def resized(data, kind, body):
    """An MP4 with the header at the end, in which a box of the table of samples is another."""
    start, end = videos.inside(data, kind)
    made = bytearray(data[:start] + videos.box(kind, body) + data[end:])
    for outer in (b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        at = made.index(outer) - 4
        size = int.from_bytes(made[at : at + 4], "big") + len(body) + 8 - (end - start)
        made[at : at + 4] = size.to_bytes(4, "big")
    return bytes(made)


class TestDamage:
    def test_the_gravest_reason_of_a_file(self, film):
        def hurt(packets):
            packets[50].update(b"\xff" * packets[50].size)

        assert partial_of(videos.remuxed(film, "matroska", hurt)) is Partial.DAMAGED
        both = videos.side_by_side([film, film], hurt)
        assert partial_of(both) is Partial.OTHER_STREAMS

    @pytest.mark.parametrize("muxer", ["mp4", "matroska", "avi"])
    def test_what_is_only_cut_off_is_not_damaged(self, muxer):
        data = videos.film(videos.scenes(130), muxer, options=EVERY_SECOND)
        data = videos.begun_with_header(data) if muxer == "mp4" else data
        for part in (0.4, 0.61, 0.83):
            assert partial_of(data[: int(len(data) * part)]) is Partial.SHORTER


class TestKeyframes:
    @pytest.mark.parametrize(
        ("apart", "partial"), [(100, Partial.KEYFRAMES), (130, Partial.FEW_KEYFRAMES)]
    )
    def test_no_more_than_some_seconds_unseen(self, monkeypatch, apart, partial):
        """Half of the time is over soon, and the next keyframe is far."""
        options = {"g": str(apart), "keyint_min": str(apart), "sc_threshold": "0", "bf": "0"}
        data = videos.film(videos.scenes(400), options=options)
        looks = iter(range(10**6))
        monkeypatch.setattr(Clock, "is_half_over", lambda _: next(looks) > 420)
        assert partial_of(data) is partial

    @pytest.mark.parametrize(("apart", "partial"), [(100, None), (130, Partial.FEW_KEYFRAMES)])
    def test_nor_where_nothing_else_was_asked_for(self, apart, partial):
        options = {"g": str(apart), "keyint_min": str(apart), "sc_threshold": "0"}
        data = videos.film(videos.scenes(300), options=options)
        assert looked(data, keyframes=True)[1].partial is partial

    def test_slides_are_seen_whatever_lies_between_them(self):
        data = videos.film(videos.scenes(4), "matroska", "mjpeg", "yuvj420p", stamps=[
            0, 20_000, 40_000, 60_000
        ])  # fmt: skip
        assert looked(data, keyframes=True)[1].partial is None

    def test_longest_unseen(self):
        seconds = [0.0, 1.0, 2.0, 12.0, 13.0]
        assert longest_unseen([0, 1, 2, 3, 4], seconds) == 0
        assert longest_unseen([0, 3, 4], seconds) == 2
        assert longest_unseen([2], seconds) == 11
        assert longest_unseen([], seconds) == 13
        assert longest_unseen([7, 9], seconds) == 13
        assert longest_unseen([], []) == 0


class TestShorter:
    def test_sound_that_goes_on(self):
        scenes = videos.scenes(3)
        for muxer in ("matroska", "mp4"):
            assert partial_of(videos.with_sound(scenes, 30, muxer)) is None

    def test_a_film_that_begins_late(self):
        stamps = range(100_000, 112_000, 100)
        late = videos.film(videos.scenes(120), "matroska", "mpeg4", stamps=stamps)
        _frames, facts = looked(late)
        assert (facts.partial, round(facts.seconds)) == (None, 12)

    def test_a_text_after_the_last_box(self, film):
        assert partial_of(film + b"hello world, this was added by a phone" * 3) is None
        # A box that a film is made of is still missed.
        assert partial_of(film + b"\0\1\0\0mdat" + bytes(100)) is Partial.SHORTER

    def test_the_frames_are_those_of_the_rate_that_is_stated(self):
        """The rate is what is stated, where the rounded times say nearly the same."""
        for muxer, rate in (("matroska", 24), ("mp4", 30), ("matroska", 30)):
            count = 130 * rate
            still = [videos.scene(0, (32, 16))] * count
            data = videos.film(still, muxer, "mpeg4", rate=rate)
            frames, _facts = looked(data, limits=replace(LIMITS, max_frames=200))
            assert [frame.number for frame in frames] == list(range(0, count, rate))
        one_lost = [number / 25 for number in range(250) if number != 100]
        assert rate_of(one_lost, 25.0) == 25
        assert rate_of(one_lost, 30.0) == pytest.approx(24.9, abs=0.01)


class TestAnimations:
    @pytest.mark.parametrize("form", videos.MOVING)
    def test_frames_that_are_not_looked_at_have_their_time_too(self, form):
        _frames, facts = looked(videos.animation(videos.scenes(60, (32, 16)), form, 40))
        assert facts.seconds == pytest.approx(2.4)

    @pytest.mark.parametrize("form", videos.MOVING)
    def test_one_that_stays_is_looked_at(self, form):
        milliseconds = [40] * 11 + [5000] + [40] * 29
        data = videos.animation(videos.scenes(41, (32, 16)), form, milliseconds)
        frames, _facts = looked(data)
        assert 11 in [frame.number for frame in frames]
