"""Thresholds, selection of banks, evidence and its limits."""

import pytest
from sqlalchemy import event
from tests.matching.signals import flipped, md5, pdq, query

from hedgerow.banks import NoSuchBank
from hedgerow.matching import Verdict
from hedgerow.signals import signal_type

BANKED = pdq(1)


def verdicts(matcher, *signals, banks=None):
    return [answer.verdict for answer in matcher.match([query(one) for one in signals], banks)]


@pytest.mark.parametrize("threshold", [0, 1, 24, 31, 32, 90])
def test_a_threshold_is_the_last_distance_that_matches(banks, matcher, threshold):
    banks.create("known", "block", thresholds={"pdq": threshold})
    banks.add_content("known", [BANKED])
    # All in one part of the code, then spread over the code.
    for first in (0, 200):
        at, beyond = (flipped(BANKED, threshold + more, first=first) for more in (0, 1))
        assert verdicts(matcher, at, beyond) == [Verdict.BLOCK, Verdict.CLEAR]
    [answer] = matcher.match([query(at)])
    assert (answer.matches[0].distance, answer.matches[0].threshold) == (threshold, threshold)


def test_the_default_threshold_is_the_types(banks, matcher):
    banks.create("known", "block")
    banks.add_content("known", [BANKED])
    default = signal_type("pdq").default_threshold
    assert verdicts(matcher, flipped(BANKED, default), flipped(BANKED, default + 1)) == [
        Verdict.BLOCK,
        Verdict.CLEAR,
    ]


def test_each_bank_has_its_own_threshold(banks, matcher):
    banks.create("narrow", "block", thresholds={"pdq": 4})
    banks.create("wide", "record", thresholds={"pdq": 60})
    for name in ("narrow", "wide"):
        banks.add_content(name, [BANKED])
    assert verdicts(matcher, *(flipped(BANKED, bits) for bits in (4, 5, 60, 61))) == [
        Verdict.BLOCK,
        Verdict.RECORD,
        Verdict.RECORD,
        Verdict.CLEAR,
    ]


def test_only_the_named_banks_are_compared_with(banks, matcher):
    banks.create("one", "block")
    banks.create("two", "review")
    banks.create("harmless", kind="negative")
    banks.add_content("one", [flipped(BANKED, 5), md5("file")])
    banks.add_content("two", [flipped(BANKED, 6)])
    banks.add_content("harmless", [flipped(BANKED, 1)])
    assert verdicts(matcher, BANKED) == [Verdict.CLEAR]
    assert verdicts(matcher, BANKED, banks=["one"]) == [Verdict.BLOCK]
    assert verdicts(matcher, BANKED, banks=["two"]) == [Verdict.REVIEW]
    assert verdicts(matcher, BANKED, banks=["two", "one", "two"]) == [Verdict.BLOCK]
    assert verdicts(matcher, BANKED, banks=["one", "harmless"]) == [Verdict.CLEAR]
    # No file was banked there, only pictures.
    assert verdicts(matcher, md5("file"), banks=["two"]) == [Verdict.UNCHECKED]
    assert verdicts(matcher, md5("file"), banks=["one"]) == [Verdict.BLOCK]
    for nothing in ([], ["harmless"]):
        assert verdicts(matcher, BANKED, banks=nothing) == [Verdict.UNCHECKED]


def test_a_bank_that_does_not_exist_is_told_even_without_a_query(banks, matcher):
    banks.create("one", "block")
    for queries in ([], [query(BANKED)]):
        with pytest.raises(NoSuchBank, match="'tow'"):
            matcher.match(queries, ["one", "tow"])


def test_an_empty_home_answers(matcher):
    assert matcher.match([]) == []
    assert verdicts(matcher, BANKED, md5("file")) == [Verdict.UNCHECKED] * 2
    assert (matcher.types_in_use, matcher.sequence) == (frozenset(), 0)


def test_a_match_tells_what_the_bank_says_of_the_content(banks, matcher):
    banks.create("known", "block", thresholds={"pdq": 20})
    added = banks.add_content(
        "known", [BANKED], labels=["A1", "b"], source="hotline", reference="case 12", note="secret"
    )
    upload = flipped(BANKED, 3)
    [answer] = matcher.match([query(upload)])
    [match] = answer.as_json()["matches"]
    assert match == {
        "bank": "known",
        "content_id": added.content.id,
        "action": "block",
        "signal_type": "pdq",
        "distance": 3,
        "threshold": 20,
        "transform": "none",
        "value": upload.value,
        "banked_value": BANKED.value,
        "labels": ["A1", "b"],
        "source": "hotline",
        "reference": "case 12",
    }
    assert answer.sequence == matcher.sequence == 2


