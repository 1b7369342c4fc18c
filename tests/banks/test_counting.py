from pathlib import Path

import pytest
from sqlalchemy import update
from tests.banks.counted import wrong_counts

from hedgerow.banks import (
    BadContent,
    Banks,
    FixedBank,
    NoSuchContent,
    changed_at,
    latest,
    signal_counts,
)
from hedgerow.banks.models import CountRow
from hedgerow.signals import Signal
from hedgerow.store import Database, now

PDQ = Signal("pdq", "8c629e779a663698b9a33866c026726c21a679f61eb6e1f8c79ba7e23c8299e0")
MD5 = Signal("md5", "0" * 32)


def test_signals_are_counted_by_type(database: Database) -> None:
    banks = Banks(database)
    with database.read() as session:
        before = signal_counts(session)
    banks.create("a")
    banks.create("b")
    banks.add_content("a", [PDQ, MD5])
    banks.add_content("b", [PDQ])
    with database.read() as session:
        counts = signal_counts(session)
    assert counts["pdq"] == before.get("pdq", 0) + 2
    assert counts["md5"] == before.get("md5", 0) + 1


def test_staged_signals_are_not_counted(database: Database, tmp_path: Path) -> None:
    banks = Banks(database)
    banks.create("a")
    file = tmp_path / "list.txt"
    file.write_text("\n".join(f"{number:064x}" for number in range(3)))
    seen: list[int] = []

    def look(done: int, total: int | None) -> None:
        if total is not None and done == total:
            with database.read() as session:
                seen.append(signal_counts(session).get("pdq", 0))

    banks.import_file("a", file, progress=look)
    with database.read() as session:
        assert signal_counts(session)["pdq"] == 3
    assert seen[0] == 0, "all are staged then, and none is published"


def test_when_a_change_was_made(database: Database) -> None:
    before = now()
    Banks(database).create("a")
    with database.read() as session:
        made = changed_at(session, latest(session))
        assert changed_at(session, latest(session) + 1) is None
    assert made is not None
    assert before <= made <= now()


def test_a_content_gets_another_note(database: Database) -> None:
    banks = Banks(database)
    banks.create("a")
    number = banks.add_content("a", [PDQ], note="one").content.id
    with database.read() as session:
        before = latest(session)
    banks.set_note("a", number, "two")
    assert banks.content("a", number).note == "two"
    with database.read() as session:
        assert latest(session) == before
    with pytest.raises(NoSuchContent):
        banks.set_note("a", number + 1, "three")
    with pytest.raises(BadContent, match="control characters"):
        banks.set_note("a", number, "\x00")


def test_the_test_bank_keeps_its_note(database: Database) -> None:
    banks = Banks(database)
    banks.ensure_sentinel()
    [test] = [bank.name for bank in banks.list() if bank.test]
    number = banks.list_content(test)[0].id
    with pytest.raises(FixedBank):
        banks.set_note(test, number, "mine")


def test_the_checker_of_the_numbers_sees_a_wrong_one(banks: Banks, database: Database) -> None:
    banks.add_content("known", [PDQ, MD5])
    right = wrong_counts(database)
    with database.write() as session:
        session.execute(update(CountRow).where(CountRow.signal_type == "md5").values(number=2))
    wrong = wrong_counts(database)
    banks.delete("known")
    assert right == {}
    assert list(wrong.values()) == [(2, 1)]


def test_banks_tell_their_numbers(banks: Banks) -> None:
    banks.create("other")
    first = banks.add_content("known", [PDQ, MD5]).content.id
    banks.add_content("known", [PDQ])
    before = (banks.get("known").contents, dict(banks.get("known").signals))
    banks.remove_content("known", first)
    after = (banks.get("known").contents, dict(banks.get("known").signals))
    assert before == (2, {"md5": 1, "pdq": 2})
    assert after == (1, {"pdq": 1})
    assert [(bank.name, bank.contents) for bank in banks.list()] == [("known", 1), ("other", 0)]
    assert dict(banks.get("other").signals) == {}


def test_what_was_there_before_the_numbers_is_counted_by_the_upgrade(
    database: Database, banks: Banks, tmp_path: Path
) -> None:
    banks.add_content("known", [PDQ, MD5])
    file = tmp_path / "list.txt"
    file.write_text("\n".join(f"{number:064x}" for number in range(7)))
    banks.import_file("known", file)
    database.downgrade("0003")
    database.upgrade()
    found = banks.get("known")
    assert (found.contents, dict(found.signals)) == (8, {"md5": 1, "pdq": 8})
