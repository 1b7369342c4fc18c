"""The test picture matches like any other, is labelled, and is never taken for a find."""

import pytest
from tests.matching.signals import REFUSED, flipped, md5, pdq, query

from hedgerow import media
from hedgerow.banks import SENTINEL_NAME, SENTINEL_PDQ
from hedgerow.matching import Summary, Verdict, hashing_workers, query_of, scan
from hedgerow.signals import Signal, sentinel_jpeg, sentinel_png

SENTINEL = Signal("pdq", SENTINEL_PDQ)


@pytest.fixture
def banks(banks):
    banks.ensure_sentinel()
    return banks


@pytest.fixture
def ask(banks, matcher):
    """The answer to one upload, given by its signals."""
    return lambda *signals, only=None: matcher.match([query(*signals)], only)[0]


def test_a_file_of_it_is_blocked_as_a_test(banks, matcher):
    with hashing_workers(media.Limits(), 1, variants=True) as workers:
        uploads = [
            query_of(workers.submit(each()).result()) for each in (sentinel_png, sentinel_jpeg)
        ]
    for answer in matcher.match(uploads):
        told = answer.as_json()
        assert (told["verdict"], told["test"]) == ("block", True)
        [match] = told["matches"]
        assert (match["bank"], match["transform"], match["test"]) == (SENTINEL_NAME, "none", True)
        assert (match["labels"], match["source"]) == (["test"], "hedgerow")
        assert "error" not in told


def test_what_is_no_test_says_nothing_of_tests(banks, ask):
    banks.create("known", "block")
    banks.add_content("known", [pdq(1), md5("file")])
    for found in (ask(pdq(1)), ask(md5("file"))):
        assert (found.verdict, found.test) == (Verdict.BLOCK, False)
        assert "test" not in found.as_json()
        assert "test" not in found.as_json()["matches"][0]
    clear = ask(pdq(2))
    assert (clear.verdict, clear.test) == (Verdict.CLEAR, False)
    assert ask(SENTINEL).test


def test_a_find_beside_it_is_no_test(banks, ask):
    banks.create("known", "record")
    banks.add_content("known", [flipped(SENTINEL, 9)])
    answer = ask(SENTINEL)
    assert (answer.verdict, answer.test) == (Verdict.BLOCK, False)
    assert [(match.bank, match.test) for match in answer.matches] == [
        (SENTINEL_NAME, True),
        ("known", False),
    ]
    assert "test" not in answer.as_json()
    assert [match.get("test") for match in answer.as_json()["matches"]] == [True, None]


def test_a_find_that_is_not_shown_counts_too(banks, make_matcher):
    banks.create("known", "record")
    banks.add_content("known", [flipped(SENTINEL, 9)])
    [answer] = make_matcher(max_matches=1).match([query(SENTINEL)])
    assert [match.test for match in answer.matches] == [True]
    assert (answer.more_matches, answer.test) == (True, False)


def test_a_find_that_is_suppressed_does_not_count(banks, ask):
    banks.create("known", "block")
    banks.create("harmless", kind="negative")
    banks.add_content("known", [flipped(SENTINEL, 9)])
    banks.add_content("harmless", [flipped(SENTINEL, 2)])
    answer = ask(SENTINEL)
    assert (answer.verdict, answer.test) == (Verdict.BLOCK, True)
    assert [one.match.bank for one in answer.suppressed] == ["known"]


def test_with_nothing_else_banked_nothing_is_called_clear(banks, matcher, ask):
    def verdicts():
        return [ask(one).verdict for one in (SENTINEL, pdq(2), md5("file"))]

    assert matcher.types_in_use == {"pdq", "vpdq"}  # it must be hashed to be found, and frames too
    assert verdicts() == [Verdict.BLOCK, Verdict.UNCHECKED, Verdict.UNCHECKED]
    assert ask(pdq(2)).error["code"] == "nothing_compared"
    assert ask(SENTINEL).error is None
    banks.create("known", "block")
    assert verdicts() == [Verdict.BLOCK, Verdict.UNCHECKED, Verdict.UNCHECKED]
    digest = banks.add_content("known", [md5("other")]).content.id
    assert verdicts() == [Verdict.BLOCK, Verdict.UNCHECKED, Verdict.CLEAR]
    picture = banks.add_content("known", [pdq(1)]).content.id
    assert verdicts() == [Verdict.BLOCK, Verdict.CLEAR, Verdict.CLEAR]
    banks.remove_content("known", picture)
    assert verdicts() == [Verdict.BLOCK, Verdict.UNCHECKED, Verdict.CLEAR]
    banks.remove_content("known", digest)
    assert verdicts() == [Verdict.BLOCK, Verdict.UNCHECKED, Verdict.UNCHECKED]


def test_what_was_refused_keeps_its_reason(banks, matcher):
    [answer] = matcher.match([query(md5("file"), refused=REFUSED)])
    assert (answer.verdict, answer.error) == (Verdict.UNCHECKED, REFUSED)


def test_named_banks_leave_it_out_or_are_it(banks, ask):
    banks.create("known", "block")
    banks.add_content("known", [pdq(1)])
    assert ask(SENTINEL, only=["known"]).verdict == Verdict.CLEAR
    answer = ask(SENTINEL, only=[SENTINEL_NAME])
    assert (answer.verdict, answer.test) == (Verdict.BLOCK, True)
    assert ask(pdq(1), only=[SENTINEL_NAME]).error["code"] == "nothing_compared"


def test_a_scan_counts_tests_apart(banks, matcher, tmp_path, photographs):
    banks.create("known", "block")
    banks.add_content("known", [pdq(1)])
    folder = tmp_path / "uploads"
    folder.mkdir()
    (folder / "test.png").write_bytes(sentinel_png())
    (folder / "test.jpg").write_bytes(sentinel_jpeg())
    summary = Summary()
    files = [*sorted(folder.iterdir()), photographs / "coffee.png"]
    for result in scan(files, matcher, media.Limits()):
        summary.count(result)
    assert summary.verdicts == {Verdict.CLEAR: 1}
    assert (summary.tests, summary.files) == (2, 3)
    assert summary.bytes == sum(path.stat().st_size for path in files)