def test_a_content_is_told_once_by_its_nearest_variant(banks, matcher):
    banks.create("known", "block")
    banks.add_content("known", [BANKED])
    variants = {"mirrored": flipped(BANKED, 2).value, "flipped": flipped(BANKED, 2, first=9).value}
    [answer] = matcher.match([query(flipped(BANKED, 7), variants=variants)])
    [match] = answer.matches
    assert (match.distance, match.transform) == (2, "mirrored")
    assert match.value == variants["mirrored"]
    # As near without an edit: then there was none.
    [answer] = matcher.match([query(flipped(BANKED, 2, first=30), variants=variants)])
    assert [match.transform for match in answer.matches] == ["none"]


def test_evidence_is_limited_and_says_so(banks, matcher, make_matcher):
    """500 contents of one hash in one bank and 3 in another: both are told, the stricter first."""
    banks.create("many", "review")
    banks.create("few", "block")
    for number in range(500):
        banks.add_content("many", [BANKED, md5(f"many {number}")])
    for number in range(3):
        banks.add_content("few", [flipped(BANKED, 1), md5(f"few {number}")])
    answer, other = matcher.match([query(BANKED), query(pdq(5))])
    assert answer.verdict == Verdict.BLOCK
    assert len(answer.matches) == matcher.limits.max_matches == 100
    assert [match.bank for match in answer.matches] == ["few"] * 3 + ["many"] * 97
    assert answer.more_matches
    assert answer.as_json()["more_matches"] is True
    assert (other.verdict, other.more_matches) == (Verdict.CLEAR, False)
    assert "more_matches" not in other.as_json()
    [least] = make_matcher(max_matches=1).match([query(BANKED)])
    assert (least.verdict, len(least.matches), least.more_matches) == (Verdict.BLOCK, 1, True)


@pytest.mark.parametrize(("contents", "more"), [(4, False), (5, False), (6, True)])
@pytest.mark.parametrize("alike", ["near", "same", "same digest"])
def test_more_is_said_only_where_there_is_more(banks, make_matcher, contents, more, alike):
    banks.create("known", "block")
    for number in range(contents):
        signals = {
            "near": [flipped(BANKED, 1, first=number), md5(str(number))],
            "same": [BANKED, md5(str(number))],
            "same digest": [pdq(1000 + number), md5("one file")],
        }
        banks.add_content("known", signals[alike])
    [answer] = make_matcher(max_matches=5).match([query(BANKED, md5("one file"))])
    assert (len(answer.matches), answer.more_matches) == (min(5, contents), more)


def test_copies_in_one_bank_do_not_hide_another(banks, make_matcher):
    banks.create("many", "record")
    banks.create("last", "block")
    for number in range(40):
        banks.add_content("many", [BANKED, md5(str(number))])
    banks.add_content("last", [BANKED])
    [answer] = make_matcher(max_matches=3).match([query(BANKED)])
    assert answer.verdict == Verdict.BLOCK
    assert [match.bank for match in answer.matches] == ["last", "many", "many"]


def test_suppressed_matches_are_limited_too(banks, make_matcher):
    banks.create("known", "block")
    banks.create("harmless", kind="negative")
    for number in range(6):
        banks.add_content("known", [flipped(BANKED, 9), md5(str(number))])
    banks.add_content("harmless", [BANKED])
    [answer] = make_matcher(max_matches=5).match([query(BANKED)])
    assert answer.verdict == Verdict.CLEAR
    assert (len(answer.suppressed), answer.more_matches) == (5, True)


@pytest.mark.parametrize("threads", [1, 3])
def test_a_batch_answers_as_its_queries_do_one_by_one(banks, make_matcher, threads):
    banks.create("known", "block")
    for seed in range(30):
        banks.add_content("known", [pdq(seed), md5(str(seed))])
    queries = [
        query(flipped(pdq(seed), 3 * (seed % 20)), md5(str(seed + seed % 2 * 100)))
        for seed in range(60)
    ]
    matcher = make_matcher(search_threads=threads)
    together = matcher.match(queries)
    assert together == [matcher.match([each])[0] for each in queries]
    assert len({answer.verdict for answer in together}) == 2


def test_no_statement_grows_with_the_batch(banks, matcher, database):
    """Thousands of digests in one batch are asked in portions that every database takes."""
    banks.create("known", "block")
    banks.add_content("known", [md5("7")])
    longest = 0

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_connection, _cursor, _statement, parameters, *_rest):
        nonlocal longest
        longest = max(longest, len(parameters))

    answers = matcher.match([query(md5(str(number))) for number in range(12_000)])
    assert [number for number, answer in enumerate(answers) if answer.matches] == [7]
    assert 0 < longest < 10_000
