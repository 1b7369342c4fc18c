import io
import json

import pytest
from PIL import Image
from tests.signals.pictures import folder

from hedgerow.media import File, Limits
from hedgerow.signals import UnknownSignalType, hash_file

LIMITS = Limits()


def hashed(data, **options):
    answer = hash_file(File(data, LIMITS), options)
    assert json.loads(json.dumps(answer)) == answer
    return answer


@pytest.fixture(scope="module")
def jpeg():
    return (folder() / "rocket.jpg").read_bytes()


def test_all_types_by_default(jpeg):
    answer = hashed(jpeg)
    assert set(answer["signals"]) >= {"pdq", "md5", "sha1", "sha256"}
    assert (answer["media"], answer["width"], answer["height"]) == ("jpeg", 640, 427)
    assert answer["truncated"] is False
    assert answer["bytes"] == len(jpeg)
    assert "variants" not in answer["signals"]["pdq"]
    assert "refused" not in answer


def test_only_the_types_asked_for(jpeg):
    assert list(hashed(jpeg, types=["md5"])["signals"]) == ["md5"]
    assert list(hashed(jpeg, types=[])["signals"]) == []
    with pytest.raises(UnknownSignalType):
        hashed(jpeg, types=["photodna"])


def test_variants_where_asked_for(jpeg):
    signal = hashed(jpeg, types=["pdq"], variants=True)["signals"]["pdq"]
    assert len(signal["variants"]) == 15
    assert signal["value"] not in signal["variants"].values()


def test_low_quality_is_told_not_hidden():
    data = io.BytesIO()
    Image.new("RGB", (300, 200), "teal").save(data, "PNG")
    assert hashed(data.getvalue())["signals"]["pdq"]["quality"] == 0


def test_a_cut_off_file_is_marked(jpeg):
    answer = hashed(jpeg[: len(jpeg) // 2])
    assert answer["truncated"] is True
    assert "pdq" in answer["signals"]


def test_what_is_no_picture_still_has_its_digests():
    answer = hashed(b"no picture at all")
    assert set(answer["signals"]) == {"md5", "sha1", "sha256"}
    assert answer["refused"]["code"] == "unsupported_format"
    assert "media" not in answer


def test_no_picture_is_asked_for_where_no_type_needs_one():
    answer = hashed(b"no picture at all", types=["md5", "sha256"])
    assert set(answer["signals"]) == {"md5", "sha256"}
    assert "refused" not in answer
