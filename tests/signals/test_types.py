"""Values of each type, and what a file's answer holds."""

import hashlib
import io
import json
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hedgerow.media import File, Limits, RefusalCode, Refused
from hedgerow.signals import (
    TASK,
    BadSignal,
    Comparison,
    Computed,
    SignalType,
    UnknownSignalType,
    hash_file,
    hashing,
    parse,
    registry,
    signal_type,
)
from hedgerow.signals.pdq import pdq, pdq_variants

DIGITS = {"pdq": 64, "md5": 32, "sha1": 40, "sha256": 64}
OURS = sorted(DIGITS)
HEXADECIMAL = "0123456789abcdef"


def jpeg(pixels, **options):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", **options)
    return stream.getvalue()


# Values


@given(st.sampled_from(OURS), st.data(), st.text(string.whitespace), st.booleans())
def test_case_and_blanks_make_no_difference(name, data, blanks, upper):
    value = data.draw(st.text(HEXADECIMAL, min_size=DIGITS[name], max_size=DIGITS[name]))
    spelled = blanks + (value.upper() if upper else value) + blanks
    assert parse(name, spelled) == value
    assert parse(name, parse(name, spelled)) == value


@given(st.sampled_from(OURS), st.text())
def test_any_text_is_a_value_or_a_bad_signal(name, text):
    try:
        value = parse(name, text)
    except BadSignal:
        return
    assert len(value) == DIGITS[name]
    assert set(value) <= set(HEXADECIMAL)


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("wrong", ["", "shorter", "longer", "g", "inner space", "0x", "full width"])
def test_what_is_no_value(name, wrong):
    good = "a" * DIGITS[name]
    text = {
        "": "",
        "shorter": good[1:],
        "longer": good + "a",
        "g": good[1:] + "g",
        "inner space": good[:5] + " " + good[6:],
        "0x": "0x" + good[2:],
        "full width": "１" + good[1:],
    }[wrong]
    with pytest.raises(BadSignal, match=name):
        parse(name, text)


def test_a_long_text_is_not_repeated_in_full():
    with pytest.raises(BadSignal) as bad:
        parse("pdq", "x" * 100_000)
    assert len(str(bad.value)) < 200


@pytest.mark.parametrize("name", ["", "PDQ", "pdq ", "nonesuch"])
def test_unknown_types_are_told_with_what_there_is(name):
    with pytest.raises(UnknownSignalType, match=r"installed: .*pdq"):
        signal_type(name)
    with pytest.raises(LookupError):
        parse(name, "00")


def test_ours_are_registered_and_keep_the_protocol():
    assert set(registry()) >= set(DIGITS)
    for name in OURS:
        each = signal_type(name)
        assert isinstance(each, SignalType)
        assert each.name == name
        assert each.comparison is (Comparison.HAMMING if name == "pdq" else Comparison.EQUAL)
        assert each.needs_picture is (name == "pdq")
        assert 0 <= each.default_threshold <= each.max_distance
    assert signal_type("pdq").default_threshold == 31
    assert signal_type("pdq").minimum_quality == 50


# Files


@given(st.binary(min_size=1, max_size=300))
def test_digests_are_those_of_hashlib(data):
    answer = hash_file(File(data, Limits()), {"types": ["md5", "sha1", "sha256"]})
    assert answer["signals"] == {
        name: {"value": hashlib.new(name, data).hexdigest()} for name in ("md5", "sha1", "sha256")
    }
    assert answer["bytes"] == len(data)


def test_a_good_file(photographs):
    data = jpeg(photographs["chelsea"])
    answer = hash_file(File(data, Limits()), {})
    assert set(answer) == {
        *("bytes", "signals", "media", "width", "height", "truncated", "more_frames")
    }
    assert (answer["media"], answer["width"], answer["height"]) == ("jpeg", 451, 300)
    assert answer["truncated"] is False
    assert set(answer["signals"]) == set(registry()) - {"vpdq"}  # that is of what moves
    value, quality = pdq(File(data, Limits()).picture().pixels)
    assert answer["signals"]["pdq"] == {"value": value, "quality": quality}
    assert json.loads(json.dumps(answer)) == answer


