"""`hedgerow audit`: a log that is whole, one that isn't, and checking it elsewhere."""

import json
import sqlite3
from contextlib import closing

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from hedgerow.store import Actor, ActorKind, acting, open_database, record


@pytest.fixture
def logged(newcomer):
    """Somebody with five entries in the log."""
    newcomer.run("audit", "list")
    with (
        open_database(f"sqlite:///{newcomer.kept}/hedgerow.db") as database,
        database.write() as session,
    ):
        record(session, "person.invited", "person:7", login="ada")
        with acting(Actor(ActorKind.PERSON, 7)):
            record(session, "case.opened", "case:1")
            record(session, "case.decided", "case:1", "The \x1b[2Jsame\nbridge.", choice="confirm")
        with acting(Actor(ActorKind.KEY, 3)):
            record(session, "complaint.received", "case:1")
            record(session, "case.opened", "case:2")
    return newcomer


def alter(newcomer, statement):
    with closing(sqlite3.connect(newcomer.kept / "hedgerow.db")) as database, database:
        database.execute(statement)


def test_an_empty_log(newcomer):
    ran = newcomer.run("audit", "verify")
    assert (ran.code, ran.out) == (0, "")
    assert "The log is empty." in ran.err
    assert "no such entries" in newcomer.run("audit", "list").err
    assert newcomer.run("audit", "list", "--json").records == []
    assert "Nothing was added" in newcomer.run("audit", "checkpoint").err
    ran = newcomer.run("audit", "key")
    assert (ran.code, ran.out) == (1, "")
    assert "hedgerow audit checkpoint" in ran.err


def test_a_whole_log(logged):
    ran = logged.run("audit", "verify")
    assert (ran.code, ran.out) == (0, "")
    assert "The log is whole. Entries: 5; nothing is signed yet" in ran.err
    assert "Checkpoint 1: the log had 5 entries" in logged.run("audit", "checkpoint").err
    assert (logged.kept / "audit-checkpoints.ndjson").stat().st_mode & 0o777 == 0o600
    ran = logged.run("audit", "verify")
    assert "a signature vouches for all of them" in ran.err
    found = logged.run("audit", "verify", "--json").record
    key = logged.run("audit", "key").out.strip()
    assert found == {
        "ok": True,
        "entries": 5,
        "checkpoints": 1,
        "known": 1,
        "signed": 5,
        "public_key": key,
        "problems": [],
        "untold": 0,
    }


@pytest.mark.parametrize(
    ("statement", "kind", "entry", "told"),
    [
        ("UPDATE audit_entry SET why = '' WHERE number = 3", "altered", 3, "entry 3 was altered"),
        ("DELETE FROM audit_entry WHERE number = 2", "missing", 2, "entry 2 is missing"),
        ("DELETE FROM audit_entry WHERE number > 3", "cut off", 4, "missing after entry 0"),
    ],
)
def test_what_is_wrong_is_named(logged, statement, kind, entry, told):
    logged.run("audit", "checkpoint")
    alter(logged, statement)
    ran = logged.run("audit", "verify")
    assert ran.code == 1
    assert told in ran.out
    assert "not as it was written" in ran.err
    ran = logged.run("audit", "verify", "--json")
    assert (ran.code, ran.record["ok"]) == (1, False)
    problem = ran.record["problems"][0]
    assert (problem["kind"], problem["entry"]) == (kind, entry)


def test_a_copy_of_the_checkpoints_tells_of_a_cut_end(logged, tmp_path):
    copy = tmp_path / "copy"
    made = logged.run("audit", "checkpoint", "--json").record
    (logged.kept / "audit-checkpoints.ndjson").rename(copy)
    assert json.loads(copy.read_text())["signature"] == made["signature"]
    for statement in (
        "DELETE FROM audit_entry WHERE number > 3",
        "DELETE FROM audit_checkpoint",
        "UPDATE counter SET value = 3 WHERE name = 'audit'",
        "DELETE FROM counter WHERE name = 'audit checkpoints'",
    ):
        alter(logged, statement)
    assert logged.run("audit", "verify").code == 0
    ran = logged.run("audit", "verify", "--known", copy)
    assert ran.code == 1
    assert "a checkpoint speaks of 5, and 3 are left" in ran.out


def test_the_list(logged):
    ran = logged.run("audit", "list", "--json")
    assert [each["number"] for each in ran.records] == [5, 4, 3, 2, 1]
    third = ran.records[2]
    assert third["why"] == "The \x1b[2Jsame\nbridge."
    assert (third["actor"], third["actor_number"]) == ("person", 7)
    assert third["details"] == {"choice": "confirm"}
    for words, numbers in [
        (["--action", "case."], [5, 3, 2]),
        (["--by", "person:7"], [3, 2]),
        (["--by", "command"], [1]),
        (["--subject", "case:1", "--limit", "2"], [4, 3]),
        (["--before", "3"], [2, 1]),
        (["--until", "2020-01-01"], []),
        (["--since", "2020-01-01T10:00:00"], [5, 4, 3, 2, 1]),
    ]:
        found = logged.run("audit", "list", "--json", *words).records
        assert [each["number"] for each in found] == numbers
    table = logged.run("audit", "list").out
    assert "\x1b" not in table
    assert "choice=confirm" in table
    assert "person 7" in table


