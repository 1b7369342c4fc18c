"""Sessions: they end, they are rotated, and they are nobody else's."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import text, update
from tests.accounts.conftest import QUICK, Clock, Staff
from tests.postgres import postgres_only

from hedgerow.accounts import Accounts, Stage
from hedgerow.accounts.models import PersonRow
from hedgerow.store import Database, open_database

Lines = Callable[[], list[tuple[str, str, str]]]
MISFITS = ["", "x", "\udcff", "\0", "ä", "x" * 100_000]


def rows(database: Database) -> int:
    with database.read() as session:
        return session.execute(text("SELECT count(*) FROM person_session")).scalar_one()


def test_a_session_is_found_by_its_token(accounts: Accounts, staff: Staff, clock: Clock) -> None:
    ada = staff()
    token = accounts.sessions.create(ada.id, Stage.FULL, "Firefox on Linux")
    found = accounts.sessions.find(token)
    assert found is not None
    assert found.person.login == "ada"
    assert (found.stage, found.client) == (Stage.FULL, "Firefox on Linux")
    assert found.created_at == found.seen_at == clock.at
    assert (found.expires_at - clock.at).total_seconds() == 30 * 60
    assert len(token) == 43
    assert token not in repr(found)
    assert accounts.people.get(ada.id).last_seen_at == clock.at


@pytest.mark.parametrize("token", MISFITS, ids=range(len(MISFITS)))
def test_what_is_no_token_finds_nothing(accounts: Accounts, staff: Staff, token: str) -> None:
    accounts.sessions.create(staff().id, Stage.FULL)
    assert accounts.sessions.find(token) is None
    assert accounts.sessions.promote(token) is None
    accounts.sessions.end(token)
    assert len(accounts.sessions.list(1)) == 1


def test_a_session_that_is_not_used_ends(accounts: Accounts, staff: Staff, clock: Clock) -> None:
    ada = staff()
    used, unused = (accounts.sessions.create(ada.id, Stage.FULL) for _ in range(2))
    clock.forward(minutes=20)
    assert accounts.sessions.find(used)
    clock.forward(minutes=10)
    assert accounts.sessions.find(used)
    assert accounts.sessions.find(unused) is None
    assert len(accounts.sessions.list(ada.id)) == 1


def test_a_session_ends_however_much_it_is_used(
    accounts: Accounts, staff: Staff, clock: Clock
) -> None:
    token = accounts.sessions.create(staff().id, Stage.FULL)
    for _ in range(12 * 4 - 1):
        clock.forward(minutes=15)
        found = accounts.sessions.find(token)
        assert found is not None
    assert (found.expires_at - clock.at).total_seconds() <= 15 * 60
    clock.forward(minutes=15)
    assert accounts.sessions.find(token) is None


@pytest.mark.parametrize("stage", [Stage.SECOND_FACTOR, Stage.ENROL])
def test_signing_in_has_little_time(
    accounts: Accounts, staff: Staff, clock: Clock, stage: Stage
) -> None:
    token = accounts.sessions.create(staff().id, stage)
    clock.forward(minutes=9)
    assert accounts.sessions.find(token)
    clock.forward(minutes=1)
    assert accounts.sessions.find(token) is None
    assert accounts.sessions.promote(token) is None


def test_the_last_use_is_written_once_a_minute(
    accounts: Accounts, staff: Staff, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = staff()
    token = accounts.sessions.create(ada.id, Stage.FULL)
    began = clock.at
    writes: list[object] = []
    write = Database.write
    monkeypatch.setattr(
        Database, "write", lambda self, **how: (writes.append(1), write(self, **how))[1]
    )
    for _ in range(5):
        clock.forward(seconds=11)
        assert accounts.sessions.find(token)
    assert writes == []
    assert accounts.people.get(ada.id).last_seen_at == began
    clock.forward(seconds=5)
    for _ in range(3):
        assert accounts.sessions.find(token)
    assert writes == [1]
    assert accounts.people.get(ada.id).last_seen_at == clock.at
    assert accounts.sessions.list(ada.id)[0].seen_at == clock.at


def test_a_session_is_found_while_another_writer_holds_the_database(
    accounts: Accounts, staff: Staff, clock: Clock, database: Database
) -> None:
    ada = staff()
    token = accounts.sessions.create(ada.id, Stage.FULL)
    clock.forward(minutes=2)
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with database.write() as session:
            session.execute(update(PersonRow).values(name="Ada L."))
            held.set()
            assert release.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(60)
        began = time.monotonic()
        assert accounts.sessions.find(token)
        assert time.monotonic() - began < 10  # a change would wait for 30
        assert accounts.people.get(ada.id).last_seen_at != clock.at
    finally:
        release.set()
        holder.join()
    assert accounts.sessions.find(token)
    assert accounts.people.get(ada.id).last_seen_at == clock.at


def test_a_token_is_new_after_each_step(accounts: Accounts, staff: Staff, clock: Clock) -> None:
    ada = staff()
    first = accounts.sessions.create(ada.id, Stage.SECOND_FACTOR, "here")
    found = accounts.sessions.find(first)
    assert found is not None
    accounts.sessions.keep(found.id, "challenge", "x")
    clock.forward(minutes=5)
    second = accounts.sessions.promote(first)
    assert second is not None
    assert second != first
    assert accounts.sessions.find(first) is None
    assert accounts.sessions.promote(first) is None
    full = accounts.sessions.find(second)
    assert full is not None
    assert (full.stage, full.client, full.created_at) == (Stage.FULL, "here", clock.at)
    assert full.id != found.id
    assert accounts.sessions.take(full.id, "challenge") is None


def test_a_token_is_promoted_once_whoever_comes_at_the_same_time(
    accounts: Accounts, staff: Staff
) -> None:
    token = accounts.sessions.create(staff().id, Stage.SECOND_FACTOR)
    start = threading.Barrier(4)
    got: list[str | None] = []

    def go_on() -> None:
        start.wait()
        got.append(accounts.sessions.promote(token))

    threads = [threading.Thread(target=go_on) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([each for each in got if each]) == 1
    assert len(got) == 4


def test_an_ended_session_is_gone_everywhere(
    accounts: Accounts, staff: Staff, database_url: str, make_accounts, vault
) -> None:
    """Another process of the service has the database open, too."""
    token = accounts.sessions.create(staff().id, Stage.FULL)
    with open_database(database_url) as other:
        there = Accounts(other, vault, QUICK)
        assert there.sessions.find(token)
        accounts.sessions.end(token)
        assert there.sessions.find(token) is None


def test_sessions_are_ended_one_by_one_and_all_at_once(
    accounts: Accounts, staff: Staff, lines: Lines
) -> None:
    ada, bob = staff("ada"), staff("bob", "lead")
    mine = [accounts.sessions.create(ada.id, Stage.FULL) for _ in range(4)]
    other = accounts.sessions.create(bob.id, Stage.FULL)
    newest, *_, oldest = accounts.sessions.list(ada.id)
    accounts.sessions.end_one(bob.id, oldest.id)  # not Bob's to end
    assert len(accounts.sessions.list(ada.id)) == 4
    accounts.sessions.end_one(ada.id, oldest.id)
    assert accounts.sessions.find(mine[0]) is None
    assert accounts.sessions.end_all(ada.id, but=newest.id) == 2
    assert [accounts.sessions.find(each) is not None for each in mine] == [0, 0, 0, 1]
    assert accounts.sessions.end_all(ada.id) == 1
    assert accounts.sessions.end_all(ada.id) == 0
    assert accounts.sessions.find(other)
    assert [line[1] for line in lines() if "signed_out" in line[1]] == [
        "person.signed_out", "person.signed_out_everywhere", "person.signed_out_everywhere",
    ]  # fmt: skip


def test_signing_in_and_out_leaves_lines(accounts: Accounts, staff: Staff, lines: Lines) -> None:
    token = accounts.sessions.create(staff().id, Stage.SECOND_FACTOR)
    assert lines()[-1][1] == "person.accepted"
    token = accounts.sessions.promote(token)
    assert token is not None
    assert lines()[-1] == ("person 1", "person.signed_in", "person:1")
    accounts.sessions.end(token)
    assert lines()[-1][1:] == ("person.signed_out", "person:1")
    accounts.sessions.end(token)
    assert [line[1] for line in lines()].count("person.signed_out") == 1


def test_a_person_has_so_many_sessions_at_most(
    make_accounts: Callable[..., Accounts], staff: Staff, clock: Clock
) -> None:
    from dataclasses import replace

    sessions = make_accounts(replace(QUICK, max_sessions=3)).sessions
    ada = staff()
    tokens = []
    for _ in range(3):
        clock.forward(minutes=2)
        tokens.append(sessions.create(ada.id, Stage.FULL))
    clock.forward(minutes=2)
    assert sessions.find(tokens[0])  # used just now, so the second was used longest ago
    tokens.append(sessions.create(ada.id, Stage.FULL))
    assert [sessions.find(each) is not None for each in tokens] == [1, 0, 1, 1]


def test_what_has_ended_is_deleted_at_the_next_sign_in(
    accounts: Accounts, staff: Staff, clock: Clock, database: Database
) -> None:
    ada, bob = staff("ada"), staff("bob", "lead")
    for stage in Stage:
        accounts.sessions.create(ada.id, stage)
    assert rows(database) == 3
    clock.forward(minutes=31)
    accounts.sessions.create(bob.id, Stage.FULL)
    assert rows(database) == 1


def test_what_is_kept_is_taken_once(accounts: Accounts, staff: Staff) -> None:
    ada = staff()
    one, other = (
        accounts.sessions.find(accounts.sessions.create(ada.id, Stage.FULL)) for _ in range(2)
    )
    assert one is not None
    assert other is not None
    value = {"challenge": "abc", "list": [1, None, True]}
    accounts.sessions.keep(one.id, "a", value)
    accounts.sessions.keep(one.id, "b", 7)
    assert accounts.sessions.take(other.id, "a") is None
    assert accounts.sessions.take(one.id, "a") == value
    assert accounts.sessions.take(one.id, "a") is None
    assert accounts.sessions.take(one.id, "b") == 7
    accounts.sessions.keep(10**6, "a", 1)  # has ended meanwhile
    assert accounts.sessions.take(10**6, "a") is None


@postgres_only("there are two writers at a time")
def test_people_come_and_go_at_once_without_standing_in_each_others_way(
    accounts: Accounts, staff: Staff, clock: Clock
) -> None:
    """Locks are taken in one order: nobody's sign-in fails as somebody is deactivated."""
    staff("admin", "administrator")
    bob = staff("bob", "lead")
    failed: list[BaseException] = []
    stop = threading.Event()

    def attempt(call: Callable[[], object]) -> None:
        while not stop.is_set():
            try:
                call()
            except Exception as problem:  # noqa: BLE001  # told below
                if "there is no person" not in str(problem):
                    failed.append(problem)
                    return

    def come() -> None:
        token = accounts.sessions.create(bob.id, Stage.SECOND_FACTOR)
        token = accounts.sessions.promote(token) or ""
        clock.forward(seconds=61)
        accounts.sessions.find(token)
        accounts.sessions.end(token)

    def go() -> None:
        accounts.people.deactivate(bob.id)
        accounts.people.reactivate(bob.id)

    threads = [threading.Thread(target=attempt, args=(call,)) for call in (come, come, go)]
    for thread in threads:
        thread.start()
    stop.wait(5)
    stop.set()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_session_that_was_left_over_is_good_for_nobody_who_is_out(
    accounts: Accounts, staff: Staff, clock: Clock, database: Database
) -> None:
    """As after a restore of one table, or by another program: it is looked up each time."""
    token = accounts.sessions.create(staff().id, Stage.FULL)
    with database.write() as session:
        session.execute(update(PersonRow).values(deactivated_at=clock.at))
    assert accounts.sessions.find(token) is None
    assert accounts.sessions.promote(token) is None
    assert rows(database) == 1
