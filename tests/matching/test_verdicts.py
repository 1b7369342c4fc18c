"""Which matches count, and what they come to."""

from dataclasses import replace

import pytest
from tests.matching.signals import REFUSED, flipped, md5, pdq, query

from hedgerow.matching import Note, Verdict
from hedgerow.matching.verdicts import LOOKED_THROUGH
from hedgerow.media import Partial
from hedgerow.media.film import GRAVEST_FIRST

BANKED = pdq(1)
UPLOAD = flipped(BANKED, 8)


def one(matcher, *signals, banks=None, **asked):
    [answer] = matcher.match([query(*signals, **asked)], banks)
    return answer


def names(matches):
    return [match.bank for match in matches]


@pytest.mark.parametrize(
    ("actions", "verdict"),
    [
        (("record",), Verdict.RECORD),
        (("record", "review"), Verdict.REVIEW),
        (("review", "block", "record"), Verdict.BLOCK),
    ],
)
def test_the_strictest_action_wins(banks, matcher, actions, verdict):
    # The less strict, the nearer: so it is not the nearest that wins.
    strictness = ("block", "review", "record")
    for action in actions:
        banks.create(action, action)
        banks.add_content(action, [flipped(BANKED, strictness.index(action))])
    answer = one(matcher, flipped(BANKED, 8))
    assert answer.verdict == verdict
    assert names(answer.matches) == sorted(actions, key=strictness.index)


def test_a_bank_without_an_action_asks_for_review(banks, matcher):
    banks.create("plain")
    banks.add_content("plain", [BANKED])
    assert one(matcher, UPLOAD).verdict == Verdict.REVIEW


@pytest.mark.parametrize(
    ("to_banked", "to_harmless", "suppressed"),
    [(8, 7, True), (8, 8, False), (7, 8, False), (1, 0, True), (0, 0, False), (31, 30, True)],
)
def test_only_the_strictly_nearer_false_positive_suppresses(
    banks, matcher, to_banked, to_harmless, suppressed
):
    upload = pdq(2)
    banks.create("known", "block")
    banks.create("harmless", kind="negative")
    banks.add_content("known", [flipped(upload, to_banked)])
    banks.add_content("harmless", [flipped(upload, to_harmless, first=100)])
    answer = one(matcher, upload)
    if suppressed:
        assert answer.verdict == Verdict.CLEAR
        [told] = answer.suppressed
        assert (told.match.distance, told.by.distance) == (to_banked, to_harmless)
        assert (told.match.bank, told.by.bank) == ("known", "harmless")
        assert answer.matches == ()
    else:
        assert answer.verdict == Verdict.BLOCK
        assert (names(answer.matches), answer.suppressed) == (["known"], ())


def test_a_false_positive_out_of_its_banks_threshold_suppresses_nothing(banks, matcher):
    banks.create("known", "block")
    banks.create("harmless", kind="negative", thresholds={"pdq": 3})
    banks.add_content("known", [flipped(UPLOAD, 9)])
    banks.add_content("harmless", [flipped(UPLOAD, 4)])
    assert one(matcher, UPLOAD).verdict == Verdict.BLOCK
    banks.update("harmless", thresholds={"pdq": 4})
    assert one(matcher, UPLOAD).verdict == Verdict.CLEAR


def test_a_negative_match_alone_is_no_match(banks, matcher):
    banks.create("harmless", kind="negative")
    banks.add_content("harmless", [BANKED])
    banks.create("known", "block")
    banks.add_content("known", [flipped(BANKED, 200)])
    answer = one(matcher, BANKED)
    assert (answer.verdict, answer.matches, answer.suppressed) == (Verdict.CLEAR, (), ())


def test_the_file_of_a_false_positive_suppresses_what_is_only_near(banks, matcher):
    banks.create("known", "block")
    banks.create("harmless", kind="negative")
    banks.add_content("known", [flipped(UPLOAD, 1)])
    banks.add_content("harmless", [md5("harmless")])
    assert one(matcher, UPLOAD, md5("harmless")).verdict == Verdict.CLEAR
    assert one(matcher, UPLOAD, md5("another")).verdict == Verdict.BLOCK
    # The banked picture itself is never suppressed, nor is a banked file.
    assert one(matcher, flipped(UPLOAD, 1), md5("harmless")).verdict == Verdict.BLOCK
    banks.add_content("known", [md5("harmless")])
    answer = one(matcher, UPLOAD, md5("harmless"))
    assert answer.verdict == Verdict.BLOCK
    assert [match.signal_type for match in answer.matches] == ["md5"]
    assert [each.match.signal_type for each in answer.suppressed] == ["pdq"]


def test_suppression_leaves_the_less_strict_that_is_nearer(banks, matcher):
    banks.create("known", "block")
    banks.create("seen", "record")
    banks.create("harmless", kind="negative")
    banks.add_content("known", [flipped(UPLOAD, 20)])
    banks.add_content("harmless", [flipped(UPLOAD, 10)])
    banks.add_content("seen", [flipped(UPLOAD, 5)])
    answer = one(matcher, UPLOAD)
    assert answer.verdict == Verdict.RECORD
    assert names(answer.matches) == ["seen"]
    assert [each.match.bank for each in answer.suppressed] == ["known"]


