"""Passwords: which are taken, how they are kept, and that guessing gets nowhere."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from argon2 import PasswordHasher, extract_parameters
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text
from tests.accounts.conftest import PASSWORD, QUICK, Clock, Staff

from hedgerow.accounts import Accounts, BadPassword, Limits, NotPossible, SignInRefused, Stage
from hedgerow.accounts.hashing import Hashing, check_new
from hedgerow.store import Database, Vault, VaultProblem

Lines = Callable[[], list[tuple[str, str, str]]]


def wrong(accounts: Accounts, login: str = "ada", times: int = 1, password: str = "no") -> str:
    """Try a wrong password; returns how it is refused."""
    for _ in range(times):
        with pytest.raises(SignInRefused) as refused:
            accounts.passwords.check(login, password)
    return str(refused.value)


def hash_of(database: Database, vault: Vault, person_id: int = 1) -> str:
    with database.read() as session:
        sealed = session.execute(text(f"SELECT password FROM person WHERE id = {person_id}"))
        return Hashing(vault, QUICK).open(session, person_id, bytes(sealed.scalar_one()))


def test_the_right_password_is_known(accounts: Accounts, staff: Staff) -> None:
    ada = staff("ada@example.org")
    assert accounts.passwords.check("ada@example.org", PASSWORD) == ada
    assert accounts.passwords.check("  ADA@Example.org ", PASSWORD) == ada


@pytest.mark.parametrize(
    "password", ["", PASSWORD[:-1], PASSWORD + " ", PASSWORD.upper(), "\0", "\udcff", "x" * 10**6]
)
def test_nothing_but_the_very_password_is(accounts: Accounts, staff: Staff, password: str) -> None:
    staff()
    wrong(accounts, password=password)


@settings(max_examples=25)
@given(password=st.text(st.characters(exclude_categories=["Cs"]), min_size=24, max_size=60))
def test_any_text_can_be_one(tmp_path_factory, password: str) -> None:
    hashing = Hashing(Vault(tmp_path_factory.getbasetemp() / "p.key"), QUICK)
    try:
        hashed = hashing.hash_new(password, "ada")
    except BadPassword:
        return
    assert hashing.is_right(password, hashed)
    assert not hashing.is_right(password + "x", hashed)


def test_it_does_not_matter_how_a_keyboard_composes_its_letters(
    accounts: Accounts, staff: Staff
) -> None:
    staff("ada", password="über die grünen hügel")
    assert accounts.passwords.check("ada", "u\u0308ber die gru\u0308nen hu\u0308gel").id == 1


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("", "12 characters at least"),
        ("eleven char", "12 characters at least"),
        ("ﬃﬃﬃ", "12 characters at least"),  # three signs that stand for nine letters
        ("aaaaaaaaaaaaaaaa", "repeats itself"),
        ("abababababababab", "repeats itself"),
        ("my ada@example.org!", "your login"),
        ("MY ADA.LOVELACE 1", "your login"),
        ("password12345", "many people use"),
        ("Password12345", "many people use"),
        ("qwertyuiop123", "many people use"),
        ("correct horse battery staple", "many people use"),
        ("x" * 1025, "1024 characters at most"),
    ],
)
def test_what_is_easy_to_guess_is_refused(password: str, told: str) -> None:
    login = "ada.lovelace@example.org" if "LOVE" in password else "ada@example.org"
    with pytest.raises(BadPassword, match=told) as refused:
        check_new(password, login, Limits())
    assert not password or password not in str(refused.value)


@pytest.mark.parametrize(
    "password", ["twelve chars", "ﬃﬃﬃﬃ and on", "Ada had a garden", "x" + "ab1de" * 204]
)
def test_what_is_not_is_taken(password: str) -> None:
    check_new(password, "ada", Limits())


def test_the_list_of_common_ones_is_as_it_is_looked_up() -> None:
    from hedgerow.accounts.hashing import _common

    assert len(_common()) > 1000
    for each in _common():
        assert each == each.casefold().strip()
        assert len(each) >= 12


def test_it_is_kept_as_argon2id_with_the_settings(
    accounts: Accounts, staff: Staff, database: Database, vault: Vault
) -> None:
    staff()
    kept = hash_of(database, vault)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    # The library alone, without any of ours, agrees.
    assert PasswordHasher().verify(kept, PASSWORD)


def test_the_defaults_are_those_of_rfc_9106() -> None:
    """Its second recommended option, for where memory is limited: 3 passes, 64 MiB, 4 lanes."""
    limits = Limits()
    made = (limits.argon2_time, limits.argon2_memory_kib, limits.argon2_parallelism)
    assert made == (3, 65_536, 4)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("argon2_memory_kib", 19_455), ("argon2_time", 1), ("password_min", 7),
        ("argon2_parallelism", 0), ("password_max", 11), ("lock_after", 0),
        ("session_hours", 0), ("idle_minutes", -1), ("lock_most_minutes", 0.5),
    ],
)  # fmt: skip
def test_weak_settings_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        Limits(**{name: value})


def test_a_password_is_hashed_anew_when_the_settings_change(
    make_accounts: Callable[..., Accounts], staff: Staff, database: Database, vault: Vault
) -> None:
    staff()
    before = hash_of(database, vault)
    other = make_accounts(replace(QUICK, argon2_time=3))
    wrong(other)
    assert hash_of(database, vault) == before
    assert other.passwords.check("ada", PASSWORD)
    after = hash_of(database, vault)
    assert extract_parameters(after).time_cost == 3
    assert other.passwords.check("ada", PASSWORD)
    assert hash_of(database, vault) == after


def test_a_hash_is_good_for_its_own_person_alone(
    accounts: Accounts, staff: Staff, database: Database
) -> None:
    """Who can write to the database can't give somebody a password that they know."""
    staff("ada")
    staff("eve", "analyst", password="known to eve alone")
    with database.write() as session:
        session.execute(
            text("UPDATE person SET password = (SELECT password FROM person WHERE id = 2)")
        )
    with pytest.raises(VaultProblem):
        accounts.passwords.check("ada", "known to eve alone")


