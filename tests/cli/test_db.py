"""`hedgerow db …` on both kinds of database, and PostgreSQL's own tools as its page says."""

import contextlib
import os
import shlex
import sqlite3
import subprocess

import pytest
from tests.postgres import require_programs, sqlite_only

from hedgerow.store import open_database, read_url, schema

ONE, OTHER = "pdq:" + "5" * 64, "pdq:" + "a" * 64


@pytest.fixture
def run(newcomer, database_url):
    """Runs a command on the database under test."""

    def on_it(*arguments, **settings):
        return newcomer.run(*arguments, HEDGEROW_DATABASE_URL=database_url, **settings)

    return on_it


def bank(run, *signals):
    for each in signals:
        run("bank", "create", "known", "--action", "block")
        assert run("bank", "add", "known", "--signal", each).code == 0


def verdict(run, signal):
    return run("match", "--signal", signal, "--json").record["verdict"]


def test_status_tells_where_and_what(run, database_url):
    open_database(database_url).close()
    told = run("db", "status")
    assert (told.code, told.err) == (0, "")
    assert "hunter2" not in told.out
    assert f"Revision {schema.HEAD}: up to date." in told.out
    record = run("db", "status", "--json").record
    kind, colon, _ = database_url.partition("://")
    assert (record["kind"], record["revision"], record["pending"]) == (kind, schema.HEAD, [])
    assert record["url"].startswith(kind + colon)
    assert read_url(record["url"]).database == read_url(database_url).database


def test_an_old_database_is_upgraded_when_it_is_told_to_be(run, database_url):
    with open_database(database_url) as database:
        database.downgrade("0001")
    assert "hedgerow db upgrade" in run("db", "status").out
    if database_url.startswith("postgresql"):
        refused = run("bank", "list")
        assert (refused.code, refused.out) == (1, "")
        assert "hedgerow db upgrade" in refused.err
    upgraded = run("db", "upgrade", "--json").record
    assert upgraded["revision"] == schema.HEAD
    assert upgraded["upgraded"][0] == "0002"
    assert "is up to date" in run("db", "upgrade").err
    assert run("bank", "list").code == 0


def test_status_of_nothing_makes_nothing(newcomer):
    told = newcomer.run("db", "status")
    assert told.code == 0
    assert "no tables yet" in told.out
    assert not newcomer.kept.exists()
    assert "Upgraded" in newcomer.run("db", "upgrade").err
    assert (newcomer.kept / "hedgerow.db").is_file()


def test_a_restored_database_answers_as_it_did(newcomer):
    run, copy = newcomer.run, newcomer.folder / "copy"
    bank(run, ONE)
    assert verdict(run, ONE) == "block"  # makes the index
    told = run("db", "backup", copy, "--json").record
    assert told == {"file": str(copy), "bytes": copy.stat().st_size}
    bank(run, OTHER)
    assert verdict(run, OTHER) == "block"
    asked = run("db", "restore", copy, stdin="n\n")
    assert (asked.code, verdict(run, OTHER)) == (1, "block")
    restored = run("db", "restore", copy, "--yes", "--json").record
    assert (verdict(run, ONE), verdict(run, OTHER)) == ("block", "clear")
    bank(run, "pdq:" + "c" * 64)  # the numbers that the other one had
    assert verdict(run, "pdq:" + "c" * 64) == "block"
    assert verdict(run, OTHER) == "clear"
    # What was replaced can be put back in the same way.
    assert run("db", "restore", restored["replaced"], "--yes").code == 0
    assert [verdict(run, each) for each in (ONE, OTHER)] == ["block", "block"]


@pytest.mark.parametrize(
    ("words", "name"), [(["backup"], "mine"), (["restore", "--yes"], "mine"), (["restore"], "none")]
)
def test_what_can_not_be_done_is_told(newcomer, words, name):
    bank(newcomer.run, ONE)
    mine = newcomer.folder / "mine"
    mine.write_text("my own words\n" * 100)
    ran = newcomer.run("db", *words, newcomer.folder / name)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: ")
    assert name in ran.err
    assert mine.read_text() == "my own words\n" * 100
    assert verdict(newcomer.run, ONE) == "block"


def test_nothing_is_restored_under_who_has_it_open(newcomer):
    run, copy = newcomer.run, newcomer.folder / "copy"
    bank(run, ONE)
    assert run("db", "backup", copy).code == 0
    with contextlib.closing(sqlite3.connect(newcomer.kept / "hedgerow.db")) as held:
        assert held.execute("SELECT name FROM bank WHERE name = 'known'").fetchall()
        ran = run("db", "restore", copy, "--yes", HEDGEROW_BUSY_SECONDS="0.1")
    assert ran.code == 1
    assert "stop it" in ran.err
    assert run("db", "restore", copy, "--yes").code == 0


@sqlite_only("the others come from pg_dump")
def test_a_backup_of_a_database_that_is_elsewhere(run, newcomer):
    bank(run, ONE)
    copy = newcomer.folder / "copy"
    assert run("db", "backup", copy).code == 0
    assert "known" in newcomer.run("bank", "list", HEDGEROW_DATABASE_URL=f"sqlite:///{copy}").out


def tool(ran, file):
    """The command that was told, as somebody with the password in the environment runs it."""
    assert ran.code == 2
    assert "hunter2" not in ran.out + ran.err
    program, *words = shlex.split(ran.out)
    done = subprocess.run(
        [require_programs() / program, *words],
        env=os.environ | {"PGPASSWORD": "hunter2"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert file.stat().st_size > 0


def test_postgresql_is_copied_by_its_own_tools(newcomer, postgres):
    """A dump goes into a fresh database of the same name: the index of the old one is no more."""
    url = postgres.make("moved")

    def run(*arguments):
        return newcomer.run(*arguments, HEDGEROW_DATABASE_URL=url)

    bank(run, ONE)
    copy = newcomer.folder / "my copy"
    tool(run("db", "backup", copy), copy)
    bank(run, OTHER)
    assert [verdict(run, each) for each in (ONE, OTHER)] == ["block", "block"]
    postgres.drop("moved")
    postgres.make("moved")
    tool(run("db", "restore", copy, "--yes"), copy)
    assert run("db", "status", "--json").record["pending"] == []
    assert [verdict(run, each) for each in (ONE, OTHER)] == ["block", "clear"]
    third = "pdq:" + "c" * 64
    bank(run, third)  # the numbers that the other one had
    assert [verdict(run, each) for each in (ONE, OTHER, third)] == ["block", "clear", "block"]
    postgres.drop("moved")
