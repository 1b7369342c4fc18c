"""The test bank: there once in every installation, and never changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.banks.meeting import outcome, stopped_before_commit
from tests.postgres import Server, postgres_only

from hedgerow.banks import (
    SENTINEL_NAME,
    SENTINEL_PDQ,
    Action,
    BadBank,
    Banks,
    FixedBank,
    Kind,
    Limits,
    contents,
    latest,
    policies,
    signal_types_by_bank,
    signal_types_in_use,
)
from hedgerow.banks.models import ContentRow
from hedgerow.signals import Signal
from hedgerow.store import Database

PDQ, MD5 = Signal("pdq", "f" * 64), Signal("md5", "0" * 32)


@pytest.fixture
def fresh(database: Database) -> Banks:
    """Of an installation in which nothing is banked but the test picture."""
    made = Banks(database)
    made.ensure_sentinel()
    return made


def sequence(database: Database) -> int:
    with database.read() as session:
        return latest(session)


def everything(banks: Banks) -> tuple[object, ...]:
    details = banks.get(SENTINEL_NAME)
    return details, banks.list_content(SENTINEL_NAME), sequence(banks.database)


def test_it_holds_the_test_picture_alone(fresh: Banks, database: Database) -> None:
    [bank] = fresh.list()
    assert (bank.name, bank.test, bank.kind) == ("HEDGEROW_TEST", True, Kind.POSITIVE)
    assert (bank.action, dict(bank.thresholds), bank.contents) == (Action.BLOCK, {}, 1)
    [content] = fresh.list_content(bank.name)
    assert content.signals == (Signal("pdq", SENTINEL_PDQ, 100),)
    assert (content.labels, content.source) == (("test",), "hedgerow")
    with database.read() as session:
        assert policies(session)[bank.id].test
    assert not fresh.create("other").test
    assert fresh.get(SENTINEL_NAME).test


def test_it_is_made_once_and_then_nothing_is_written(
    fresh: Banks, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(fresh)
    monkeypatch.setattr(database, "write", None)  # not even begun
    for banks in (fresh, Banks(database)):
        banks.ensure_sentinel()
    assert everything(fresh) == before
    assert sequence(database) == 2


def test_limits_of_ones_own_banks_do_not_stop_it(database: Database) -> None:
    banks = Banks(database, Limits(max_label=1, max_source=1, max_description=1))
    banks.ensure_sentinel()
    assert banks.get(SENTINEL_NAME).contents == 1


def test_banks_that_have_its_name_stay_as_they_are(banks: Banks) -> None:
    for name in (SENTINEL_NAME, f"{SENTINEL_NAME}_2", "hedgerow_test_3"):
        banks.create(name, "record")
    banks.add_content(SENTINEL_NAME, [Signal("pdq", SENTINEL_PDQ)])
    before = banks.list()
    banks.ensure_sentinel()
    banks.ensure_sentinel()
    assert {bank.name for bank in banks.list()} - {bank.name for bank in before} == {
        f"{SENTINEL_NAME}_3"
    }
    assert [bank for bank in banks.list() if not bank.test] == before
    assert banks.get(f"{SENTINEL_NAME}_3").contents == 1
    banks.delete(SENTINEL_NAME)  # the user's own


def test_a_test_bank_without_the_picture_gets_it(fresh: Banks, database: Database) -> None:
    """As after an upgrade that brings another drawing."""
    with database.write() as session:
        contents.delete_rows(session, list(session.execute(select(ContentRow.id)).scalars()))
    fresh.ensure_sentinel()
    [added] = fresh.list_content(SENTINEL_NAME)
    assert added.signals == (Signal("pdq", SENTINEL_PDQ, 100),)
    assert [bank.name for bank in fresh.list()] == [SENTINEL_NAME]


CHANGES: dict[str, Callable[[Banks, Path], object]] = {
    "delete": lambda banks, _file: banks.delete(SENTINEL_NAME),
    "rename": lambda banks, _file: banks.update(SENTINEL_NAME, new_name="mine"),
    "action": lambda banks, _file: banks.update(SENTINEL_NAME, action="record"),
    "threshold": lambda banks, _file: banks.update(SENTINEL_NAME, thresholds={"pdq": 0}),
    "description": lambda banks, _file: banks.update(SENTINEL_NAME, description="mine"),
    "add": lambda banks, _file: banks.add_content(SENTINEL_NAME, [PDQ]),
    "add again": lambda banks, _file: banks.add_content(
        SENTINEL_NAME, [Signal("pdq", SENTINEL_PDQ)]
    ),
    "import": lambda banks, file: banks.import_file(SENTINEL_NAME, file),
    "note": lambda banks, _file: banks.set_note(
        SENTINEL_NAME, banks.list_content(SENTINEL_NAME)[0].id, "mine"
    ),
    "remove": lambda banks, _file: banks.remove_content(
        SENTINEL_NAME, banks.list_content(SENTINEL_NAME)[0].id
    ),
    "remove by signal": lambda banks, _file: banks.remove_by_signal(
        SENTINEL_NAME, "pdq", SENTINEL_PDQ
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_changes_it(fresh: Banks, tmp_path: Path, change: str) -> None:
    file = tmp_path / "list.txt"
    file.write_text("no hash\n")  # the bank is refused before the list is read
    before = everything(fresh)
    with pytest.raises(FixedBank, match="use a bank of your own"):
        CHANGES[change](fresh, file)
    assert everything(fresh) == before
    assert issubclass(FixedBank, BadBank)


def test_it_is_exported_like_any_bank(fresh: Banks) -> None:
    assert "".join(fresh.export(SENTINEL_NAME)).count(SENTINEL_PDQ) == 1


def test_the_types_of_its_signals_are_told_apart(fresh: Banks, database: Database) -> None:
    def types() -> tuple[set[str], set[str]]:
        with database.read() as session:
            found = signal_types_by_bank(session)
            [test] = [number for number, policy in policies(session).items() if policy.test]
            in_use = signal_types_in_use(session)
        assert found.pop(test) == {"pdq"}
        return in_use, set().union(*found.values())

    assert types() == ({"pdq"}, set())
    fresh.create("known")
    assert types() == ({"pdq"}, set())
    digest = fresh.add_content("known", [MD5]).content.id
    assert types() == ({"pdq", "md5"}, {"md5"})
    # The very hash of the test picture, too, where it is somebody's own.
    for value in (PDQ.value, "0" * 64, SENTINEL_PDQ):
        added = fresh.add_content("known", [Signal("pdq", value)]).content.id
        assert types() == ({"pdq", "md5"}, {"pdq", "md5"})
        fresh.remove_content("known", added)
        assert types() == ({"pdq", "md5"}, {"md5"})
    fresh.remove_content("known", digest)
    assert types() == ({"pdq"}, set())


@postgres_only("SQLite has one writer at a time: nobody meets")
def test_two_that_make_it_at_once_make_one(postgres: Server, database: Database) -> None:
    """In a database where nothing was ever changed, so that no counter can be held."""
    banks = Banks(database)
    with (
        ThreadPoolExecutor(1) as pool,
        stopped_before_commit(database, banks.ensure_sentinel) as commit,
    ):
        other = pool.submit(banks.ensure_sentinel)
        postgres.wait_for_waiting(str(database.engine.url.database))
        assert (commit(), outcome(other)) == (None, None)
    assert [(bank.name, bank.contents) for bank in banks.list()] == [(SENTINEL_NAME, 1)]
    assert sequence(database) == 2