def test_every_refusal_reads_the_same(accounts: Accounts, staff: Staff) -> None:
    staff("admin", "administrator")
    staff("wrong", "lead")
    locked = staff("locked", "lead")
    gone = staff("gone", "lead")
    accounts.people.invite("invited", "x", ["lead"])
    accounts.people.deactivate(gone.id)
    wrong(accounts, "locked", QUICK.lock_after)
    assert accounts.people.get(locked.id).locked_until is not None
    told = {
        wrong(accounts, "wrong"),
        wrong(accounts, "locked", password=PASSWORD),
        wrong(accounts, "gone", password=PASSWORD),
        wrong(accounts, "invited", password=PASSWORD),
        wrong(accounts, "nobody", password=PASSWORD),
        wrong(accounts, "", password=PASSWORD),
        wrong(accounts, "\0", password=PASSWORD),
        wrong(accounts, "x" * 10_000, password=PASSWORD),
    }
    assert len(told) == 1


@pytest.fixture
def statements(database: Database):
    """What the database is asked, as it is counted."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, _parameters, _context, _many) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def test_every_refusal_costs_the_same(
    accounts: Accounts, staff: Staff, statements, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hash each, and the same changes of the database: no clock tells who has an account."""
    staff("admin", "administrator")
    staff("wrong", "lead")
    staff("locked", "lead")
    gone = staff("gone", "lead")
    accounts.people.deactivate(gone.id)
    accounts.people.invite("invited", "x", ["lead"])
    hashed: list[str] = []
    verify = PasswordHasher.verify

    def counted(self, hash_, password):
        hashed.append(hash_.split("$")[3])
        return verify(self, hash_, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)

    def cost(login: str) -> object:
        hashed.clear()
        statements.clear()
        wrong(accounts, login)
        writes = [each.split()[0] for each in statements if "INSERT" in each or "UPDATE" in each]
        return tuple(hashed), tuple(writes)

    wrong(accounts, "locked", times=QUICK.lock_after)
    for login in ("nobody", "wrong", "gone", "invited"):
        wrong(accounts, login)  # the first try of all makes the row that counts them
    costs = {cost(login) for login in ("nobody", "wrong", "locked", "gone", "invited")}
    assert len(costs) == 1
    wrong(accounts, "nobody", times=QUICK.lock_after)
    assert cost("nobody") in costs
    [(hashes, writes)] = costs
    assert hashes == ("m=19456,t=2,p=1",)
    assert "UPDATE" in writes


def test_wrong_tries_close_an_account_for_longer_and_longer(
    accounts: Accounts, staff: Staff, clock: Clock
) -> None:
    ada = staff()
    wrong(accounts, times=QUICK.lock_after - 1)
    assert accounts.people.get(ada.id).locked_until is None
    minutes = []
    for _ in range(9):
        wrong(accounts)
        until = accounts.people.get(ada.id).locked_until
        assert until is not None
        minutes.append((until - clock.at).total_seconds() / 60)
        wrong(accounts, password=PASSWORD)  # closed to the right one, too
        assert accounts.people.get(ada.id).locked_until == until
        clock.at = until
        assert accounts.people.get(ada.id).locked_until is None
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert accounts.passwords.check("ada", PASSWORD) == ada


