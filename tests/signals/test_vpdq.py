import base64
import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.media import videos

from hedgerow.media import File, Limits
from hedgerow.signals import BadSignal, Comparison, hash_file, signal_type
from hedgerow.signals.frames import (
    BANKED_ROW,
    NEAR,
    SOUGHT_ROW,
    Banked,
    Look,
    Sought,
    merged,
    variant_codes,
)
from hedgerow.signals.pdq import pdq, pdq_variants
from hedgerow.signals.vpdq import VPDQ, codes_of
from hedgerow.signals.vpdq_text import read_vpdq_text

LIMITS = Limits()


def computed(data):
    return VPDQ.compute(File(data, LIMITS))


def apart(one, other):
    return int(np.bitwise_count(np.asarray(one) ^ np.asarray(other)).sum())


@pytest.fixture(scope="session")
def pan(photographs):
    """Frames (240, 320, 3) of a camera that pans over a photograph."""
    wide = np.concatenate([photographs["coffee"], photographs["coffee"][:, ::-1]], axis=1)
    return [np.ascontiguousarray(wide[80:320, 8 * n : 8 * n + 320]) for n in range(60)]


def a_video(rng, count=5, row=BANKED_ROW):
    frames = np.zeros(count, row)
    frames["frame"] = np.arange(count) * 25
    frames["seconds"] = np.arange(count)
    frames["until"] = np.arange(count) + 0.5
    frames["quality"] = rng.integers(0, 101, count)
    name = "code" if row is BANKED_ROW else "codes"
    frames[name] = rng.integers(0, 256, frames[name].shape)
    return frames


# The reference


@pytest.fixture(scope="module")
def samples(shared_data):
    """The reference's sample videos: of each its facts, and what was computed."""
    found = {}
    for path in sorted((shared_data / "videos").glob("*.mp4")):
        file = File(path.read_bytes(), LIMITS)
        found[path.stem] = Sought.unpack(VPDQ.compute(file).payload), file.facts
    return found


def recorded(shared_data, name):
    """The reference's own hashes, of every frame."""
    text = (shared_data / "videos/vpdq-hashes" / f"{name}.txt").read_text()
    return [line.split(",") for line in text.splitlines()]


def test_within_the_references_tolerance(shared_data, samples):
    """ThreatExchange's own hashes of its sample videos: 31 bits where quality is 50 or more."""
    distances, qualities = [], []
    for name, (sought, facts) in samples.items():
        assert facts.frames >= 8
        assert facts.partial is None
        reference = recorded(shared_data, name)
        for row in sought.looks[0].frames:
            number, quality, code, seconds = reference[row["frame"]]
            assert int(number) == row["frame"]
            assert row["seconds"] == pytest.approx(float(seconds), abs=0.001)
            qualities.append(abs(int(row["quality"]) - int(quality)))
            if int(quality) >= 50:
                theirs = np.frombuffer(bytes.fromhex(code), np.uint8)
                distances.append(apart(row["codes"][0], theirs))
    assert len(distances) > 150
    assert max(distances) <= 20
    assert np.mean(distances) < 1.5
    assert max(qualities) <= 1


def test_the_sample_videos_are_found_inside_their_bars(shared_data, samples):
    """Three are one film with bars: what is between them is as the film without."""
    plain = recorded(shared_data, "chair-orig-22-hd-no-bar")
    codes = np.stack([np.frombuffer(bytes.fromhex(row[2]), np.uint8) for row in plain])

    def nearest(look):
        images = look.frames["codes"][:, 0]
        return np.bitwise_count(images[:, np.newaxis] ^ codes).sum(axis=2).min(axis=1)

    for name in ("chair-orig-22-sd-bar", "chair-22-sd-sepia-bar", "chair-22-sd-grey-bar"):
        whole, part = samples[name][0].looks[:2]
        assert part.box == (32, 0, 416, 720)
        assert nearest(part).max() <= 20
        assert nearest(whole).min() > 31


# Computing


def test_what_is_computed():
    data = videos.film(videos.scenes(12, (320, 240)))
    answer = computed(data)
    sought = Sought.unpack(answer.payload)
    frames = list(File(data, LIMITS).frames())
    [look] = sought.looks
    assert look.box == (0, 0, 320, 240)
    assert (sought.width, sought.height, sought.partial) == (320, 240, False)
    assert sought.seconds == pytest.approx(1.2, abs=0.001)
    by_number = {frame.number: frame for frame in frames}
    for row in look.frames:
        value, quality = pdq(by_number[int(row["frame"])].pixels)
        assert row["codes"][0].tobytes().hex() == value
        assert row["quality"] == quality
    assert answer.quality == 100 * sum(pdq(f.pixels)[1] >= 50 for f in frames) // len(frames)
    banked = VPDQ.banked(answer.payload)
    assert VPDQ.banked(banked) == banked
    assert answer.value == hashlib.sha256(banked).hexdigest() == VPDQ.parse(answer.value.upper())
    assert (VPDQ.codes(banked) == look.frames["codes"][:, 0]).all()
    assert computed(data) == answer


