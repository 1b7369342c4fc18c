"""Media kept for review: encrypted, each for itself, and gone when they are to be."""

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from hedgerow.store import (
    MediaVault,
    NoSuchObject,
    Vault,
    VaultProblem,
    destroy_object,
    now,
    open_database,
)
from hedgerow.store.objects import vault as module
from hedgerow.store.objects.files import Folder
from hedgerow.store.objects.models import ObjectRow

BRIDGE = b"a photograph of a bridge, as it was uploaded " * 50
SOON = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "media"


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "vault.key")


@pytest.fixture
def kept(database, vault, folder):
    return MediaVault(database, vault, str(folder))


def put(kept, database, data=BRIDGE, subject="case:1"):
    with kept.deposit(data) as deposit, database.write() as session:
        return deposit.keep(session, subject=subject, kind="jpeg", keep_until=now() + SOON)


def file_of(database, number):
    with database.read() as session:
        return session.get(ObjectRow, number).file


def undone(database, call):
    """Do something in a transaction that is rolled back."""
    with database.write() as session:
        call(session)
        session.rollback()


def files(folder):
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())


def test_what_was_put_is_opened(kept, database):
    numbers = [put(kept, database, data) for data in (BRIDGE, b"", b"another")]
    assert [kept.open(number) for number in numbers] == [BRIDGE, b"", b"another"]
    assert len(set(numbers)) == 3


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_a_folder_can_be_written_as_a_url(database, vault, folder, form):
    kept = MediaVault(database, vault, form.format(folder))
    put(kept, database)
    assert len(files(folder)) == 1


def test_any_place_that_fsspec_knows(database, vault):
    kept = MediaVault(database, vault, "memory://hedgerow/media")
    number = put(kept, database)
    assert kept.open(number) == BRIDGE
    again = MediaVault(database, vault, "memory://hedgerow/media")
    assert again.open(number) == BRIDGE
    with database.write() as session:
        destroy_object(session, number, "over")
    assert kept.sweep(now()) == 1


def test_a_place_that_is_none(database, vault):
    with pytest.raises(VaultProblem, match="setting media_vault"):
        MediaVault(database, vault, "nowhere://hedgerow")


def test_nothing_of_it_is_in_the_clear(kept, database, folder, tmp_path):
    put(kept, database)
    plain = BRIDGE[:24]
    everything = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(everything) >= 2
    assert not any(plain in data for data in everything)


