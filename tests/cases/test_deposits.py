"""Uploads are in the vault before the transaction that keeps them, and gone where none does."""

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from tests.cases.making import LEA, answer, match

from hedgerow.cases import Cases, ReviewPolicy, intake
from hedgerow.store import DatabaseUnavailable, MediaVault, Vault, now, open_database
from hedgerow.store.objects import vault as objects
from hedgerow.store.objects.files import Folder
from hedgerow.store.objects.models import ObjectRow

BRIDGE = b"a photograph of a bridge, as it was uploaded " * 50
FACTS = {"media": "jpeg", "width": 64, "height": 48}
SECONDS = 60
SOON = timedelta(hours=1)
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.cases.making import answer
from hedgerow.banks import Banks
from hedgerow.cases import Cases, intake
from hedgerow.store import MediaVault, Vault, open_database
url, home = sys.argv[1], Path(sys.argv[2])
intake.record = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
with open_database(url) as database:
    kept = MediaVault(database, Vault(home / "vault.key"), str(home / "media"))
    cases = Cases(Banks(database), vault=kept)
    cases.receive(answer(), {"media": "jpeg"}, file=sys.stdin.buffer.read())
"""


@pytest.fixture
def keeping(cases):
    """Cases that keep every upload."""
    cases.set_policy(LEA, ReviewPolicy(0, keep_media_hours=24))
    return cases


@pytest.fixture
def files(tmp_path):
    """The files in the vault."""
    return lambda: [path for path in (tmp_path / "media").rglob("*") if path.is_file()]


@pytest.fixture
def written(monkeypatch):
    """Told of each file that is written: call what is in it then."""
    calls = []
    write = Folder.write

    def told(self, name, data):
        write(self, name, data)
        for call in calls:
            call()

    monkeypatch.setattr(Folder, "write", told)
    return calls


def test_no_writer_waits_for_a_place_that_is_slow(keeping, written):
    reached, go_on = threading.Event(), threading.Event()
    written.append(lambda: (reached.set(), go_on.wait(SECONDS)))
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(keeping.receive, answer(), FACTS, file=BRIDGE)
        assert reached.wait(SECONDS)
        try:
            assert keeping.receive(answer(match(content_id=99)), FACTS).opened
            assert not slow.done()
        finally:
            go_on.set()
        assert keeping.get(slow.result(SECONDS).case_id).has_media


def test_where_the_transaction_fails_nothing_is_left(keeping, files, written, monkeypatch):
    seen = []
    written.append(lambda: seen.extend(files()))
    monkeypatch.setattr(intake, "record", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        keeping.receive(answer(), FACTS, file=BRIDGE)
    assert len(seen) == 1
    assert files() == []


def test_where_the_policy_says_no_by_then_nothing_is_kept(keeping, files, written):
    written.append(lambda: keeping.set_policy(LEA, ReviewPolicy(0, keep_media_hours=0)))
    received = keeping.receive(answer(), FACTS, file=BRIDGE)
    assert not keeping.get(received.case_id).has_media
    assert files() == []


def test_of_two_copies_at_once_one_is_kept(keeping, files, written):
    first, second = answer(file=BRIDGE), answer(file=BRIDGE)
    written.append(lambda: (written.clear(), keeping.receive(first, FACTS, file=BRIDGE)))
    received = keeping.receive(second, FACTS, file=BRIDGE)
    assert not received.opened
    assert keeping.get(received.case_id).has_media
    assert len(files()) == 1


def full(tmp_path):
    (tmp_path / "media").write_text("no folder, so nothing can be written into it")


def keyless(tmp_path):
    (tmp_path / "vault.key").unlink()


@pytest.mark.parametrize("broken", [full, keyless])
def test_what_cannot_be_kept_comes_before_people_all_the_same(
    keeping, banks, database, tmp_path, caplog, broken
):
    if broken is keyless:
        keeping.receive(answer(match(content_id=99)), FACTS, file=BRIDGE)  # the key is known now
    broken(tmp_path)
    place = MediaVault(database, Vault(tmp_path / "vault.key"), str(tmp_path / "media"))
    later = Cases(banks, vault=place)
    case = later.get(later.receive(answer(), FACTS, file=BRIDGE).case_id)
    assert not case.has_media
    assert [event.kind for event in case.history] == ["opened", "media_not_kept"]
    assert "can't be kept for review" in caplog.text


def test_what_is_to_be_kept_only_by_then_is_kept(keeping, files, monkeypatch):
    # The case that it was a copy of is disputed in between, so it is one of its own.
    monkeypatch.setattr(intake, "is_to_keep", lambda *_: False)
    case = keeping.get(keeping.receive(answer(), FACTS, file=BRIDGE).case_id)
    assert case.has_media
    assert [event.kind for event in case.history] == ["opened"]
    assert len(files()) == 1


def test_without_a_file_none_is_missing(keeping):
    case = keeping.get(keeping.receive(answer(), FACTS).case_id)
    assert [event.kind for event in case.history] == ["opened"]


@pytest.mark.parametrize("hours", [0, 24])
def test_nothing_is_written_that_would_not_be_kept(cases, written, hours):
    cases.set_policy(LEA, ReviewPolicy(0, keep_media_hours=hours))
    made = []
    written.append(lambda: made.append(1))
    cases.receive(answer(file=BRIDGE), FACTS, file=BRIDGE)
    assert len(made) == (1 if hours else 0)
    cases.receive(answer(file=BRIDGE), FACTS, file=BRIDGE)  # a copy
    cases.receive(answer(match(content_id=99)), FACTS | {"media": ""}, file=BRIDGE)
    cases.receive(replace(answer(), matches=()), FACTS, file=BRIDGE)
    assert len(made) == (1 if hours else 0)


def test_what_may_have_been_committed_is_left(keeping, banks, files, monkeypatch):
    """Lost at the very end, a transaction may leave its row even after somebody looked for it."""
    write = banks.database.write

    @contextmanager
    def lost():
        with write() as session:
            yield session
            session.rollback()
        raise DatabaseUnavailable("the connection was lost")

    monkeypatch.setattr(banks.database, "write", lost)
    with pytest.raises(DatabaseUnavailable):
        keeping.receive(answer(), FACTS, file=BRIDGE)
    assert len(files()) == 1


def test_what_was_committed_before_it_failed_is_left(keeping, kept, banks):
    numbers = []

    def fail():
        with kept.deposit(BRIDGE) as deposit:
            with banks.database.write() as session:
                numbers.append(
                    deposit.keep(session, subject="case:1", kind="jpeg", keep_until=now() + SOON)
                )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert kept.open(numbers[0]) == BRIDGE


def test_what_a_killed_process_left_is_noise_and_goes(
    database_url, keeping, clock, files, tmp_path, monkeypatch
):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, database_url, str(tmp_path)],
        input=BRIDGE, timeout=SECONDS, check=False,  # it is killed
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    assert len(files()) == 1
    everything = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(BRIDGE[:24] in data for data in everything)
    with open_database(database_url) as database, database.read() as session:
        assert session.execute(select(func.count()).select_from(ObjectRow)).scalar_one() == 0
    keeping.forget_media()
    assert len(files()) == 1  # its transaction might be under way
    monkeypatch.setattr(objects, "_BETWEEN_SWEEPS", 0)
    clock.forward(hours=25)
    keeping.forget_media()
    assert files() == []
