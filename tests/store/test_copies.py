"""Backup and restore of SQLite's file: whole or not at all, and never over something."""

import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from hedgerow.store import (
    BadCopy,
    Counter,
    DatabaseBusy,
    DatabaseTooNew,
    DatabaseUnavailable,
    allocate,
    backup,
    check_copy,
    open_database,
    restore,
    schema,
)

BUSY = 5.0
HOLDING = """
import sys
from hedgerow.store import open_database
with open_database(sys.argv[1]) as database:
    with database.read():
        pass
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with one row."""
    path = tmp_path / "home" / "hedgerow.db"
    path.parent.mkdir()
    put(path, "first")
    return path


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def put(path: Path, name: str) -> None:
    with open_database(url(path)) as database, database.write() as session:
        session.execute(insert(Counter).values(name=name, value=1))


def names(path: Path) -> list[str]:
    with open_database(url(path), upgrade=False) as database, database.read() as session:
        return sorted(session.execute(select(Counter.name)).scalars())


def listed(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir())


def test_a_backup_is_one_private_file_that_can_be_used(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    size = backup(file, copy, busy_seconds=BUSY)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert copy.stat().st_size == size > 0
    assert check_copy(copy) == schema.HEAD
    assert listed(copy) == ["copy", "home"]
    assert names(copy) == names(file) == ["first"]


def test_a_backup_overwrites_nothing(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.write_text("mine")
    with pytest.raises(BadCopy, match="another name"):
        backup(file, copy, busy_seconds=BUSY)
    assert copy.read_text() == "mine"
    with pytest.raises(BadCopy, match="check that its folder exists"):
        backup(file, tmp_path / "none/copy", busy_seconds=BUSY)
    with pytest.raises(DatabaseUnavailable, match="nothing was copied"):
        backup(tmp_path / "none.db", tmp_path / "new", busy_seconds=BUSY)
    assert listed(copy) == ["copy", "home"]


def test_a_backup_while_others_write_is_of_one_moment(file: Path, tmp_path: Path) -> None:
    """Two counters are always equal in the database, and so in every backup."""
    enough, written = threading.Event(), threading.Event()

    def write() -> None:
        with open_database(url(file)) as database:
            while not enough.is_set():
                with database.write() as session:
                    allocate(session, "one")
                    allocate(session, "two")
                written.set()

    writer = threading.Thread(target=write)
    writer.start()
    found = []
    try:
        for number in range(10):
            written.clear()
            assert written.wait(60)
            copy = tmp_path / f"copy{number}"
            backup(file, copy, busy_seconds=BUSY)
            with sqlite3.connect(copy) as opened:
                rows = opened.execute("SELECT name, value FROM counter WHERE name <> 'first'")
                found.append(dict(rows.fetchall()))
            opened.close()
    finally:
        enough.set()
        writer.join(60)
    assert all(each["one"] == each["two"] for each in found)
    assert [each["one"] for each in found] == sorted({each["one"] for each in found})


def test_a_damaged_database_makes_no_backup(file: Path, tmp_path: Path) -> None:
    damage(file)
    with pytest.raises(DatabaseUnavailable, match="damaged"):
        backup(file, tmp_path / "copy", busy_seconds=BUSY)
    assert listed(tmp_path / "copy") == ["home"]


def damage(path: Path) -> None:
    """Overwrite every page but the first."""
    data = path.read_bytes()
    assert len(data) > 8192
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))