def test_the_folder_is_its_owners_alone(kept, database, folder):
    put(kept, database)
    (file,) = files(folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_two_of_the_same_bytes_look_different(kept, database, folder):
    put(kept, database)
    put(kept, database)
    one, two = (path.read_bytes() for path in files(folder))
    assert one != two


class TestTampering:
    def test_a_changed_file(self, kept, database, folder):
        number = put(kept, database)
        (file,) = files(folder)
        data = bytearray(file.read_bytes())
        for place in (0, len(data) // 2, len(data) - 1):
            data[place] ^= 1
            file.write_bytes(data)
            with pytest.raises(VaultProblem, match="can't be decrypted"):
                kept.open(number)
            data[place] ^= 1

    def test_files_that_were_swapped(self, kept, database, folder):
        numbers = [put(kept, database), put(kept, database, b"another")]
        one, two = files(folder)
        one.rename(folder / "aside")
        two.rename(one)
        (folder / "aside").rename(two)
        for number in numbers:
            with pytest.raises(VaultProblem, match="can't be decrypted"):
                kept.open(number)

    @pytest.mark.parametrize("what", ["subject", "file", "key"])
    def test_a_row_that_was_changed(self, kept, database, what):
        number, other = put(kept, database), put(kept, database, b"another", "case:2")
        with database.write() as session:
            row, theirs = session.get(ObjectRow, number), session.get(ObjectRow, other)
            taken = getattr(theirs, what)
            session.delete(theirs)
            session.flush()
            setattr(row, what, taken)
        with pytest.raises(VaultProblem, match="can't be decrypted"):
            kept.open(number)

    def test_a_file_that_is_gone(self, kept, database, folder):
        number = put(kept, database)
        files(folder)[0].unlink()
        with pytest.raises(VaultProblem, match="media vault"):
            kept.open(number)

    def test_another_key(self, kept, database, folder, tmp_path):
        number = put(kept, database)
        other = Vault(tmp_path / "other.key")
        other.path.write_text(os.urandom(32).hex())
        other.path.chmod(0o600)
        with pytest.raises(VaultProblem, match=r"other\.key"):
            MediaVault(database, other, str(folder)).open(number)


class TestTheEnd:
    def test_destroyed_nobody_opens_it_and_its_bytes_go(self, kept, database, folder):
        number = put(kept, database)
        with database.write() as session:
            destroy_object(session, number, "its time was over")
        with pytest.raises(NoSuchObject):
            kept.open(number)
        # Even with the file put back from somewhere: its key is gone.
        assert kept.sweep(now()) == 1
        assert files(folder) == []
        with pytest.raises(NoSuchObject), database.write() as session:
            destroy_object(session, number, "again")

    def test_undone_it_is_as_it_was(self, kept, database):
        number = put(kept, database)
        undone(database, lambda session: destroy_object(session, number, "a mistake"))
        assert kept.sweep(now()) == 0
        assert kept.open(number) == BRIDGE

    def test_what_nothing_kept_is_gone_at_once(self, kept, database, folder):
        with kept.deposit(BRIDGE):
            assert len(files(folder)) == 1
        assert files(folder) == []

        def fail(session):
            deposit.keep(session, subject="case:2", kind="jpeg", keep_until=now() + SOON)
            raise KeyboardInterrupt

        with (
            pytest.raises(KeyboardInterrupt),
            kept.deposit(BRIDGE) as deposit,
            database.write() as session,
        ):
            fail(session)
        assert files(folder) == []

    def test_one_that_no_row_names_goes_after_a_day(self, kept, database, folder, monkeypatch):
        stays = put(kept, database)
        stray = folder / "ab" / ("ab" * 16)
        stray.parent.mkdir(exist_ok=True)
        stray.write_bytes(b"noise")
        assert kept.sweep(now()) == 0
        monkeypatch.setattr(module, "_BETWEEN_SWEEPS", 0)
        assert kept.sweep(now() + timedelta(hours=23)) == 0
        assert kept.sweep(now() + timedelta(hours=25)) == 1
        assert kept.open(stays) == BRIDGE

    def test_one_that_can_not_be_removed_keeps_no_other(self, kept, database, folder):
        stuck, other = put(kept, database), put(kept, database)
        blocked, free = (
            folder / name[:2] / name
            for name in (file_of(database, stuck), file_of(database, other))
        )
        blocked.unlink()
        blocked.mkdir()
        with database.write() as session:
            for number in (stuck, other):
                destroy_object(session, number, "over")
        assert kept.sweep(now()) == 1
        assert not free.exists()
        blocked.rmdir()
        assert kept.sweep(now()) == 1

    def test_other_files_there_are_left_alone(self, kept, database, folder, monkeypatch):
        put(kept, database)
        strange = folder / "ab" / "notes.txt"
        strange.parent.mkdir(exist_ok=True)
        strange.write_text("not ours")
        monkeypatch.setattr(module, "_BETWEEN_SWEEPS", 0)
        kept.sweep(now() + timedelta(days=9))
        assert strange.exists()


def test_a_full_or_closed_place_is_told(database, vault, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    kept = MediaVault(database, vault, str(blocked))
    with pytest.raises(VaultProblem, match="see that it is there"):
        put(kept, database)


def test_another_process_opens_it(kept, database, database_url, folder, tmp_path):
    number = put(kept, database)
    with open_database(database_url) as other:
        assert MediaVault(other, Vault(tmp_path / "vault.key"), str(folder)).open(number) == BRIDGE


def test_a_place_that_hangs_is_left_alone_for_a_while(kept, database, monkeypatch):
    clock, asked = [1000.0], []

    def hang(self, name, data):
        asked.append(name)
        clock[0] += 60
        raise VaultProblem("it doesn't answer")

    monkeypatch.setattr(module, "monotonic", lambda: clock[0])
    monkeypatch.setattr(Folder, "remove", lambda *_: pytest.fail("it would hang again"))
    with monkeypatch.context() as patched:
        patched.setattr(Folder, "write", hang)
        for told in ("doesn't answer", "tried again in 30 s"):
            with pytest.raises(VaultProblem, match=told):
                put(kept, database)
    assert len(asked) == 1
    clock[0] += 31
    assert kept.open(put(kept, database)) == BRIDGE


def test_one_that_fails_at_once_is_asked_each_time(kept, database, monkeypatch):
    def full(self, name, data):
        raise VaultProblem("it is full")

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "write", full)
        with pytest.raises(VaultProblem, match="full"):
            put(kept, database)
    assert kept.open(put(kept, database)) == BRIDGE
