"""What a browser sends is checked like anything from outside."""

from __future__ import annotations

import json
from contextlib import suppress
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.survivors.making import hashes, ticket

from hedgerow.survivors import BadSubmission, Limits, Submission, read_submissions

LIMITS = Limits(max_pictures=5, max_frames=4)

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["picture", "video", "0" * 64, "f" * 32, "F" * 64, " " * 64, "[]", "[1]"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["media", "sha256", "md5", "pdq", "quality", "frames", "x"]), inner
        )
    ),
    max_leaves=12,
)
nearly = st.builds(
    lambda number, changes: hashes(number) | changes,
    st.integers(0, 5),
    st.dictionaries(
        st.sampled_from(["media", "sha256", "md5", "pdq", "quality", "frames"]),
        anything,
        max_size=2,
    ),
)


@given(anything | st.lists(nearly, max_size=6))
def test_it_is_read_or_refused_with_a_reason(given_json):
    with suppress(BadSubmission):
        for each in read_submissions(given_json, LIMITS):
            assert isinstance(each, Submission)
            assert {"sha256", "md5"} <= {one.type for one in each.signals}
            assert len({one.type for one in each.signals}) == len(each.signals)


def frame(number, quality=90, seconds=None):
    code = sha256(f"frame {number}".encode()).hexdigest()
    return f"{number},{quality},{code},{number if seconds is None else seconds}"


def video(lines, **more):
    return {**{k: v for k, v in hashes(1).items() if k not in ("pdq", "quality")},
            "media": "video", "frames": lines} | more  # fmt: skip


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {},
        "picture",
        [[]],
        [None],
        [{}],
        [{"media": "picture"}],
        [hashes(1, media="sound")],
        [hashes(1, media=["picture"])],
        [hashes(1, sha256=None)],
        [hashes(1, sha256="0" * 63)],
        [hashes(1, sha256=7)],
        [hashes(1, md5="g" * 32)],
        [hashes(1, pdq="0" * 63)],
        [hashes(1, pdq=[1])],
        [hashes(1, quality=None)],
        [hashes(1, quality=True)],
        [hashes(1, quality=101)],
        [hashes(1, quality=-1)],
        [hashes(1, quality=50.0)],
        [hashes(each) for each in range(6)],
        [video({"a": 1})],
        [video([1])],
        [video(["nonsense"])],
        [video([frame(each) for each in range(5)])],
        [video(["\n".join(frame(each) for each in range(5))])],
        [video([json.dumps([f"{hashes(each)['pdq']},90,{each}" for each in range(8)])])],
        [video(["\ud800"])],
        [video(["0,90," + "0" * 64 + ",nan"])],
    ],
)
def test_this_is_refused(sent):
    with pytest.raises(BadSubmission) as caught:
        read_submissions(sent, LIMITS)
    assert str(caught.value)


def test_pictures_and_videos():
    one, two = read_submissions([hashes(1), video([frame(0), frame(9)])], LIMITS)
    assert (one.media, one.exact_only, [each.type for each in one.signals]) == (
        "picture", False, ["sha256", "md5", "pdq"],
    )  # fmt: skip
    assert (two.media, two.exact_only, [each.type for each in two.signals]) == (
        "video", False, ["sha256", "md5", "vpdq"],
    )  # fmt: skip


@pytest.mark.parametrize(
    "sent", [hashes(1, pdq=None), hashes(1, quality=49), video([]), video([frame(0, quality=3)])]
)
def test_of_too_little_the_very_file_alone(sent):
    (only,) = read_submissions([sent], LIMITS)
    assert only.exact_only
    assert {each.type for each in only.signals} == {"sha256", "md5"}


def test_digests_are_brought_to_one_form():
    sent = hashes(1)
    (one,) = read_submissions([sent], LIMITS)
    (other,) = read_submissions([sent | {"sha256": str(sent["sha256"]).upper()}], LIMITS)
    assert one == other


def test_a_video_as_long_as_a_case_takes_goes_into_the_bank(survivors, banks):
    most = survivors.limits.max_frames
    lines = [
        f"{each},90,{(each * 0x9E3779B97F4A7C15) % 2**256:064x},{each}" for each in range(most)
    ]
    sent = read_submissions([video(lines)], survivors.limits)
    receipt = survivors.protect(sent, ticket=ticket(), language="en")
    (content,) = banks.list_content("own-pictures")
    assert {each.type for each in content.signals} == {"sha256", "md5", "vpdq"}
    survivors.delete(receipt.case_id)
    assert not banks.list_content("own-pictures")
