"""Pictures seen in part, and videos: from files and hashes to matches that say where."""

from base64 import b64encode

import cv2
import numpy as np
import pytest
from skimage import data

from hedgerow.banks import Banks
from hedgerow.matching import Limits as MatchingLimits
from hedgerow.matching import Matcher, Query, Verdict, banked_signals
from hedgerow.matching.videos import FARTHER
from hedgerow.media import File, Limits
from hedgerow.signals import BadSignal, BankedVideo, Signal, SoughtVideo, hash_file, video_signal
from hedgerow.signals.frames import BANKED_ROW, SOUGHT_ROW, Look
from hedgerow.signals.pdq import pdq_variants
from hedgerow.signals.transforms import Transform
from hedgerow.store import Vault


def png(pixels):
    return cv2.imencode(".png", np.asarray(pixels)[..., ::-1])[1].tobytes()


def hashed(pixels, *types):
    options = {"types": types or ("pdq", "local"), "variants": True}
    return hash_file(File(png(pixels), Limits()), options)["signals"]


def query(pixels, *types):
    return Query(hashed(pixels, *types))


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "vault.key")


@pytest.fixture
def banks(database, vault):
    made = Banks(database, vault=vault)
    made.create("known", "block", local=True)
    return made


@pytest.fixture
def matcher(database, vault, tmp_path):
    with Matcher(
        database, tmp_path / "index", vault=vault, sealed_folder=tmp_path / "sealed"
    ) as made:
        yield made


@pytest.fixture(scope="module")
def coffee():
    return data.coffee()


def only(answer, name):
    return [match for match in answer.matches if match.signal_type == name]


class TestPicturesInPart:
    def test_a_cut_and_mirrored_copy_is_found_and_told_where(self, banks, matcher, coffee):
        content = banks.add_content("known", banked_signals(hashed(coffee))).content
        banks.add_content("known", banked_signals(hashed(data.astronaut())))
        copy = coffee[60:360, 120:520][:, ::-1]
        (answer,) = matcher.match([query(copy)])
        assert answer.verdict == Verdict.BLOCK
        (match,) = answer.matches  # PDQ says nothing here
        assert (match.signal_type, match.content_id) == ("local", content.id)
        assert match.transform == "mirrored"
        assert match.seen.landmarks >= 10
        assert match.seen.banked_box == pytest.approx((120, 60, 400, 300), abs=10)
        told = match.as_json()["seen"]
        assert set(told) == {"box", "banked_box", "landmarks", "scale", "angle"}

    def test_a_stranger_is_clear(self, banks, matcher, coffee):
        banks.add_content("known", banked_signals(hashed(coffee)))
        (answer,) = matcher.match([query(data.chelsea())])
        assert (answer.verdict, answer.matches) == (Verdict.CLEAR, ())

    def test_a_withdrawal_counts_from_the_next_match_on(self, banks, matcher, coffee):
        content = banks.add_content("known", banked_signals(hashed(coffee))).content
        copy = query(coffee[60:360, 120:520])
        assert matcher.match([copy])[0].verdict == Verdict.BLOCK
        banks.remove_content("known", content.id)
        assert matcher.match([copy])[0].verdict != Verdict.BLOCK

    def test_switched_off_nothing_is_found_by_it(self, banks, matcher, coffee):
        banks.add_content("known", banked_signals(hashed(coffee)))
        copy = query(coffee[60:360, 120:520])
        assert "local" in matcher.types_in_use
        assert matcher.match([copy])[0].verdict == Verdict.BLOCK
        banks.update("known", local=False)
        assert matcher.match([copy])[0].verdict == Verdict.CLEAR
        assert "local" not in matcher.types_in_use

    def test_only_the_banks_that_are_asked_count(self, banks, matcher, coffee):
        banks.create("other", "review", local=True)
        banks.add_content("known", banked_signals(hashed(coffee)))
        banks.add_content("other", banked_signals(hashed(data.rocket())))
        (answer,) = matcher.match([query(coffee[60:360, 120:520])], ["other"])
        assert answer.verdict == Verdict.CLEAR

    def test_the_index_is_where_it_may_be_and_nowhere_else(self, banks, matcher, coffee, tmp_path):
        signals = banked_signals(hashed(coffee))
        banks.add_content("known", signals)
        matcher.match([query(coffee)])
        assert (tmp_path / "sealed" / "local").is_dir()
        assert not (tmp_path / "index" / "local").exists()
        assert (tmp_path / "sealed").stat().st_mode & 0o077 == 0

    def test_without_key_or_folder_it_is_said_not_passed_over(
        self, banks, database, vault, tmp_path, coffee
    ):
        banks.add_content("known", banked_signals(hashed(coffee, "local")))
        for given in ({}, {"vault": vault}, {"sealed_folder": tmp_path / "sealed"}):
            with Matcher(database, tmp_path / "index", **given) as matcher:
                (answer,) = matcher.match([query(coffee)])
                assert answer.verdict == Verdict.UNCHECKED
                assert answer.error["code"] == "banks_unavailable"
                assert "local signatures" in answer.error["message"]

    def test_a_framed_copy_is_found_by_the_picture_inside(self, banks, matcher, coffee):
        content = banks.add_content("known", banked_signals(hashed(coffee, "pdq"))).content
        framed = np.zeros((560, 900, 3), np.uint8)
        framed[80:480, 150:750] = coffee
        (answer,) = matcher.match([query(framed, "pdq")])
        (match,) = only(answer, "pdq")
        assert match.content_id == content.id
        assert match.seen.box == pytest.approx((150, 80, 600, 400), abs=4)

    def test_landmarks_that_are_none_are_told(self, banks, matcher, coffee):
        banks.add_content("known", banked_signals(hashed(coffee)))
        signals = hashed(coffee)
        signals["local"]["payload"] = b64encode(b"none").decode()
        with pytest.raises(BadSignal):
            matcher.match([Query(signals)])