@pytest.mark.parametrize("who", ["upload", "banked"])
@pytest.mark.parametrize(("quality", "verdict"), [(49, Verdict.REVIEW), (50, Verdict.BLOCK)])
def test_low_quality_is_for_a_person_to_judge(banks, matcher, who, quality, verdict):
    own, theirs = (quality, 100) if who == "upload" else (100, quality)
    banks.create("known", "block")
    banks.add_content("known", [flipped(BANKED, 0, quality=theirs)])
    answer = one(matcher, flipped(BANKED, 8, quality=own))
    assert answer.verdict == verdict
    assert answer.matches[0].action == verdict
    assert list(answer.notes) == ([Note.LOW_QUALITY] if own < 50 else [])


def test_low_quality_does_not_make_a_lesser_action_stricter(banks, matcher):
    banks.create("seen", "record")
    banks.add_content("seen", [BANKED])
    assert one(matcher, flipped(BANKED, 1, quality=0)).verdict == Verdict.RECORD


def test_low_quality_does_not_touch_a_digest(banks, matcher):
    banks.create("known", "block")
    banks.add_content("known", [flipped(BANKED, 0, quality=0), md5("file")])
    answer = one(matcher, flipped(BANKED, 0, quality=0), md5("file"))
    assert answer.verdict == Verdict.BLOCK
    assert [(match.signal_type, match.action) for match in answer.matches] == [
        ("md5", Verdict.BLOCK),
        ("pdq", Verdict.REVIEW),
    ]


def test_a_damaged_file_is_noted(banks, matcher):
    banks.create("known", "block")
    banks.add_content("known", [BANKED])
    matched = one(matcher, BANKED, truncated=True)
    assert (matched.verdict, list(matched.notes)) == (Verdict.BLOCK, [Note.TRUNCATED])
    assert matched.as_json()["notes"] == ["truncated"]
    clear = one(matcher, pdq(99), truncated=True)
    assert (clear.verdict, list(clear.notes)) == (Verdict.CLEAR, [Note.TRUNCATED])


def test_what_went_unseen_is_unchecked_and_the_gravest_is_told(banks, matcher):
    """No reason by which nothing went unseen may stand before one by which something did."""
    banks.create("known", "block")
    banks.add_content("known", [BANKED])
    asked = [replace(query(pdq(99)), partial=str(partial)) for partial in GRAVEST_FIRST]
    verdicts = [answer.verdict for answer in matcher.match(asked)]
    unseen = len(Partial) - len(LOOKED_THROUGH)
    assert verdicts == [Verdict.UNCHECKED] * unseen + [Verdict.CLEAR] * len(LOOKED_THROUGH)
    assert {Partial.SHORTER, Partial.KEYFRAMES} == LOOKED_THROUGH
    [unknown] = matcher.match([replace(query(pdq(99)), partial="a reason to come")])
    assert unknown.verdict == Verdict.UNCHECKED


def test_what_was_found_in_part_of_a_video_counts(banks, matcher):
    banks.create("known", "block")
    banks.add_content("known", [BANKED])
    noted = {Partial.SHORTER: [Note.TRUNCATED], Partial.KEYFRAMES: [Note.KEYFRAMES]}
    asked = [replace(query(UPLOAD), partial=str(partial)) for partial in Partial]
    for partial, answer in zip(Partial, matcher.match(asked), strict=True):
        assert answer.verdict == Verdict.BLOCK
        assert list(answer.notes) == noted.get(partial, [])


@pytest.mark.parametrize("action", ["block", "review", "record"])
def test_a_refused_picture_can_still_match_by_its_digest(banks, matcher, action):
    banks.create("files", action)
    banks.add_content("files", [md5("file")])
    answer = one(matcher, md5("file"), refused=REFUSED)
    assert answer.verdict == Verdict(action)
    assert answer.error == REFUSED


def test_what_could_not_be_compared_is_unchecked_and_never_clear(banks, matcher):
    nothing_banked = one(matcher, refused=REFUSED)
    banks.create("known", "block")
    banks.create("harmless", kind="negative")
    banks.add_content("known", [BANKED, md5("file")])
    banks.add_content("harmless", [md5("other")])
    for answer in (
        nothing_banked,
        one(matcher, refused=REFUSED),
        one(matcher, md5("unknown"), refused=REFUSED),
        # The harmless file itself: it says nothing of what could not be seen.
        one(matcher, md5("other"), refused=REFUSED),
    ):
        assert answer.verdict == Verdict.UNCHECKED
        assert answer.as_json()["verdict"] == "unchecked"
        assert answer.as_json()["error"] == REFUSED


def test_what_was_compared_with_nothing_is_never_clear(banks, matcher):
    banks.create("known", "block")
    for asked in (pdq(1), md5("file")):
        answer = one(matcher, asked)
        assert answer.verdict == Verdict.UNCHECKED
        assert answer.error["code"] == "nothing_compared"
    banks.add_content("known", [pdq(2)])
    assert one(matcher, pdq(1)).verdict == Verdict.CLEAR
    assert one(matcher, md5("file")).verdict == Verdict.UNCHECKED


def test_that_only_the_first_frame_was_checked_is_told(banks, matcher):
    banks.create("known", "block")
    banks.add_content("known", [pdq(2)])
    assert one(matcher, pdq(1), more_frames=True).notes == (Note.FIRST_FRAME,)