def test_a_restored_database_is_the_one_of_the_backup(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    backup(file, copy, busy_seconds=BUSY)
    before = copy.read_bytes()
    put(file, "second")
    kept = restore(copy, file, busy_seconds=BUSY)
    assert names(file) == ["first"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kept is not None
    assert names(kept) == ["first", "second"]
    assert kept.parent == file.parent
    assert copy.read_bytes() == before
    put(file, "third")
    assert restore(copy, tmp_path / "new.db", busy_seconds=BUSY) is None
    assert names(tmp_path / "new.db") == ["first"]


def test_a_restore_waits_for_nobody_who_has_it_open(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    backup(file, copy, busy_seconds=BUSY)
    put(file, "second")
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDING, url(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    assert other.stdout.readline() == b"open\n"
    with pytest.raises(DatabaseBusy, match="stop it, then restore again"):
        restore(copy, file, busy_seconds=0.1)
    other.communicate(timeout=60)
    assert names(file) == ["first", "second"]
    assert [name for name in listed(file) if "replaced" in name or name.startswith(".")] == []
    restore(copy, file, busy_seconds=0.1)
    assert names(file) == ["first"]


@pytest.mark.parametrize("how", ["damaged", "no database"])
def test_a_damaged_database_is_replaced_and_kept_with_its_log(
    file: Path, tmp_path: Path, how: str
) -> None:
    copy = tmp_path / "copy"
    backup(file, copy, busy_seconds=BUSY)
    if how == "damaged":
        damage(file)
    else:
        file.write_bytes(b"no database, and of some length" * 1000)
    hurt = file.read_bytes()
    file.with_name("hedgerow.db-wal").write_bytes(b"what is left of a log")
    kept = restore(copy, file, busy_seconds=BUSY)
    assert kept is not None
    assert kept.read_bytes() == hurt
    assert names(file) == ["first"]


def test_what_is_no_backup_is_not_restored(file: Path, tmp_path: Path) -> None:
    text, other, newer, hurt = (tmp_path / name for name in ("text", "other", "newer", "hurt"))
    text.write_text("some text\n" * 1000)
    with sqlite3.connect(other) as opened:
        opened.execute("CREATE TABLE counter (name, value)")
    opened.close()
    for each in (newer, hurt):
        backup(file, each, busy_seconds=BUSY)
    with sqlite3.connect(newer) as opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")
    opened.close()
    damage(hurt)
    for copy, kind, message in (
        (text, BadCopy, "not a database"),
        (other, BadCopy, "no database of hedgerow"),
        (newer, DatabaseTooNew, "9999"),
        (hurt, BadCopy, "damaged"),
        (tmp_path / "none", BadCopy, "no file"),
    ):
        with pytest.raises(kind, match=message):
            restore(copy, file, busy_seconds=BUSY)
    assert listed(file) == ["hedgerow.db"]
    assert names(file) == ["first"]


def test_an_older_backup_is_upgraded_when_it_is_opened(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    with open_database(url(file)) as database:
        database.downgrade("0001")
    backup(file, copy, busy_seconds=BUSY)
    assert check_copy(copy) == "0001"
    put(file, "second")
    restore(copy, file, busy_seconds=BUSY)
    with open_database(url(file)) as database:
        assert database.standing() == (schema.HEAD, [])


def test_who_waits_for_the_replaced_file_is_not_let_write_into_it(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has opened the file just before another took its name."""
    copy = tmp_path / "copy"
    backup(file, copy, busy_seconds=BUSY)
    late = sqlite3.connect(file, timeout=0, isolation_level=None)
    replace = Path.replace

    def replacing(fresh: Path, target: Path) -> Path:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            late.execute("SELECT * FROM counter")
        return replace(fresh, target)

    monkeypatch.setattr(Path, "replace", replacing)
    kept = restore(copy, file, busy_seconds=BUSY)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        late.execute("INSERT INTO counter VALUES ('lost', 1)")
    late.close()
    assert kept is not None
    assert names(kept) == names(file) == ["first"]


def test_a_backup_of_a_copied_folder_still_works(file: Path, tmp_path: Path) -> None:
    """A copy of the file and its log, made while nobody used them, is a database as well."""
    moved = tmp_path / "moved"
    shutil.copytree(file.parent, moved)
    backup(moved / file.name, tmp_path / "copy", busy_seconds=BUSY)
    assert names(tmp_path / "copy") == ["first"]
