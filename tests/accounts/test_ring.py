"""The keys of a running service, in memory."""

import threading
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgerow.accounts import KeyRing, Keys, ring
from hedgerow.store import Database, DatabaseBusy, now, open_database


@pytest.fixture
def opened(keys: Keys) -> KeyRing:
    return KeyRing(keys)


def test_a_key_is_found_once_it_was_read(keys: Keys, opened: KeyRing) -> None:
    record, key = keys.create("crawler", ["match"])
    assert opened.find(key) is None
    opened.refresh()
    assert opened.find(key) == record


def test_a_revoked_key_is_refused_everywhere_after_a_refresh(keys: Keys, database_url: str) -> None:
    """Two processes of a service: each has a database of its own open."""
    (gone, key), (kept, other) = (keys.create(name, ["match"]) for name in ("gone", "kept"))
    with open_database(database_url) as one, open_database(database_url) as two:
        rings = [KeyRing(Keys(each)) for each in (one, two)]
        for each in rings:
            each.refresh()
            assert each.find(key) == gone
        keys.revoke(gone.id)
        for each in rings:
            each.refresh()
            assert each.find(key) is None
            assert each.find(other) == kept


@pytest.mark.parametrize("key", ["", "hr_", "\udcff", "ä", "\0", "x" * 100_000])
def test_what_is_no_key_is_not_found(keys: Keys, opened: KeyRing, key: str) -> None:
    keys.create("crawler", ["match"])
    opened.refresh()
    assert opened.find(key) is None


@given(data=st.data())
def test_nothing_but_the_very_key_is_found(make_database_url, data: st.DataObject) -> None:
    with open_database(make_database_url.again()) as database:
        keys = Keys(database)
        record, key = keys.create("crawler", ["match"])
        opened = KeyRing(keys)
        opened.refresh()
        at = data.draw(st.integers(0, len(key) - 1))
        other = data.draw(st.characters().filter(lambda each: each != key[at]))
        for wrong in (key[:at] + other + key[at + 1 :], key[:at], key + other, key.upper()):
            assert opened.find(wrong) is None
        assert opened.find(key) == record


def test_a_search_asks_no_database(database: Database, keys: Keys, opened: KeyRing) -> None:
    record, key = keys.create("crawler", ["match"])
    opened.refresh()
    asked: list[object] = []
    for kind in ("read", "write"):
        setattr(database, kind, asked.append)
    assert opened.find(key) == record
    assert opened.find("hr_another") is None
    assert asked == []


def test_uses_are_written_by_flush_alone(keys: Keys, opened: KeyRing) -> None:
    (used, key), (unused, _) = (keys.create(name, ["match"]) for name in ("used", "unused"))
    opened.refresh()
    before = now()
    for _ in range(3):
        opened.find(key)
    assert keys.get(used.id).last_used_at is None
    opened.flush()
    at = keys.get(used.id).last_used_at
    assert at is not None
    assert before <= at <= now()
    assert keys.get(unused.id).last_used_at is None


def test_each_use_is_written_once(
    keys: Keys, opened: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, key = keys.create("crawler", ["match"])
    opened.refresh()
    written: list[dict[int, datetime]] = []
    monkeypatch.setattr(keys, "note_uses", written.append)
    for _ in range(3):
        opened.find(key)
    opened.flush()
    opened.flush()
    assert [set(each) for each in written] == [{record.id}, set()]


def test_uses_that_could_not_be_written_are_written_later(
    keys: Keys, opened: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {name: keys.create(name, ["match"]) for name in ("both", "early")}
    opened.refresh()
    noon = now()
    times = iter([noon, noon, noon + timedelta(minutes=1)])
    monkeypatch.setattr(ring, "now", lambda: next(times))
    opened.find(made["early"][1])
    opened.find(made["both"][1])

    def busy(_uses: object) -> None:
        # Meanwhile a request comes.
        opened.find(made["both"][1])
        raise DatabaseBusy

    with monkeypatch.context() as patched:
        patched.setattr(keys, "note_uses", busy)
        with pytest.raises(DatabaseBusy):
            opened.flush()
    opened.flush()
    assert keys.get(made["early"][0].id).last_used_at == noon
    assert keys.get(made["both"][0].id).last_used_at == noon + timedelta(minutes=1)


def test_a_slow_reader_brings_no_revoked_key_back(
    keys: Keys, opened: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, key = keys.create("crawler", ["match"])
    has_read, go_on = threading.Event(), threading.Event()
    active = keys.active

    def slow() -> object:
        found = active()
        if not has_read.is_set():
            has_read.set()
            assert go_on.wait(30)
        return found

    monkeypatch.setattr(keys, "active", slow)
    poll = threading.Thread(target=opened.refresh)
    poll.start()
    assert has_read.wait(30)
    keys.revoke(record.id)
    change = threading.Thread(target=opened.refresh)
    change.start()
    # With the readers in turns, the later one waits here; otherwise it is done by now.
    change.join(0.2)
    go_on.set()
    poll.join()
    change.join()
    assert opened.find(key) is None


def test_no_key_is_in_a_text_about_the_ring(keys: Keys, opened: KeyRing) -> None:
    _, key = keys.create("crawler", ["match"])
    opened.refresh()
    assert opened.find(key) is not None
    assert key[8:] not in repr(opened) + repr(vars(opened))
