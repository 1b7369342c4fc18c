"""examples/check_later.py against a real service, and killed."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from examples.check_later import Uploads
from tests.web.running import Running

from examples import check_later
from hedgerow.client import Answer, Client, Verdict

ROOT = Path(__file__).parents[2]
PATIENCE = 60


@pytest.fixture
def table(tmp_path: Path) -> str:
    return str(tmp_path / "uploads.db")


def kept(table: str) -> list[tuple[str, str, int]]:
    with closing(sqlite3.connect(table)) as db:
        return db.execute("SELECT state, why, tries FROM uploads").fetchall()


def make_all_due(table: str) -> None:
    with closing(sqlite3.connect(table)) as db, db:
        db.execute("UPDATE uploads SET due = 0")


@pytest.mark.parametrize(
    ("which", "state", "why"),
    [
        ("clear", "published", ""),
        ("record", "published", ""),
        ("review", "review", ""),
        ("block", "blocked", ""),
        ("test", "blocked", "test"),
        ("unchecked", "review", "unsupported_format"),
    ],
)
def test_what_becomes_of_each(
    hedgerow: Client, table: str, uploads: dict[str, bytes], which: str, state: str, why: str
) -> None:
    site = Uploads(table)
    upload_id = site.accept(uploads[which])
    before = site.published(upload_id)
    assert site.check_next(hedgerow)
    assert not site.check_next(hedgerow)
    assert before is None
    assert kept(table) == [(state, why, 1)]
    assert site.published(upload_id) == (uploads[which] if state == "published" else None)


def test_nothing_is_published_until_the_service_is_there(
    hedgerow: Client, nobody: Client, table: str, uploads: dict[str, bytes]
) -> None:
    site = Uploads(table)
    upload_id = site.accept(uploads["clear"])
    for tries in range(1, 4):
        assert site.check_next(nobody)
        assert not site.check_next(nobody)  # not at once again
        assert kept(table) == [("held", "service_unreachable", tries)]
        assert site.published(upload_id) is None
        make_all_due(table)
    assert site.check_next(hedgerow)
    assert site.published(upload_id) == uploads["clear"]


def test_a_wrong_key_holds_all_uploads(
    server: Running, hedgerow: Client, table: str, uploads: dict[str, bytes]
) -> None:
    site = Uploads(table)
    upload_id = site.accept(uploads["clear"])
    with Client(server.url, "hr_wrong") as wrong:
        assert site.check_next(wrong)
    held = kept(table)
    make_all_due(table)
    assert site.check_next(hedgerow)
    assert held == [("held", "Unauthorised", 1)]
    assert site.published(upload_id) == uploads["clear"]


def test_delays_grow_to_their_limit_and_no_further(nobody: Client, table: str) -> None:
    Uploads(table).accept(b"any")
    delays = []
    for tries in (0, 1, 9, 100_000):
        with closing(sqlite3.connect(table)) as db, db:
            db.execute("UPDATE uploads SET due = 0, tries = ?", (tries,))
        before = time.time()
        Uploads(table).check_next(nobody)
        after = time.time()
        with closing(sqlite3.connect(table)) as db:
            ((due,),) = db.execute("SELECT due FROM uploads").fetchall()
        delays.append((due - after, due - before))
    for (least, most), expected in zip(delays, (1.75, 3.5, 900, 900), strict=True):
        assert least <= expected + 0.1
        assert most >= expected - 0.1


def test_who_was_too_slow_decides_nothing(table: str) -> None:
    site, other = Uploads(table, lease=0), Uploads(table)

    class Slow:
        def check(self, file: bytes) -> Answer:
            assert other.check_next(Blocking())  # the lease is over: another takes it
            return answer(Verdict.CLEAR)

    class Blocking:
        def check(self, file: bytes) -> Answer:
            return answer(Verdict.BLOCK)

    upload_id = site.accept(b"any")
    assert site.check_next(Slow())
    assert kept(table) == [("blocked", "", 2)]
    assert site.published(upload_id) is None


def answer(verdict: Verdict) -> Answer:
    return Answer(verdict=verdict, sequence=1, matches=(), signals={})


def worker(table: str, url: str, key: str) -> subprocess.Popen[bytes]:
    settings = {"HEDGEROW_URL": url, "HEDGEROW_KEY": key, "LEASE": "0"}
    return subprocess.Popen(
        [sys.executable, "-m", "examples.check_later", table],
        cwd=ROOT,
        env={**os.environ, **settings},
        stderr=subprocess.DEVNULL,
    )


def test_it_survives_being_killed_in_the_middle_of_a_check(
    server: Running, table: str, uploads: dict[str, bytes]
) -> None:
    site = Uploads(table)
    upload_id = site.accept(uploads["clear"])
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the upload and says nothing
        silent.settimeout(PATIENCE)
        killed = worker(table, f"http://127.0.0.1:{silent.getsockname()[1]}", "hr_any")
        asking, _ = silent.accept()
        with asking:
            asking.settimeout(PATIENCE)
            assert asking.recv(1)
            killed.send_signal(signal.SIGKILL)
            killed.wait(PATIENCE)
    after_the_crash = kept(table)
    published_after_it = site.published(upload_id)
    again = worker(table, server.url, server.keys["match"])
    try:
        until = time.monotonic() + PATIENCE
        while site.published(upload_id) is None:
            assert time.monotonic() < until, kept(table)
            time.sleep(0.01)
    finally:
        again.kill()
        again.wait(PATIENCE)
    assert after_the_crash == [("held", "", 1)]
    assert published_after_it is None
    assert kept(table) == [("published", "", 2)]


def test_names_of_states_are_complete() -> None:
    assert set(check_later.STATES) | {Verdict.UNCHECKED} == set(Verdict)
