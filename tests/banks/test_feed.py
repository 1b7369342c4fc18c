import multiprocessing
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.postgres import Maker

from hedgerow.banks import Banks, ImportOptions, SignalFeed, feed, key_of
from hedgerow.index import codes_to_hex
from hedgerow.signals import Signal
from hedgerow.store import Database, open_database


def replay(
    database: Database, since: int = 0, known: dict[int, str] | None = None
) -> dict[int, str]:
    """What an index that follows the feed holds, by key; checks the order of the steps."""
    held = dict(known or {})
    reached = since
    for step in SignalFeed(database, "pdq").since(since):
        assert step.sequence >= reached
        reached = step.sequence
        if step.added is not None:
            codes, keys = step.added
            assert len(keys) == len(codes) <= feed.STEP_CODES
            for key, value in zip(keys.tolist(), codes_to_hex(codes), strict=True):
                assert held.setdefault(key, value) == value
        for low, high in step.removed:
            held = {key: value for key, value in held.items() if not low <= key < high}
    assert reached == SignalFeed(database, "pdq").latest()
    return held


def banked(banks: Banks) -> dict[int, str]:
    """What the banks hold, by key, read the slow way."""
    return {
        key_of(content.bank_id, content.id): signal.value
        for bank in banks.list()
        for content in banks.list_content(bank.name, limit=1000)
        for signal in content.signals
        if signal.type == "pdq"
    }


def pdq(number: int) -> list[Signal]:
    return [Signal("pdq", f"{number:064x}"), Signal("md5", f"{number:032x}")]


def test_every_change_counts(banks: Banks, database: Database) -> None:
    follower = SignalFeed(database, "pdq")
    at = follower.latest()
    banks.update("known", description="new")
    assert [(step.sequence, step.added, list(step.removed)) for step in follower.since(at)] == [
        (at + 1, None, [])
    ]
    added = banks.add_content("known", pdq(7)).content
    assert follower.latest() == at + 2
    banks.add_content("known", pdq(7))  # nothing new, no change
    assert follower.latest() == at + 2
    assert replay(database, at) == {key_of(added.bank_id, added.id): f"{7:064x}"}
    banks.remove_by_signal("known", "md5", f"{8:032x}")  # nothing there, no change
    assert follower.latest() == at + 2
    banks.remove_content("known", added.id)
    assert replay(database, at) == {}
    assert list(follower.since(follower.latest())) == []


def test_only_the_signal_type_asked_for(banks: Banks, database: Database) -> None:
    banks.add_content("known", [Signal("md5", "0" * 32)])
    assert replay(database) == {}


operations = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 2), st.integers(0, 9)),
        st.tuples(st.just("remove"), st.integers(0, 2), st.integers(0, 9)),
        st.tuples(st.just("drop"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("import"), st.integers(0, 2), st.integers(0, 9)),
        st.tuples(st.just("follow"), st.just(0), st.just(0)),
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=40)
@given(operations, st.integers(1, 4), st.integers(1, 4))
def test_following_and_replaying_give_what_the_banks_hold(
    make_database_url: Maker,
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, int, int]],
    step_codes: int,
    step_changes: int,
) -> None:
    folder = tmp_path_factory.mktemp("feed")
    held: dict[int, str] = {}
    at = 0
    with (
        pytest.MonkeyPatch.context() as patch,
        open_database(make_database_url.again()) as database,
    ):
        patch.setattr(feed, "STEP_CODES", step_codes)
        patch.setattr(feed, "STEP_CHANGES", step_changes)
        banks = Banks(database)
        for name in "012":
            banks.create(name)
        for op, bank, number in steps:
            if op == "add":
                banks.add_content(str(bank), pdq(number))
            elif op == "remove":
                banks.remove_by_signal(str(bank), "pdq", f"{number:064x}")
            elif op == "drop":
                banks.delete(str(bank))
                banks.create(str(bank))
            elif op == "import":
                file = folder / "list.txt"
                file.write_text("".join(f"{n:064x}\n" for n in range(number)))
                banks.import_file(str(bank), file)
            else:
                held = replay(database, at, held)
                at = SignalFeed(database, "pdq").latest()
                assert held == banked(banks)
        assert replay(database, at, held) == banked(banks)
        assert replay(database) == banked(banks)


def test_an_import_tells_its_own_contents_only(
    banks: Banks, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "list.txt"
    file.write_text("".join(f"{n:064x}\n" for n in range(25)))
    small = Banks(database, type(banks.limits)(batch_rows=10))
    start = SignalFeed(database, "pdq").latest()

    def between(done: int, total: int | None) -> None:
        if total is not None and done in (10, 20):
            banks.add_content("known", pdq(1000 + done))  # numbers amid those of the import

    small.import_file("known", file, ImportOptions(), between)
    steps = list(SignalFeed(database, "pdq").since(start))
    keys = [key for step in steps if step.added for key in step.added[1].tolist()]
    assert len(keys) == len(set(keys)) == 27
    assert replay(database) == banked(banks)


def test_interleaved_imports_are_told_apart(
    banks: Banks, database: Database, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("".join(f"{n:064x}\n" for n in range(20)))
    two.write_text("".join(f"{n:064x}\n" for n in range(100, 105)))
    small = Banks(database, type(banks.limits)(batch_rows=10))

    def between(done: int, total: int | None) -> None:
        if total is not None and done == 10:
            small.import_file("known", two)

    small.import_file("known", one, ImportOptions(), between)
    steps = list(SignalFeed(database, "pdq").since(0))
    keys = [key for step in steps if step.added for key in step.added[1].tolist()]
    assert len(keys) == len(set(keys)) == 25
    assert replay(database) == banked(banks)


def test_threads_never_make_a_follower_miss_a_change(banks: Banks, database: Database) -> None:
    def write(base: int) -> None:
        for n in range(15):
            added = banks.add_content("known", pdq(base + n)).content
            if n % 3 == 0:
                banks.remove_content("known", added.id)

    threads = [threading.Thread(target=write, args=(base,)) for base in (100, 200, 300)]
    for thread in threads:
        thread.start()
    held: dict[int, str] = {}
    at = 0
    while any(thread.is_alive() for thread in threads):
        for step in SignalFeed(database, "pdq").since(at):
            if step.added is not None:
                held.update(zip(step.added[1].tolist(), codes_to_hex(step.added[0]), strict=True))
            for low, high in step.removed:
                held = {key: value for key, value in held.items() if not low <= key < high}
            at = step.sequence
    held = replay(database, at, held)
    assert held == banked(banks)
    assert len(held) == 30


def _write_in_a_process(url: str, base: int) -> None:
    with open_database(url) as database:
        for n in range(15):
            Banks(database).add_content("known", pdq(base + n))


def test_processes_wait_for_each_other(banks: Banks, database: Database, database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    running = [
        context.Process(target=_write_in_a_process, args=(database_url, base))
        for base in (100, 200)
    ]
    for process in running:
        process.start()
    held: dict[int, str] = {}
    at = 0
    while any(process.is_alive() for process in running):
        latest = SignalFeed(database, "pdq").latest()
        if latest > at:
            for step in SignalFeed(database, "pdq").since(at):
                if step.added is not None:
                    codes = codes_to_hex(step.added[0])
                    held.update(zip(step.added[1].tolist(), codes, strict=True))
                at = step.sequence
    for process in running:
        process.join()
        assert process.exitcode == 0
    held = replay(database, at, held)
    assert sorted(held.values()) == [f"{base + n:064x}" for base in (100, 200) for n in range(15)]
    assert held == banked(banks)