def test_an_export_is_checked_without_the_home(logged, newcomer, tmp_path):
    file = tmp_path / "log.ndjson"
    ran = logged.run("audit", "export", file)
    assert (ran.code, ran.out) == (0, "")
    assert f"hedgerow audit verify --export {file}" in ran.err
    assert file.stat().st_mode & 0o777 == 0o600
    key = logged.run("audit", "key").out.strip()
    elsewhere = ("--home", tmp_path / "elsewhere")
    ran = newcomer.run("audit", "verify", "--export", file, "--json", *elsewhere)
    assert (ran.code, ran.record["entries"], ran.record["signed"]) == (0, 6, 6)
    assert ran.record["public_key"] == key
    assert not (tmp_path / "elsewhere").exists()
    assert logged.run("audit", "list", "--json", "--limit", "1").record["action"] == "log.exported"
    ran = newcomer.run("audit", "verify", "--export", file, "--public-key", key, *elsewhere)
    assert ran.code == 0
    assert "see that this is the key you know" in ran.err
    ran = newcomer.run("audit", "verify", "--export", file, "--public-key", "00" * 32, *elsewhere)
    assert (ran.code, "not signed by a known key" in ran.out) == (1, True)
    file.write_text(file.read_text().replace("confirm", "dispute"))
    ran = newcomer.run("audit", "verify", "--export", file, *elsewhere)
    assert (ran.code, "entry 3 was altered" in ran.out) == (1, True)


def test_an_export_overwrites_nothing(logged, tmp_path):
    (tmp_path / "file").write_text("mine")
    ran = logged.run("audit", "export", tmp_path / "file")
    assert (ran.code, "is there already" in ran.err) == (2, True)
    assert (tmp_path / "file").read_text() == "mine"
    assert next(each["action"] for each in logged.run("audit", "list", "--json").records) != (
        "log.exported"
    )


def test_the_key_as_pem(logged):
    logged.run("audit", "checkpoint")
    plain = logged.run("audit", "key").out.strip()
    record_ = logged.run("audit", "key", "--json").record
    pem = logged.run("audit", "key", "--pem").out
    assert pem.strip() == record_["pem"].strip()
    assert load_pem_public_key(pem.encode()).public_bytes_raw().hex() == plain
    assert record_["public_key"] == plain


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["verify", "--public-key", "00"], "is no public key"),
        (["list", "--by", "ada"], "is nobody"),
        (["list", "--by", "person"], "is nobody"),
        (["list", "--by", "command:1"], "is nobody"),
        (["list", "--limit", "0"], "--limit"),
        (["list", "--since", "yesterday"], "--since"),
    ],
)
def test_wrong_usage_is_told(newcomer, words, told):
    ran = newcomer.run("audit", *words)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_a_file_that_is_no_export_is_told(newcomer, tmp_path):
    (tmp_path / "file").write_text("nonsense\n")
    for name, told in [("file", "isn't a line of an exported log"), ("none", "can't be read")]:
        ran = newcomer.run("audit", "verify", "--export", tmp_path / name)
        assert (ran.code, ran.out) == (1, "")
        assert told in ran.err


class TestForgettingTheKey:
    def test_not_while_it_is_there(self, logged):
        ran = logged.run("db", "forget-key", "--yes")
        assert (ran.code, "needs no other key" in ran.err) == (2, True)
        logged.run("audit", "checkpoint")
        assert logged.run("db", "forget-key", "--yes").code == 2

    def test_after_it_was_lost(self, logged):
        logged.run("audit", "checkpoint")
        old = logged.run("audit", "key").out.strip()
        (logged.kept / "vault.key").unlink()
        ran = logged.run("audit", "verify")
        assert (ran.code, "hedgerow db forget-key" in ran.err) == (1, True)
        ran = logged.run("db", "forget-key", "--yes")
        assert (ran.code, "hedgerow user reset" in ran.err) == (0, True)
        assert logged.run("audit", "checkpoint").code == 0
        assert logged.run("audit", "key").out.strip() != old
        ran = logged.run("audit", "verify")
        assert (ran.code, old in ran.out) == (1, True)
        assert logged.run("audit", "verify", "--public-key", old).code == 0
        last = logged.run("audit", "list", "--limit", "1", "--json").record
        assert last["action"] == "vault.key_forgotten"

    def test_it_asks(self, logged):
        logged.run("audit", "checkpoint")
        (logged.kept / "vault.key").unlink()
        ran = logged.run("db", "forget-key")
        assert ran.code == 1
        assert "can't be opened again" in ran.err
        assert logged.run("audit", "checkpoint").code in (0, 1)
        assert not (logged.kept / "vault.key").exists()