def frames_of(codes, seconds, form=BANKED_ROW):
    rows = np.zeros(len(codes), form)
    rows["frame"] = np.arange(len(codes)) * 30
    rows["seconds"] = rows["until"] = seconds
    rows["quality"] = 90
    if form is BANKED_ROW:
        rows["code"] = codes
    else:
        rows["codes"][:, 0] = codes
        # of what nobody asks for here: something that is like nothing
        rows["codes"][:, 1:] = np.random.default_rng(9).integers(0, 256, (len(codes), 3, 32))
    return rows


@pytest.fixture
def codes():
    return np.random.default_rng(5).integers(0, 256, (200, 32), np.uint8)


def sought(codes, seconds):
    look = Look((0, 0, 640, 480), frames_of(codes, seconds, SOUGHT_ROW))
    video = SoughtVideo((look,), float(seconds[-1]), False, 640, 480)
    payload = b64encode(video.pack()).decode()
    return Query({"vpdq": {"value": "0" * 64, "quality": 100, "payload": payload}})


def flipped_bits(codes, bits):
    changed = np.unpackbits(codes, axis=1)
    for row in changed:
        row[np.random.default_rng(3).choice(256, bits, replace=False)] ^= 1
    return np.packbits(changed, axis=1)


class TestVideos:
    def bank(self, banks, codes, seconds):
        return banks.add_content(
            "known", [video_signal(BankedVideo(frames_of(codes, seconds), float(seconds[-1])))]
        ).content.id

    def test_a_clip_in_a_compilation_is_told_with_its_stretch(self, banks, matcher, codes):
        clip = np.arange(28.0)
        number = self.bank(banks, codes[:28], clip)
        long = np.concatenate([codes[100:165], flipped_bits(codes[:28], 12), codes[165:]])
        (answer,) = matcher.match([sought(long, np.arange(len(long), dtype=float))])
        (match,) = answer.matches
        assert (match.content_id, match.signal_type, match.distance) == (number, "vpdq", 12)
        assert match.seen.seconds == (65.0, 92.0)
        assert match.seen.banked_seconds == (0.0, 27.0)
        assert match.seen.frames == 28
        assert match.seen.banked_share == 1.0

    def test_a_piece_of_a_long_video_is_told_with_its_stretch(self, banks, matcher, codes):
        self.bank(banks, codes, np.arange(200.0))
        (answer,) = matcher.match([sought(flipped_bits(codes[40:46], 20), np.arange(6.0))])
        (match,) = answer.matches
        assert match.seen.banked_seconds == (40.0, 45.0)
        assert match.seen.share == 1.0

    def test_what_is_less_alike_counts_where_the_moment_fits(self, banks, matcher, codes):
        self.bank(banks, codes[:20], np.arange(20.0))
        copy = flipped_bits(codes[:20], 55)
        copy[7] = codes[7]
        (answer,) = matcher.match([sought(copy, np.arange(20.0))])
        assert answer.matches[0].seen.frames == 20
        copy = flipped_bits(codes[:20], 55)  # no frame within the threshold: no lead
        assert matcher.match([sought(copy, np.arange(20.0))])[0].verdict == Verdict.CLEAR

    def test_a_slideshow_keeps_no_time_and_is_found(self, banks, matcher, codes):
        self.bank(banks, codes[:30], np.arange(30.0))
        (answer,) = matcher.match([sought(codes[:30:3], np.arange(10.0) * 7)])
        assert answer.matches[0].seen.frames == 10

    def test_one_frame_in_common_is_not_a_video(self, banks, matcher, codes):
        self.bank(banks, codes[:30], np.arange(30.0))
        copy = codes[100:130].copy()
        copy[3] = codes[9]
        assert matcher.match([sought(copy, np.arange(30.0))])[0].verdict == Verdict.CLEAR

    def test_one_frame_of_a_short_clip_is_not_a_clip(self, banks, matcher, codes):
        self.bank(banks, codes[:8], np.arange(8) * 0.25)
        other = codes[100:160].copy()
        other[30] = codes[4]
        assert matcher.match([sought(other, np.arange(60) * 0.25)])[0].verdict == Verdict.CLEAR
        two = other.copy()
        two[31:34] = codes[5:8]
        (answer,) = matcher.match([sought(two, np.arange(60) * 0.25)])
        assert answer.matches[0].seen.banked_share == 0.5

    def test_distances_are_within_the_threshold_that_is_told(self, banks, matcher, codes):
        self.bank(banks, codes[:20], np.arange(20.0))
        near = flipped_bits(codes[:20], 55)
        near[7] = flipped_bits(codes[7:8], 25)
        (answer,) = matcher.match([sought(near, np.arange(20.0))])
        assert (answer.matches[0].distance, answer.matches[0].threshold) == (25, 31)
        (answer,) = matcher.match([sought(flipped_bits(codes[:20], 40), np.arange(20.0))])
        assert (answer.matches[0].distance, answer.matches[0].threshold) == (40, 31 + FARTHER)

    def test_a_video_with_little_to_see_is_for_a_person(self, banks, matcher, codes):
        """Not one frame of a good quality: looked up all the same, and never blocked."""

        def dull(rows):
            rows["quality"] = 10
            return rows

        seconds = np.arange(20.0)
        banks.add_content(
            "known", [video_signal(BankedVideo(dull(frames_of(codes[:20], seconds)), 19.0))]
        )
        look = Look((0, 0, 640, 480), dull(frames_of(codes[:20], seconds, SOUGHT_ROW)))
        payload = b64encode(SoughtVideo((look,), 19.0, False, 640, 480).pack()).decode()
        asked = Query({"vpdq": {"value": "0" * 64, "quality": 0, "payload": payload}})
        (answer,) = matcher.match([asked])
        assert answer.verdict == Verdict.REVIEW
        assert answer.matches[0].seen.frames == 20

    def test_after_so_many_pairs_of_frames_no_more_candidates_are_weighed(
        self, banks, database, tmp_path, codes
    ):
        whole = self.bank(banks, codes[:100], np.arange(100.0))
        piece = self.bank(banks, codes[:20], np.arange(20.0))
        upload = sought(codes[:100], np.arange(100.0))
        for most, found in [(1, {whole}), (10**9, {whole, piece})]:
            limits = MatchingLimits(max_frame_pairs=most)
            with Matcher(database, tmp_path / f"index-{most}", limits) as made:
                (answer,) = made.match([upload])
                assert {match.content_id for match in answer.matches} == found

    def test_what_was_not_looked_at_is_not_clear(self, banks, matcher, codes):
        self.bank(banks, codes[:30], np.arange(30.0))
        stranger = sought(codes[100:], np.arange(100.0))
        for partial, verdict in [
            ("time", Verdict.UNCHECKED),
            ("max_decoded_frames", Verdict.UNCHECKED),
            ("other_streams", Verdict.UNCHECKED),
            ("damaged", Verdict.UNCHECKED),
            ("keyframes", Verdict.CLEAR),
        ]:
            (answer,) = matcher.match([Query(stranger.signals, partial=partial)])
            assert answer.verdict == verdict, partial
            assert bool(answer.notes) == (verdict == Verdict.CLEAR)

    def test_a_picture_in_a_video_and_the_reverse(self, banks, matcher, coffee, codes):
        variants, _quality = pdq_variants(coffee)
        own = np.frombuffer(bytes.fromhex(variants[Transform.NONE]), np.uint8)
        film = codes[:30].copy()
        film[12] = own
        picture = banks.add_content("known", [Signal("pdq", variants[Transform.NONE], 100)])
        (answer,) = matcher.match([sought(film, np.arange(30.0))])
        (match,) = answer.matches
        assert (match.signal_type, match.content_id) == ("pdq", picture.content.id)
        assert match.seen.seconds == (12.0, 12.0)
        assert match.banked_value == match.value == variants[Transform.NONE]
        banks.remove_content("known", picture.content.id)
        number = self.bank(banks, film, np.arange(30.0))
        (answer,) = matcher.match([query(coffee[:, ::-1], "pdq")])
        (match,) = answer.matches
        assert (match.signal_type, match.content_id) == ("vpdq", number)
        assert match.transform == "mirrored"
        assert match.seen.banked_seconds == (12.0, 12.0)


FAMILIES = ("chair", "doorknob", "pattern", "test-padded")


def test_every_edited_video_finds_its_source_and_only_it(banks, matcher, shared_data):
    paths = sorted((shared_data / "videos").glob("*.mp4"))
    assert len(paths) == 14
    signals = {
        path.name: hash_file(File(path.read_bytes(), Limits()), {"types": ["vpdq"]})["signals"]
        for path in paths
    }
    sources = {
        banks.add_content("known", banked_signals(signals[name])).content.id: name
        for name in (
            "chair-orig-22-sd-bar.mp4",
            "doorknob-hd-no-bar.mp4",
            "pattern-hd-no-bar.mp4",
            "test-padded-dimensions.mp4",
        )
    }
    for name, found in signals.items():
        (answer,) = matcher.match([Query(found)])
        (source,) = {sources[match.content_id] for match in answer.matches}
        family = next(each for each in FAMILIES if name.startswith(each))
        assert source.startswith(family), name