def test_the_sixteen_variants_follow_from_four_codes(photographs):
    for picture in photographs.values():
        luma = picture if picture.ndim == 2 else videos.luma(picture[..., :3]).astype(np.uint8)
        expected, quality = pdq_variants(luma)
        rows = np.zeros(1, SOUGHT_ROW)
        codes, ours = codes_of(luma)
        rows["codes"] = codes
        assert ours == quality
        found = variant_codes(rows)
        assert list(found) == list(expected)
        for transform, value in expected.items():
            assert found[transform][0].tobytes().hex() == value, transform


def test_a_frame_too_small_to_hash():
    codes, quality = codes_of(np.full((4, 400), 7, np.uint8))
    assert (codes.any(), codes.shape, quality) == (False, (4, 32), 0)


def test_near_identical_neighbours_are_stored_once(pan):
    """A slide show: ten frames each of three pictures."""
    slides = pan[::20]
    data = videos.film([slide for slide in slides for _ in range(10)], rate=2)
    sought = Sought.unpack(computed(data).payload)
    frames = sought.looks[0].frames
    assert [(row["seconds"], row["until"]) for row in frames] == [(0, 4), (5, 9), (10, 14)]
    assert [row["frame"] for row in frames] == [0, 10, 20]


def test_neighbours_are_compared_with_the_first_of_the_run():
    """Something that changes slowly all the time is not taken for one that stands still."""
    frames = a_video(np.random.default_rng(1), 100)
    frames["code"] = 0
    for number in range(100):
        frames["code"][number].reshape(-1)[: number // 8] = 255
        frames["code"][number, number // 8] = (0xFF00 >> number % 8) & 0xFF  # `number` bits in all
    kept = merged(frames.copy())
    assert [int(row["frame"]) // 25 for row in kept] == list(range(0, 100, NEAR + 1))
    assert kept["until"][0] == frames["until"][NEAR]
    assert kept["until"][-1] == frames["until"][-1]
    assert len(merged(frames[:0])) == 0


# What is around it


@pytest.mark.parametrize(
    ("around", "box"),
    [
        ((0, 60, 0, 60), (0, 60, 320, 240)),  # letterbox
        ((80, 0, 80, 0), (80, 0, 320, 240)),  # pillars
        ((40, 30, 60, 50), (40, 30, 320, 240)),  # a frame
    ],
)
@pytest.mark.parametrize("filling", ["black", "white", "chrome"])
def test_the_video_inside_the_video(pan, around, box, filling):
    left, top, right, bottom = around
    plain = pan[:40]
    height, width = 240 + top + bottom, 320 + left + right
    canvas = np.zeros((height, width, 3), np.uint8)
    if filling == "white":
        canvas[:] = 255
    elif filling == "chrome":  # signs and buttons that stay
        canvas[:] = 40
        canvas[::16, ::8] = 220
        canvas[5:20, 7:90] = 180
    padded = []
    for frame in plain:
        canvas[top : top + 240, left : left + 320] = frame
        padded.append(canvas.copy())
    original = Sought.unpack(computed(videos.film(plain)).payload)
    sought = Sought.unpack(computed(videos.film(padded)).payload)
    part = sought.looks[-1]
    assert np.abs(np.subtract(part.box, box)).max() <= 4
    distances = [
        min(apart(codes[0], banked) for banked in original.looks[0].frames["codes"][:, 0])
        for codes in part.frames["codes"]
    ]
    assert np.median(distances) <= 16
    assert np.mean(np.array(distances) <= 31) > 0.9


def test_of_very_many_frames_some_copies_are_kept(monkeypatch):
    monkeypatch.setattr("hedgerow.signals.inside.MOST_COPIES", 4)
    plain = np.pad(np.stack(videos.scenes(30, (96, 64))), ((0, 0), (32, 32), (0, 0), (0, 0)))
    file = File(videos.film(list(plain), rate=1), LIMITS)
    sought = Sought.unpack(VPDQ.compute(file).payload)
    whole, part = sought.looks
    kept = whole.frames["frame"].tolist()
    assert len(kept) > 16
    assert part.frames["frame"].tolist() in (kept[::8], kept[::16])


def test_a_plain_video_has_one_look():
    assert len(Sought.unpack(computed(videos.film(videos.scenes(30))).payload).looks) == 1
    still = videos.film([videos.scene(0)] * 30)
    assert len(Sought.unpack(computed(still).payload).looks) == 1


# Bytes


@given(st.data())
def test_what_is_packed_is_unpacked(data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    count = data.draw(st.integers(0, 20))
    seconds, partial = data.draw(st.floats(0, 1e6, width=32)), data.draw(st.booleans())
    banked = Banked(a_video(rng, count), seconds, partial)
    again = Banked.unpack(banked.pack())
    assert (again.frames == banked.frames).all()
    assert (again.seconds, again.partial) == (seconds, partial)
    looks = tuple(
        Look((1, 2, 3, 4 + n), a_video(rng, n, SOUGHT_ROW))
        for n in range(data.draw(st.integers(1, 3)))
    )
    sought = Sought(looks, seconds, partial, 640, 480)
    same = Sought.unpack(sought.pack())
    assert same.pack() == sought.pack()
    assert [look.box for look in same.looks] == [look.box for look in looks]
    assert (same.banked().frames["code"] == looks[0].frames["codes"][:, 0]).all()


@given(st.binary(max_size=300))
def test_other_bytes_are_no_video(noise):
    rng = np.random.default_rng(5)
    for mark, form in ((b"VPB1", Banked), (b"VPS1", Sought), (b"", Banked)):
        with pytest.raises(BadSignal):
            form.unpack(mark + noise + b"\1" * 50)
    packed = Banked(a_video(rng), 5.0).pack()
    with pytest.raises(BadSignal):
        Banked.unpack(packed + noise + b"x")
    with pytest.raises(BadSignal):
        VPDQ.banked(packed[: len(noise) % len(packed)])


@pytest.mark.parametrize(
    ("name", "value"),
    [("seconds", np.nan), ("seconds", -1), ("until", np.inf), ("until", 0), ("quality", 101)],
)
def test_frames_that_no_video_has(name, value):
    frames = a_video(np.random.default_rng(2))
    frames[name][3] = value
    with pytest.raises(BadSignal):
        Banked.unpack(Banked(frames, 5.0).pack())
    with pytest.raises(BadSignal):
        Banked.unpack(Banked(a_video(np.random.default_rng(2))[::-1], 5.0).pack())


@given(arrays(np.uint8, (3, 32)))
def test_codes_are_what_the_text_says(codes):
    lines = [f"{n},100,{code.tobytes().hex()},{n}.000" for n, code in enumerate(codes)]
    found = read_vpdq_text(lines).frames
    assert found["code"][0].tobytes().hex() == lines[0].split(",")[2]


# Through the whole


def test_the_type_is_installed():
    assert signal_type("vpdq") is VPDQ
    assert VPDQ.comparison is Comparison.PARTS


def test_hashing_a_video_file():
    data = videos.film(videos.scenes(30, (160, 120)))
    answer = hash_file(File(data, LIMITS), {"types": ["md5", "pdq", "vpdq"]})
    assert set(answer["signals"]) == {"md5", "vpdq"}
    assert "refused" not in answer
    assert answer["media"] == "mp4"
    assert (answer["width"], answer["height"], answer["seconds"]) == (160, 120, 3.0)
    assert (answer["frames"], answer["partial"]) == (12, None)
    payload = base64.b64decode(answer["signals"]["vpdq"]["payload"])
    assert hashlib.sha256(VPDQ.banked(payload)).hexdigest() == answer["signals"]["vpdq"]["value"]
    quick = hash_file(File(data, LIMITS), {"types": ["vpdq"], "keyframes": True})
    assert quick["frames"] < 12


def test_a_video_where_only_pictures_are_wanted():
    answer = hash_file(File(videos.film(videos.scenes(3)), LIMITS), {"types": ["md5", "pdq"]})
    assert set(answer["signals"]) == {"md5"}
    assert answer["refused"]["code"] == "unsupported_format"


def test_hashing_an_animated_picture():
    data = videos.animation(videos.scenes(20, (160, 120)), "GIF")
    answer = hash_file(File(data, LIMITS), {"types": ["pdq", "vpdq"]})
    assert set(answer["signals"]) == {"pdq", "vpdq"}
    assert (answer["media"], answer["more_frames"], answer["seconds"]) == ("gif", True, 2.0)
    first = Sought.unpack(base64.b64decode(answer["signals"]["vpdq"]["payload"])).looks[0].frames[0]
    assert first["codes"][0].tobytes().hex() == answer["signals"]["pdq"]["value"]


def test_hashing_a_still_picture_or_none():
    still = hash_file(File(videos.animation([videos.scene(0)], "PNG"), LIMITS), {"types": None})
    assert {"pdq", "md5"} <= set(still["signals"])
    assert "vpdq" not in still["signals"]
    assert "refused" not in still
    assert "partial" not in still
    words = hash_file(File(b"some words", LIMITS), {"types": ["vpdq", "md5"]})
    assert set(words["signals"]) == {"md5"}
    assert words["refused"]["code"] == "unsupported_format"


def test_a_damaged_video_is_partial_or_refused():
    data = videos.film(videos.scenes(30), "matroska")
    answer = hash_file(File(data[: len(data) // 2], LIMITS), {"types": ["vpdq", "md5"]})
    assert answer["partial"] in ("damaged", "shorter")
    assert Sought.unpack(base64.b64decode(answer["signals"]["vpdq"]["payload"])).partial is True
    refused = hash_file(File(data[:200], LIMITS), {"types": ["vpdq", "md5"]})
    assert refused["refused"]["code"] == "corrupt"
    assert set(refused["signals"]) == {"md5"}
