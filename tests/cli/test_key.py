"""`hedgerow key`: the key on standard output alone, once, and nowhere else."""

import re
from datetime import datetime

import pytest

from hedgerow.accounts import Keys, Scope
from hedgerow.cli.keys import ScopeChoice
from hedgerow.store import open_database

KEY = r"hr_[A-Za-z0-9_-]{43}"


def test_the_scopes_are_those_of_the_room():
    assert list(map(str, ScopeChoice)) == list(map(str, Scope))


def test_a_new_key_is_alone_on_standard_output(newcomer):
    ran = newcomer.run("key", "create", "crawler", "--scope", "match", "--scope", "read")
    assert ran.code == 0
    key = ran.out.removesuffix("\n")
    assert re.fullmatch(KEY, key)
    assert "can't be shown again" in ran.err
    assert "hedgerow key revoke 1" in ran.err
    assert key not in ran.err
    with open_database(f"sqlite:///{newcomer.kept}/hedgerow.db") as database:
        [made] = Keys(database).active().values()
    assert (made.name, made.scopes) == ("crawler", {"match", "read"})


def test_a_new_key_as_json(newcomer):
    record = newcomer.run("key", "create", "x", "-s", "admin", "-s", "match", "--json").record
    assert re.fullmatch(KEY, record.pop("key"))
    assert datetime.fromisoformat(record.pop("created_at")).utcoffset() is not None
    assert record.pop("hint").startswith("hr_")
    assert record == {
        "id": 1,
        "name": "x",
        "scopes": ["match", "admin"],
        "last_used_at": None,
        "revoked_at": None,
    }


def test_keys_are_listed_with_those_that_were_revoked(newcomer):
    keys = [
        newcomer.run("key", "create", name, "-s", "match").out.strip() for name in ("one", "two")
    ]
    assert newcomer.run("key", "revoke", "1").code == 0
    ran = newcomer.run("key", "list", "--json")
    assert [record["name"] for record in ran.records] == ["one", "two"]
    assert [record["revoked_at"] is None for record in ran.records] == [False, True]
    table = newcomer.run("key", "list").out
    assert [line.split()[:4] for line in table.splitlines()] == [
        ["id", "name", "scopes", "begins"],
        ["1", "one", "match", keys[0][:8]],
        ["2", "two", "match", keys[1][:8]],
    ]
    for text in (ran.out, table):
        assert not any(key in text for key in keys)


def test_more_keys_than_a_page_are_all_listed(newcomer):
    newcomer.run("key", "list")
    with open_database(f"sqlite:///{newcomer.kept}/hedgerow.db") as database, database.write():
        for number in range(501):
            Keys(database).create(str(number), ["match"])
    found = [record["name"] for record in newcomer.run("key", "list", "--json").records]
    assert found == [str(number) for number in range(501)]


def test_no_keys_yet(newcomer):
    ran = newcomer.run("key", "list")
    assert (ran.code, ran.out) == (0, "")
    assert "hedgerow key create NAME --scope match" in ran.err
    assert newcomer.run("key", "list", "--json").records == []


def test_revoking_counts_at_once_and_again_is_no_error(newcomer):
    newcomer.run("key", "create", "x", "--scope", "match")
    ran = newcomer.run("key", "revoke", "1", "--json")
    at = ran.record["revoked_at"]
    assert ran.code == 0
    assert at is not None
    again = newcomer.run("key", "revoke", "1")
    assert (again.code, again.out) == (0, "")
    assert "Revoked key 1 (x)" in again.err
    assert newcomer.run("key", "list", "--json").record["revoked_at"] == at
    with open_database(f"sqlite:///{newcomer.kept}/hedgerow.db") as database:
        assert Keys(database).active() == {}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["create", "x"], "--scope"),
        (["create", "x", "--scope", "all"], "match"),
        (["create", "", "--scope", "match"], "1 to 128"),
        (["create", "a\x1b[2Jb", "--scope", "match"], "printable"),
        (["revoke", "7"], "no API key 7; list"),
        (["revoke", "99999999999999999999"], "list the keys"),
        (["revoke", "one"], "ID"),
    ],
)
def test_wrong_usage_is_told(newcomer, words, told):
    ran = newcomer.run("key", *words)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert newcomer.run("key", "list", "--json").records == []
