"""What is banked or withdrawn counts for the very next match, wherever it is asked."""

import shutil
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
from tests.matching.signals import flipped, md5, pdq, query
from tests.postgres import sqlite_only

from hedgerow.banks import Banks, ImportOptions
from hedgerow.matching import Matcher, Verdict, catalogues
from hedgerow.store import open_database

BANKED = pdq(1)
OTHER_PROCESS = """
import sys
from pathlib import Path
from hedgerow.matching import Matcher, Query
from hedgerow.store import open_database
with open_database(sys.argv[1]) as database, Matcher(database, Path(sys.argv[2])) as matcher:
    for line in sys.stdin:
        name, value = line.split()
        [answer] = matcher.match([Query({name: {"value": value}})])
        print(answer.verdict, answer.sequence, flush=True)
"""


class Elsewhere:
    """A matcher of the same home in another process."""

    def __init__(self, url, folder):
        self.process = subprocess.Popen(
            [sys.executable, "-c", OTHER_PROCESS, url, folder / "index"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def verdict(self, signal):
        self.process.stdin.write(f"{signal.type} {signal.value}\n")
        self.process.stdin.flush()
        verdict, sequence = self.process.stdout.readline().split()
        return Verdict(verdict), int(sequence)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(30)


@pytest.fixture(params=["this writes the index", "the other writes the index"])
def both(request, tmp_path, database_url, banks, make_matcher):
    """A verdict as this process gives it and as another does, which are the same."""
    banks.create("first", "record")
    banks.add_content("first", [pdq(1000), md5("first")])
    other = Elsewhere(database_url, tmp_path)
    if request.param.startswith("the other"):
        other.verdict(BANKED)
    matcher = make_matcher(seal_at=8)
    matcher.match([query(BANKED)])

    def verdict(signal):
        [here] = matcher.match([query(signal)])
        there, sequence = other.verdict(signal)
        assert (there, sequence) == (here.verdict, here.sequence)
        return there

    yield verdict
    other.close()
    assert other.process.returncode == 0


def test_every_change_counts_from_the_next_match_on(both, banks):
    upload = flipped(BANKED, 9)
    assert both(upload) == Verdict.CLEAR
    banks.create("known", "block")
    content = banks.add_content("known", [BANKED, md5("file")]).content
    assert both(upload) == both(md5("file")) == Verdict.BLOCK
    banks.update("known", action="review")
    assert both(upload) == both(md5("file")) == Verdict.REVIEW
    banks.update("known", thresholds={"pdq": 8})
    assert both(upload) == Verdict.CLEAR
    banks.update("known", thresholds={"pdq": None}, new_name="renamed")
    assert both(upload) == Verdict.REVIEW
    banks.remove_content("renamed", content.id)
    assert both(upload) == both(BANKED) == both(md5("file")) == Verdict.CLEAR
    again = banks.add_content("renamed", [BANKED]).content
    assert again.id != content.id
    assert both(upload) == Verdict.REVIEW
    banks.create("harmless", kind="negative")
    negative = banks.add_content("harmless", [upload]).content
    assert both(upload) == Verdict.CLEAR
    banks.remove_content("harmless", negative.id)
    assert both(upload) == Verdict.REVIEW
    banks.delete("renamed")
    assert both(upload) == both(BANKED) == Verdict.CLEAR


def test_many_changes_one_by_one(both, banks):
    """Through seals and merges of the index (8 hashes a seal), each is seen at once."""
    banks.create("known", "block")
    numbers = []
    for seed in range(2000, 2040):
        numbers.append(banks.add_content("known", [pdq(seed)]).content.id)
        assert both(flipped(pdq(seed), 31)) == Verdict.BLOCK
        if seed % 3 == 0:
            banks.remove_content("known", numbers.pop())
            assert both(pdq(seed)) == Verdict.CLEAR


def test_an_import_is_invisible_until_it_is_whole(both, banks, tmp_path, database):
    listed = tmp_path / "list.csv"
    lines = [f"{pdq(seed).value},{md5(str(seed)).value}" for seed in range(300)]
    listed.write_text("\n".join(["pdq,md5", *lines]))
    banks.create("known", "block")
    seen = []

    def while_importing(_done, total):
        if total is not None:
            seen.append((both(pdq(1)), both(md5("1"))))

    from hedgerow.banks import Limits

    Banks(database, Limits(batch_rows=100)).import_file(
        "known", listed, ImportOptions(), while_importing
    )
    # The last word of the progress comes when all is published.
    assert len(seen) >= 3
    assert set(seen[:-1]) == {(Verdict.CLEAR, Verdict.CLEAR)}
    assert both(pdq(1)) == both(md5("1")) == both(flipped(pdq(299), 31)) == Verdict.BLOCK


def test_a_broken_off_import_never_matches(banks, matcher, tmp_path, database):
    class Stop(Exception):
        pass

    from hedgerow.banks import Limits

    def stop(done, total):
        if total is not None and done >= 100:
            raise Stop

    listed = tmp_path / "list.txt"
    listed.write_text("".join(f"{pdq(seed).value}\n" for seed in range(300)))
    banks.create("known", "block")
    with pytest.raises(Stop):
        Banks(database, Limits(batch_rows=100)).import_file("known", listed, ImportOptions(), stop)
    [unfinished] = banks.get("known").unfinished
    # Nothing is banked yet that anybody could find.
    assert matcher.match([query(pdq(1))])[0].verdict == Verdict.UNCHECKED
    banks.add_content("known", [pdq(5000)])
    assert matcher.match([query(pdq(1))])[0].verdict == Verdict.CLEAR
    assert matcher.match([query(pdq(5000))])[0].verdict == Verdict.BLOCK
    banks.abandon(unfinished.id)
    assert matcher.match([query(pdq(1))])[0].verdict == Verdict.CLEAR


def test_what_is_withdrawn_during_a_search_is_not_shown(banks, matcher, monkeypatch):
    banks.create("known", "block")
    gone = banks.add_content("known", [BANKED]).content
    stays = banks.add_content("known", [flipped(BANKED, 1)]).content
    [before] = matcher.match([query(BANKED)])
    assert len(before.matches) == 2
    search = catalogues.Catalogue.search

    def withdrawing(catalogue, *arguments, **options):
        hits = search(catalogue, *arguments, **options)
        if stays.id in [int(key) & (2**40 - 1) for key in hits.key]:
            monkeypatch.undo()
            banks.remove_content("known", gone.id)
        return hits

    monkeypatch.setattr(catalogues.Catalogue, "search", withdrawing)
    [during] = matcher.match([query(BANKED)])
    assert [match.content_id for match in during.matches] == [stays.id]


def test_the_index_may_be_deleted_while_nobody_uses_it(banks, database, tmp_path):
    folder = tmp_path / "index"
    banks.create("known", "block")
    for seed in range(20):
        banks.add_content("known", [pdq(seed)])
    queries = [query(flipped(pdq(seed), 20)) for seed in range(25)]
    with Matcher(database, folder) as matcher:
        before = matcher.match(queries)
    assert [answer.verdict for answer in before].count(Verdict.BLOCK) == 20
    shutil.rmtree(folder)
    with Matcher(database, folder) as matcher:
        assert matcher.match(queries) == before
    with Matcher(database, folder) as matcher:
        assert matcher.match(queries) == before


def test_the_index_is_not_read_from_the_beginning_each_time(banks, database, tmp_path):
    banks.create("known", "block")
    for seed in range(20):
        banks.add_content("known", [pdq(seed)])
    taken = []
    for _again in range(2):
        with Matcher(database, tmp_path / "index", progress=taken.append) as matcher:
            matcher.match([query(pdq(1))])
    assert sum(taken) == 20


@sqlite_only("PostgreSQL has no log that a reader holds")
def test_no_transaction_is_open_while_the_index_is_searched(banks, matcher, monkeypatch):
    """A long one would keep the database's write-ahead log from shrinking."""
    banks.create("known", "block")
    banks.add_content("known", [BANKED])
    search = catalogues.Catalogue.search
    busy = []

    def looking(catalogue, *arguments, **options):
        banks.database.vacuum()  # raises DatabaseBusy where somebody still reads
        busy.append(False)
        return search(catalogue, *arguments, **options)

    monkeypatch.setattr(catalogues.Catalogue, "search", looking)
    assert matcher.match([query(BANKED)])[0].verdict == Verdict.BLOCK
    assert busy == [False]


def test_threads_share_a_matcher_while_the_banks_change(banks, matcher):
    """What was banked before a match began is found, what was withdrawn before is not."""
    banks.create("known", "block")
    matcher.prepare()
    banked, withdrawn, wrong = [], [], []
    done, compared = threading.Event(), []

    def look():
        while not done.is_set():
            there, gone = list(banked), list(withdrawn)
            answers = matcher.match([query(one) for one in there + gone])
            compared.append(len(there))
            for position, answer in enumerate(answers):
                expected = Verdict.BLOCK if position < len(there) else Verdict.CLEAR
                # What was withdrawn during the match may count either way.
                late = position < len(there) and there[position] in withdrawn + leaving
                if answer.verdict != expected and not late:
                    wrong.append((position, answer.verdict))

    leaving = []
    threads = [threading.Thread(target=look) for _number in range(3)]
    for thread in threads:
        thread.start()
    try:
        for seed in range(60):
            content = banks.add_content("known", [pdq(seed)]).content
            banked.append(pdq(seed))
            # Not quicker than the others can look.
            until = time.monotonic() + 60
            while len(compared) < seed and not wrong:
                assert time.monotonic() < until
                time.sleep(0.001)
            if seed % 2:
                leaving.append(pdq(seed))
                banked.pop()
                banks.remove_content("known", content.id)
                withdrawn.append(pdq(seed))
    finally:
        done.set()
        for thread in threads:
            thread.join(60)
    assert wrong == []
    assert max(compared) > 10


def test_a_database_of_another_home_has_no_part_in_it(make_database_url, tmp_path, banks, matcher):
    banks.create("known", "block")
    banks.add_content("known", [BANKED])
    with (
        open_database(make_database_url()) as other,
        Matcher(other, tmp_path / "other-index") as elsewhere,
    ):
        [answer] = elsewhere.match([query(BANKED)])
        assert answer.verdict == Verdict.UNCHECKED
        assert answer.error["code"] == "nothing_compared"
    assert matcher.match([query(BANKED)])[0].verdict == Verdict.BLOCK


def test_a_database_that_was_put_back_is_not_taken_for_the_old_one(tmp_path):
    """Copy, bank, match, put the copy back, bank something else: the numbers are the same."""
    url, folder = f"sqlite:///{tmp_path}/hedgerow.db", tmp_path / "index"

    def bank(signal):
        with open_database(url) as database:
            Banks(database).add_content("known", [signal])

    def verdict(signal):
        with open_database(url) as database, Matcher(database, folder) as matcher:
            return matcher.match([query(signal)])[0].verdict

    with open_database(url) as database:
        Banks(database).create("known", "block")
    bank(pdq(1))
    shutil.copy(tmp_path / "hedgerow.db", tmp_path / "copy.db")
    bank(pdq(2))
    assert verdict(pdq(2)) == Verdict.BLOCK
    for path in tmp_path.glob("hedgerow.db*"):
        path.unlink()
    shutil.copy(tmp_path / "copy.db", tmp_path / "hedgerow.db")
    bank(pdq(3))
    assert [verdict(pdq(n)) for n in (1, 2, 3)] == [Verdict.BLOCK, Verdict.CLEAR, Verdict.BLOCK]


def test_a_prepared_matcher_has_taken_in_what_is_new(banks, matcher):
    banks.create("known", "block")
    matcher.prepare()
    banks.add_content("known", [BANKED])
    matcher.prepare()
    assert matcher.match([query(BANKED)])[0].verdict == Verdict.BLOCK


def test_a_database_that_is_put_back_under_a_running_matcher_is_noticed(tmp_path):
    url = f"sqlite:///{tmp_path}/hedgerow.db"
    with open_database(url) as database, Matcher(database, tmp_path / "index") as matcher:
        held = Banks(database)
        held.create("known", "block")
        held.add_content("known", [pdq(1)])
        source = sqlite3.connect(tmp_path / "hedgerow.db")
        copy = sqlite3.connect(tmp_path / "copy.db")
        source.backup(copy)
        for seed in range(2, 6):
            held.add_content("known", [pdq(seed)])
        assert matcher.match([query(pdq(3))])[0].verdict == Verdict.BLOCK
        copy.backup(source)
        source.close()
        copy.close()
        held.add_content("known", [pdq(9)])
        verdicts = [matcher.match([query(pdq(seed))])[0].verdict for seed in (1, 3, 9)]
        assert verdicts == [Verdict.BLOCK, Verdict.CLEAR, Verdict.BLOCK]