def test_the_right_password_does_not_begin_the_count_anew(accounts: Accounts, staff: Staff) -> None:
    """Or whoever knows it could guess codes for ever, four at a time."""
    ada = staff()
    for _ in range(3):
        wrong(accounts)
        accounts.passwords.check("ada", PASSWORD)
    wrong(accounts)
    assert accounts.people.get(ada.id).locked_until is None
    wrong(accounts)
    assert accounts.people.get(ada.id).locked_until is not None


def test_after_a_day_the_count_begins_anew(accounts: Accounts, staff: Staff, clock: Clock) -> None:
    ada = staff()
    wrong(accounts, times=QUICK.lock_after - 1)
    clock.forward(hours=QUICK.forget_hours, seconds=1)
    wrong(accounts)
    assert accounts.people.get(ada.id).locked_until is None


def test_an_account_is_opened_again(accounts: Accounts, staff: Staff) -> None:
    ada = staff()
    wrong(accounts, times=QUICK.lock_after)
    assert accounts.people.unlock(ada.id).locked_until is None
    assert accounts.passwords.check("ada", PASSWORD) == ada


def test_closing_one_account_closes_no_other(accounts: Accounts, staff: Staff) -> None:
    staff("ada")
    bob = staff("bob", "lead")
    wrong(accounts, "ada", QUICK.lock_after)
    wrong(accounts, "nobody", QUICK.lock_after + 2)
    assert accounts.passwords.check("bob", PASSWORD) == bob


def test_many_guesses_at_once_are_no_more_than_one_after_the_other(
    accounts: Accounts, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff()
    looked_at: list[str] = []
    is_right = Hashing.is_right

    def counted(self, password, hashed):
        if hashed is not None:
            looked_at.append(password)
        return is_right(self, password, hashed)

    monkeypatch.setattr(Hashing, "is_right", counted)
    start = threading.Barrier(12)

    def guess() -> None:
        start.wait()
        wrong(accounts)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked_at) == QUICK.lock_after


def test_a_closed_account_is_told_in_the_log_once_for_each_time(
    accounts: Accounts, staff: Staff, clock: Clock, lines: Lines
) -> None:
    staff()
    wrong(accounts, times=QUICK.lock_after + 3)
    wrong(accounts, "nobody", QUICK.lock_after + 3)
    told = [line for line in lines() if line[1] == "person.locked"]
    assert told == [("command", "person.locked", "person:1"), ("command", "person.locked", "")]


def test_a_password_that_was_reset_meanwhile_is_no_longer_right(
    accounts: Accounts, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = staff()
    is_right = Hashing.is_right

    def slow(self, password, hashed):
        found = is_right(self, password, hashed)
        accounts.people.reset(ada.id, even_last=True)
        return found

    monkeypatch.setattr(Hashing, "is_right", slow)
    wrong(accounts, password=PASSWORD)


def test_a_changed_password_ends_the_other_sessions(
    accounts: Accounts, staff: Staff, lines: Lines
) -> None:
    ada = staff()
    here, there = (accounts.sessions.create(ada.id, Stage.FULL) for _ in range(2))
    mine = accounts.sessions.find(here)
    assert mine is not None
    accounts.passwords.change(ada.id, PASSWORD, "frost on the garden gate", keep=mine.id)
    assert accounts.sessions.find(here) is not None
    assert accounts.sessions.find(there) is None
    wrong(accounts, password=PASSWORD)
    assert accounts.passwords.check("ada", "frost on the garden gate") == accounts.people.get(1)
    assert lines()[-1][1:] == ("person.password_changed", "person:1")


def test_a_password_is_changed_by_who_knows_it(accounts: Accounts, staff: Staff) -> None:
    ada = staff()
    with pytest.raises(SignInRefused):
        accounts.passwords.change(ada.id, "no", "frost on the garden gate")
    with pytest.raises(BadPassword):
        accounts.passwords.change(ada.id, PASSWORD, "short")
    assert accounts.passwords.check("ada", PASSWORD) == ada
    bob, _ = accounts.people.invite("bob", "Bob", ["lead"])
    with pytest.raises(NotPossible, match="no password"):
        accounts.passwords.change(bob.id, "", "frost on the garden gate")
