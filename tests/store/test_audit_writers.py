"""Many that write at once, some that are killed, and a log too long for the memory."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
import tracemalloc

import pytest
from sqlalchemy import func, select
from tests.postgres import sqlite_only
from tests.store.logbook import Attacker

from hedgerow.store import (
    Actor,
    ActorKind,
    AuditLog,
    Counter,
    Vault,
    acting,
    insert_rows,
    open_database,
    record,
)
from hedgerow.store.audit import chain, stored
from hedgerow.store.audit.canonical import FIRST, digest, entry_text, time_text
from hedgerow.store.audit.models import EntryRow
from hedgerow.store.base import now


@pytest.fixture
def log(database, tmp_path):
    return AuditLog(database, Vault(tmp_path / "vault.key"), tmp_path / "checkpoints")


def test_many_at_once_make_one_chain(database, database_url, log):
    threads, each = 8, 25
    failed = []

    def work(number):
        try:
            with acting(Actor(ActorKind.PERSON, number)):
                for turn in range(each):
                    with database.write() as session:
                        record(session, "case.opened", f"case:{turn}")
        except Exception as problem:  # noqa: BLE001 - told below
            failed.append(problem)

    running = [threading.Thread(target=work, args=(number,)) for number in range(1, threads + 1)]
    for thread in running:
        thread.start()
    seen = []
    while any(thread.is_alive() for thread in running):
        found = log.verify()  # beside those who write
        assert found.ok, found.problems
        seen.append(found.entries)
        log.checkpoint()
    for thread in running:
        thread.join()
    assert failed == []
    assert seen == sorted(seen)
    found = log.verify()
    assert found.ok, found.problems
    assert found.entries == threads * each
    with database.read() as session:
        by = select(EntryRow.actor_number, func.count()).group_by(EntryRow.actor_number)
        assert dict(session.execute(by).all()) == dict.fromkeys(range(1, threads + 1), each)


WRITER = """
import sys
from pathlib import Path
from hedgerow.store import AuditLog, Vault, allocate, open_database, record

url, key, file = sys.argv[1:]
with open_database(url) as database:
    log = AuditLog(database, Vault(Path(key)), Path(file))
    print("ready", flush=True)
    for turn in range(1_000_000):
        with database.write() as session:
            allocate(session, "work")
            record(session, "case.opened", "case:1", turn=turn)
        if turn % 7 == 0:
            log.checkpoint()
"""


def test_who_is_killed_leaves_a_whole_log(database, database_url, log, tmp_path):
    """Each act with its entry, or neither; and the next one goes on."""
    chance = random.Random(20)
    words = [database_url, str(tmp_path / "vault.key"), str(tmp_path / "checkpoints")]
    for _ in range(4):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, *words], stdout=subprocess.PIPE)
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.05, 0.5))
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        found = log.verify()
        assert found.ok, found.problems
        with database.read() as session:
            done = session.execute(select(Counter.value).where(Counter.name == "work")).scalar()
        assert found.entries == (done or 0)
    assert found.entries > 0
    with database.write() as session:
        record(session, "case.opened")
    log.checkpoint()
    found = log.verify()
    assert found.ok
    assert found.signed == found.entries
    assert found.elsewhere == found.checkpoints


def fill(database, count):
    """As `record` would, but many at once."""
    rows, before, at = [], FIRST, now()
    for number in range(1, count + 1):
        values = {
            "number": number,
            "at": time_text(at),
            "actor": "person",
            "actor_number": 3,
            "action": "case.opened",
            "subject": f"case:{number}",
            "why": "",
            "details": "{}",
            "previous": before,
        }
        before = digest(entry_text(**values))
        rows.append((*(values | {"at": at}).values(), before))
    with database.write() as session:
        insert_rows(session, EntryRow.__table__, rows)
        session.add(Counter(name="audit", value=count))


@sqlite_only("memory of ours, not of the database")
def test_a_long_log_takes_no_more_memory_than_a_short_one(database, log, tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "PORTION", 100)
    most = []
    for count in (500, 10_000):
        with open_database(f"sqlite:///{tmp_path}/{count}.db") as own:
            fill(own, count)
            log = AuditLog(own, Vault(tmp_path / "vault.key"), None)
            path = tmp_path / "export"
            log.checkpoint()
            tracemalloc.start()
            try:
                assert log.verify().entries == count
                with path.open("w") as stream:
                    stream.writelines(log.export())
                most.append(tracemalloc.get_traced_memory()[1])
            finally:
                tracemalloc.stop()
    assert most[1] < most[0] * 1.5


def test_in_portions_nothing_is_lost_or_read_twice(database, log, monkeypatch):
    fill(database, 23)
    for portion in (1, 2, 22, 23, 24):
        monkeypatch.setattr(stored, "PORTION", portion)
        found = log.verify()
        assert (found.ok, found.entries) == (True, 23)
        attacker = Attacker(database)
        attacker.entries[portion % 23]["why"] = "x"
        attacker.write()
        assert log.verify().problems[0].entry == portion % 23 + 1
        attacker.entries[portion % 23]["why"] = ""
        attacker.write()


def test_what_is_added_and_signed_meanwhile_is_left_for_the_next(database, log, monkeypatch):
    """The file of checkpoints grows while it is read."""
    monkeypatch.setattr(chain, "TOLD_EVERY", 5)
    fill(database, 23)
    log.checkpoint()

    def meanwhile(_done, _total):
        with database.write() as session:
            record(session, "case.opened")
        log.checkpoint()

    found = log.verify(meanwhile)
    assert found.ok, found.problems
    assert (found.entries, found.checkpoints, found.elsewhere) == (23, 1, 1)
    assert log.verify().entries > 23


def test_progress_is_told(database, log, monkeypatch):
    monkeypatch.setattr(chain, "TOLD_EVERY", 10)
    fill(database, 23)
    told = []
    log.verify(lambda done, total: told.append((done, total)))
    assert told == [(10, 23), (20, 23), (23, 23)]
