"""API keys: made, listed, revoked, and never kept."""

import hashlib
import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.postgres import sqlite_only

from hedgerow.accounts import AccountsProblem, BadKey, Keys, NoSuchKey, Scope
from hedgerow.store import Database, now, open_database

NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=128)


def test_a_key_is_256_random_bits_that_fit_in_a_url(keys: Keys) -> None:
    made = [keys.create("crawler", ["match"]) for _ in range(20)]
    for record, key in made:
        assert re.fullmatch(r"hr_[A-Za-z0-9_-]{43}", key)
        assert record.hint == key[:8]
    assert len({key for _, key in made}) == 20
    assert [record.id for record, _ in made] == list(range(1, 21))


def test_what_is_known_of_a_key(keys: Keys) -> None:
    before = now()
    made, _ = keys.create("Müller’s crawler", [Scope.READ, "match", "read"])
    assert (made.name, made.scopes) == ("Müller’s crawler", {"match", "read"})
    assert before <= made.created_at <= now()
    assert (made.last_used_at, made.revoked_at) == (None, None)
    assert keys.get(made.id) == made
    assert keys.list() == [made]


@given(name=NAMES, scopes=st.sets(st.sampled_from(Scope), min_size=1))
def test_any_name_and_scopes_come_back(make_database_url, name: str, scopes: set[Scope]) -> None:
    with open_database(make_database_url.again()) as database:
        made, _ = Keys(database).create(name, scopes)
        assert (made.name, made.scopes) == (name, scopes)
        assert Keys(database).get(made.id) == made


@pytest.mark.parametrize(
    ("name", "scopes", "told"),
    [
        ("", ["match"], "1 to 128"),
        ("x" * 129, ["match"], "1 to 128"),
        (" x", ["match"], "no space around"),
        ("x\n", ["match"], "printable"),
        ("\x1b[2J", ["match"], "printable"),
        ("\udcff", ["match"], "printable"),
        ("x", [], "match, read, write, cases, admin"),
        ("x", ["match", "everything"], "no scope 'everything'; there are match"),
        ("x", ["MATCH"], "no scope 'MATCH'"),
        ("x", [""], "no scope ''"),
        ("x", "match", "no scope"),
    ],
)
def test_impossible_keys_are_refused(keys: Keys, name: str, scopes: list[str], told: str) -> None:
    with pytest.raises(BadKey, match=told):
        keys.create(name, scopes)
    assert keys.list() == []


def test_no_scope_implies_another(keys: Keys) -> None:
    made, _ = keys.create("admin", ["admin"])
    assert made.scopes == {Scope.ADMIN}


def test_a_revoked_key_stays_listed_with_its_time(keys: Keys) -> None:
    first, second = (keys.create(name, ["match"])[0] for name in ("first", "second"))
    revoked = keys.revoke(first.id)
    assert revoked.revoked_at is not None
    assert keys.revoke(first.id) == revoked
    assert keys.list() == [revoked, second]
    assert keys.get(first.id) == revoked


def test_whether_there_is_any(keys: Keys) -> None:
    assert not keys.any()
    made, _ = keys.create("only", ["match"])
    assert keys.any()
    keys.revoke(made.id)
    assert not keys.any()


def test_active_ones_are_known_by_their_digests(keys: Keys) -> None:
    (gone, _), (kept, key) = (keys.create(name, ["match"]) for name in ("gone", "kept"))
    keys.revoke(gone.id)
    assert keys.active() == {hashlib.sha256(key.encode()).digest(): kept}


@pytest.mark.parametrize("number", [0, -1, 7, 2**63, 10**40])
def test_a_key_that_is_none(keys: Keys, number: int) -> None:
    keys.create("one", ["match"])
    for ask in (keys.get, keys.revoke):
        with pytest.raises(NoSuchKey, match=f"no API key {number}; list"):
            ask(number)
    assert len(keys.active()) == 1
    assert issubclass(NoSuchKey, AccountsProblem)


def test_pages_follow_each_other(keys: Keys) -> None:
    made = [keys.create(str(n), ["match"])[0] for n in range(7)]
    seen: list[object] = []
    while page := keys.list(after=seen[-1].id if seen else 0, limit=3):
        seen += page
    assert seen == made
    assert keys.list(after=10**40) == []


def test_the_time_of_use_never_moves_back(keys: Keys) -> None:
    used, unused = (keys.create(name, ["match"])[0] for name in ("used", "unused"))
    noon = datetime(2030, 5, 5, 12, tzinfo=UTC)
    later = noon + timedelta(minutes=1)
    keys.note_uses({used.id: noon})
    assert keys.get(used.id).last_used_at == noon
    keys.note_uses({used.id: later})
    keys.note_uses({used.id: noon, 999: noon})
    keys.note_uses({})
    assert keys.get(used.id).last_used_at == later
    assert keys.get(unused.id).last_used_at is None


def test_keys_made_at_the_same_time_have_numbers_of_their_own(database: Database) -> None:
    start = threading.Barrier(4)
    numbers: list[int] = []

    def make() -> None:
        start.wait()
        numbers.extend(Keys(database).create("x", ["match"])[0].id for _ in range(5))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 21))


def test_a_number_is_not_given_again(keys: Keys, database: Database) -> None:
    made, _ = keys.create("x", ["match"])
    with database.write() as session:
        keys.create("undone", ["match"])
        session.rollback()
    keys.revoke(made.id)
    assert [each.id for each in keys.list()] == [made.id]
    assert keys.create("y", ["match"])[0].id == made.id + 1


@sqlite_only("it reads the bytes of the file")
def test_a_key_is_in_no_byte_of_the_database(database: Database, path: Path) -> None:
    record, key = Keys(database).create("crawler", ["match"])
    Keys(database).revoke(record.id)
    kept = b"".join(each.read_bytes() for each in sorted(path.parent.iterdir()))
    # What is kept of it is found, so the key would be.
    assert hashlib.sha256(key.encode()).digest() in kept
    assert key[:8].encode() in kept
    for start in range(len("hr_"), len(key) - 8):
        assert key[start : start + 8].encode() not in kept


def test_a_key_is_in_no_text_about_it(keys: Keys) -> None:
    record, key = keys.create("crawler", ["match"])
    secret = key[8:]
    assert key.startswith(record.hint)
    for each in (record, keys, keys.active()):
        assert secret not in repr(each)
    with pytest.raises(BadKey) as refused:
        keys.create("x", [key])
    # Somebody pasted a key for a scope: no more of it is told than its hint, or little more.
    assert key[:16] not in str(refused.value)