def test_variants_are_given_where_they_are_asked_for(photographs):
    file = File(jpeg(photographs["camera"]), Limits())
    answer = hash_file(file, {"types": ["pdq", "md5"], "variants": True})
    variants, _quality = pdq_variants(file.picture().pixels)
    wanted = {str(name): value for name, value in variants.items()}
    assert wanted.pop("none") == answer["signals"]["pdq"]["value"]
    assert answer["signals"]["pdq"]["variants"] == wanted
    assert len(wanted) == 15
    assert set(answer["signals"]["md5"]) == {"value"}
    assert json.loads(json.dumps(answer)) == answer


def test_only_what_is_asked_for(photographs):
    file = File(jpeg(photographs["camera"]), Limits())
    assert set(hash_file(file, {"types": ["sha1"]})["signals"]) == {"sha1"}
    assert hash_file(file, {"types": []})["signals"] == {}
    with pytest.raises(UnknownSignalType):
        hash_file(file, {"types": ["nonesuch"]})


def test_a_truncated_file_is_hashed_as_far_as_it_goes(photographs):
    data = jpeg(photographs["astronaut"])
    answer = hash_file(File(data[: len(data) * 9 // 10], Limits()), {})
    assert answer["truncated"] is True
    assert (answer["width"], answer["height"]) == (512, 512)
    assert len(answer["signals"]["pdq"]["value"]) == 64
    assert "refused" not in answer


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no picture at all", "unsupported_format"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "corrupt"),
    ],
)
def test_a_file_with_no_picture_has_its_digests(data, code):
    answer = hash_file(File(data, Limits()), {})
    assert answer["refused"]["code"] == code
    assert answer["refused"]["message"]
    assert set(answer["signals"]) >= {"md5", "sha1", "sha256"}
    assert "pdq" not in answer["signals"]
    assert "media" not in answer


def test_too_many_pixels_are_refused(photographs):
    data = jpeg(photographs["astronaut"])
    answer = hash_file(File(data, Limits(max_pixels=1000)), {})
    assert answer["refused"]["code"] == "too_many_pixels"
    assert "md5" in answer["signals"]


def test_a_plain_picture_is_hashed_with_its_low_quality():
    answer = hash_file(File(jpeg(np.full((80, 80), 7, np.uint8)), Limits()), {"types": ["pdq"]})
    assert answer["signals"]["pdq"]["quality"] == 0


class Choosy:
    """A type that refuses every file."""

    name = "choosy"
    comparison = Comparison.EQUAL
    max_distance = default_threshold = minimum_quality = 0

    def __init__(self, needs_picture):
        self.needs_picture = needs_picture

    def parse(self, text):
        return text

    def compute(self, file):
        raise Refused(RefusalCode.UNSUPPORTED_FORMAT, "choosy takes none")


@pytest.mark.parametrize("needs_picture", [False, True])
def test_a_type_that_refuses_a_file_takes_the_others_nothing(
    monkeypatch, photographs, needs_picture
):
    types = {"choosy": Choosy(needs_picture), **registry()}
    monkeypatch.setattr(hashing, "registry", lambda: types)
    monkeypatch.setattr(hashing, "signal_type", types.__getitem__)
    answer = hash_file(File(jpeg(photographs["camera"]), Limits()), {})
    assert set(answer["signals"]) == set(registry()) - {"vpdq"}  # that is of what moves
    assert answer["refused"] == {"code": "unsupported_format", "message": "choosy takes none"}
    assert isinstance(types["choosy"], SignalType)


def test_the_task_names_the_function():
    module, _, function = TASK.partition(":")
    assert (module, function) == (hash_file.__module__, hash_file.__name__)


def test_computed_says_no_more_than_it_knows():
    assert Computed("00") == Computed("00", None, {})


def test_no_picture_is_asked_for_where_no_type_needs_one():
    answer = hash_file(File(b"no picture at all", Limits()), {"types": ["md5", "sha256"]})
    assert set(answer["signals"]) == {"md5", "sha256"}
    assert "refused" not in answer
