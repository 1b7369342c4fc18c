"""People: who there is, and what may be changed of them."""

import threading
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.accounts.conftest import PASSWORD, QUICK, Clock, Staff
from tests.postgres import postgres_only

from hedgerow.accounts import (
    Accounts,
    AccountsProblem,
    BadLink,
    BadPerson,
    LoginTaken,
    NoSuchPerson,
    NotPossible,
    Permission,
    PersonState,
    Role,
    SignInRefused,
    Stage,
)
from hedgerow.accounts.models import PasskeyRow
from hedgerow.store import Actor, ActorKind, Database, Vault, acting, open_database

Lines = Callable[[], list[tuple[str, str, str]]]
NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=128)


def test_what_is_known_of_an_invited_person(accounts: Accounts, clock: Clock) -> None:
    person, token = accounts.people.invite(" Ada@Example.ORG ", " Ada Müller ", ["lead", "lead"])
    assert (person.id, person.name, person.login) == (1, "Ada Müller", "ada@example.org")
    assert (person.roles, person.state) == ({Role.LEAD}, "invited")
    assert (person.has_password, person.has_totp, person.passkeys) == (False, False, 0)
    assert (person.created_at, person.last_seen_at, person.locked_until) == (clock.at, None, None)
    assert person.may(Permission.BANKS_EDIT)
    assert not person.may(Permission.PEOPLE)
    assert accounts.people.get(1) == accounts.people.by_login("ADA@example.org") == person
    assert accounts.people.list() == [person]
    assert token not in repr(person)


@given(name=NAMES, roles=st.sets(st.sampled_from([*set(Role) - {Role.AUDITOR}]), min_size=1))
def test_any_name_and_roles_come_back(
    make_database_url, tmp_path_factory, name: str, roles: set[Role]
) -> None:
    with open_database(make_database_url.again()) as database:
        vault = Vault(tmp_path_factory.getbasetemp() / "a.key")
        people = Accounts(database, vault, QUICK).people
        made, _ = people.invite("x", name, roles)
        assert (made.name, made.roles) == (name, roles)
        assert people.get(made.id) == made


@pytest.mark.parametrize(
    ("login", "name", "roles", "told"),
    [
        ("", "x", ["lead"], "a login is"),
        ("a b", "x", ["lead"], "without spaces"),
        ("a@b@c", "x", ["lead"], "one @ at most"),
        ("@b", "x", ["lead"], "a login is"),
        ("a" * 255, "x", ["lead"], "254"),
        ("a\x1b[2J", "x", ["lead"], "printable"),
        ("a\0", "x", ["lead"], "printable"),
        ("\udcff", "x", ["lead"], "printable"),
        ("x", " ", ["lead"], "1 to 128"),
        ("x", "x" * 129, ["lead"], "1 to 128"),
        ("x", "a\nb", ["lead"], "printable"),
        ("x", "x", [], "moderator, companion, lead, administrator"),
        ("x", "x", ["boss"], "no role 'boss'; there are moderator"),
        ("x", "x", "lead", "no role"),
        ("x", "x", ["auditor", "lead"], "can't be moderator, companion or lead as well"),
    ],
)
def test_impossible_people_are_refused(
    accounts: Accounts, login: str, name: str, roles: list[str], told: str
) -> None:
    with pytest.raises(BadPerson, match=told):
        accounts.people.invite(login, name, roles)
    assert accounts.people.list() == []


@pytest.mark.parametrize("same", ["ada@example.org", "ADA@EXAMPLE.ORG", " ａda@example.org"])
def test_a_login_is_somebodys_alone_however_it_is_typed(accounts: Accounts, same: str) -> None:
    accounts.people.invite("ada@example.org", "Ada", ["lead"])
    with pytest.raises(LoginTaken):
        accounts.people.invite(same, "Another", ["lead"])
    assert len(accounts.people.list()) == 1


@pytest.mark.parametrize("number", [0, -1, 7, 2**63, 10**40])
def test_a_person_who_is_none(accounts: Accounts, number: int) -> None:
    people = accounts.people
    people.invite("ada", "Ada", ["lead"])
    asked = (
        people.get, people.deactivate, people.reactivate, people.reset, people.unlock,
        lambda one: people.change_roles(one, ["lead"]), lambda one: people.rename(one, "x"),
    )  # fmt: skip
    for ask in asked:
        with pytest.raises(NoSuchPerson, match=f"no person {number}; list"):
            ask(number)
    with pytest.raises(NoSuchPerson, match="'bob'"):
        people.by_login("bob")
    assert issubclass(NoSuchPerson, AccountsProblem)


def test_pages_follow_each_other(accounts: Accounts) -> None:
    made = [accounts.people.invite(f"p{n}", "x", ["lead"])[0] for n in range(7)]
    seen: list = []
    while page := accounts.people.list(after=seen[-1].id if seen else 0, limit=3):
        seen += page
    assert seen == made


def test_names_are_told_by_number(accounts: Accounts) -> None:
    for login in ("ada", "bob"):
        accounts.people.invite(login, login.title(), ["lead"])
    assert accounts.people.names([2, 1, 2, 99]) == {1: "Ada", 2: "Bob"}
    assert accounts.people.names([]) == {}


def test_roles_count_from_the_next_look_at_a_session(accounts: Accounts, staff: Staff) -> None:
    staff("ada")
    bob = staff("bob", "moderator")
    token = accounts.sessions.create(bob.id, Stage.FULL)
    accounts.people.change_roles(bob.id, ["analyst"])
    found = accounts.sessions.find(token)
    assert found is not None
    assert found.person.roles == {Role.ANALYST}
    assert not found.person.may(Permission.REVEAL)


def test_a_name_is_changed_and_the_login_stays(accounts: Accounts, staff: Staff) -> None:
    ada = staff()
    renamed = accounts.people.rename(ada.id, " Ada L. ")
    assert (renamed.name, renamed.login) == ("Ada L.", "ada")


def test_a_login_is_changed_and_whoever_is_signed_in_stays_so(
    accounts: Accounts, staff: Staff
) -> None:
    staff("ada")
    bob = staff("bob", "lead")
    session = accounts.sessions.create(bob.id, Stage.FULL)
    changed = accounts.people.change_login(bob.id, " Robert@Example.org")
    assert (changed.login, changed.name) == ("robert@example.org", bob.name)
    assert accounts.sessions.find(session) is not None
    assert accounts.passwords.check("robert@example.org", PASSWORD).id == bob.id
    with pytest.raises(SignInRefused):
        accounts.passwords.check("bob", PASSWORD)
    with pytest.raises(LoginTaken):
        accounts.people.change_login(bob.id, "ADA")
    with pytest.raises(BadPerson):
        accounts.people.change_login(bob.id, "two words")
    assert accounts.people.change_login(bob.id, "robert@example.org") == changed


def test_second_factors_alone_are_taken_away(
    accounts: Accounts, staff: Staff, database: Database, clock: Clock
) -> None:
    ada, bob = staff("ada"), staff("bob", "lead")
    with pytest.raises(NotPossible, match="no second factor"):
        accounts.people.remove_second_factors(bob.id)
    for person in (ada, bob):
        secret = accounts.codes.begin(person.id).secret
        accounts.codes.confirm(person.id, pyotp.TOTP(secret).at(clock.at))
    with database.write() as session:
        session.add(
            PasskeyRow(id=1, person_id=bob.id, name="key", credential_id=b"1", credential=b"1",
                       sign_count=0, created_at=bob.created_at)
        )  # fmt: skip
    accounts.codes.begin(bob.id)
    tokens = [accounts.sessions.create(bob.id, stage) for stage in Stage]
    left = accounts.people.remove_second_factors(bob.id)
    assert (left.has_second_factor, left.has_password, left.state) == (False, True, "active")
    assert accounts.codes.begun(bob.id) is None
    assert [accounts.sessions.find(each) for each in tokens] == [None, None, None]
    assert accounts.passwords.check("bob", PASSWORD).id == bob.id
    assert accounts.people.get(ada.id).has_totp
    with acting(Actor(ActorKind.PERSON, ada.id)), pytest.raises(NotPossible, match="your own"):
        accounts.people.remove_second_factors(ada.id)
    accounts.people.deactivate(bob.id)
    with pytest.raises(NotPossible, match="reactivate it first"):
        accounts.people.remove_second_factors(bob.id)


def test_people_are_found_by_words_and_state(accounts: Accounts, staff: Staff) -> None:
    staff("ada")
    accounts.people.rename(staff("bob", "lead").id, "Örjan 100%")
    accounts.people.invite("orjan@example.org", "Cleo", ["lead"])
    accounts.people.deactivate(staff("dora", "lead").id)

    def found(**asked: Any) -> list[str]:
        return [each.login for each in accounts.people.list(**asked)]

    assert found(words="ÖRJAN") == ["bob"]
    assert found(words="0%") == ["bob"]
    assert found(words="%") == ["bob"]
    assert found(words="Example") == ["orjan@example.org"]
    assert found(state=PersonState.INVITED) == ["orjan@example.org"]
    assert found(state=PersonState.DEACTIVATED) == ["dora"]
    assert found(state=PersonState.ACTIVE) == ["ada", "bob"]
    assert found(words="a", state=PersonState.ACTIVE, limit=1) == ["ada"]
    assert found(words="a", limit=1, after=1) == ["bob"]
    assert [each.login for each in accounts.people.active(Permission.LEAD)] == ["bob"]


def test_a_deactivated_person_is_out_at_once(accounts: Accounts, staff: Staff) -> None:
    staff("ada")
    bob = staff("bob", "lead")
    tokens = [accounts.sessions.create(bob.id, stage) for stage in Stage]
    gone = accounts.people.deactivate(bob.id)
    assert gone.state == "deactivated"
    assert [accounts.sessions.find(each) for each in tokens] == [None, None, None]
    assert [accounts.sessions.promote(each) for each in tokens] == [None, None, None]
    with pytest.raises(SignInRefused):
        accounts.passwords.check("bob", PASSWORD)
    with pytest.raises(NoSuchPerson):
        accounts.sessions.create(bob.id, Stage.FULL)
    with pytest.raises(NotPossible, match="reactivate it first"):
        accounts.people.reset(bob.id)
    assert accounts.people.deactivate(bob.id) == gone


def test_a_reactivated_person_is_as_before_but_signed_out(accounts: Accounts, staff: Staff) -> None:
    staff("ada")
    bob = staff("bob", "lead")
    token = accounts.sessions.create(bob.id, Stage.FULL)
    accounts.people.deactivate(bob.id)
    assert accounts.people.reactivate(bob.id).state == "active"
    assert accounts.sessions.find(token) is None
    assert accounts.passwords.check("bob", PASSWORD).id == bob.id


def test_a_deactivated_invitation_is_good_for_nothing(accounts: Accounts) -> None:
    bob, token = accounts.people.invite("bob", "Bob", ["lead"])
    accounts.people.deactivate(bob.id)
    for ask in (accounts.people.invitation, lambda one: accounts.people.accept(one, PASSWORD)):
        with pytest.raises(BadLink):
            ask(token)
    assert accounts.people.reactivate(bob.id).state == "invited"
    with pytest.raises(BadLink):
        accounts.people.invitation(token)


def test_a_reset_takes_everything_that_lets_somebody_in(accounts: Accounts, staff: Staff) -> None:
    staff("ada")
    bob = staff("bob", "lead")
    session = accounts.sessions.create(bob.id, Stage.FULL)
    accounts.codes.begin(bob.id)
    for _ in range(QUICK.lock_after):
        with pytest.raises(SignInRefused):
            accounts.passwords.check("bob", "wrong")
    token = accounts.people.reset(bob.id)
    now = accounts.people.get(bob.id)
    assert (now.state, now.has_password, now.locked_until) == ("invited", False, None)
    assert accounts.codes.begun(bob.id) is None
    assert accounts.sessions.find(session) is None
    with pytest.raises(SignInRefused):
        accounts.passwords.check("bob", PASSWORD)
    assert accounts.people.accept(token, "something else entirely").state == "active"
    assert accounts.passwords.check("bob", "something else entirely").id == bob.id


def test_somebody_can_always_administer(accounts: Accounts, staff: Staff) -> None:
    ada = staff("ada", "administrator", "lead")
    staff("bob", "lead")
    accounts.people.invite("cleo", "Cleo", ["administrator"])  # hasn't come yet
    people = accounts.people
    for ask in (
        people.deactivate,
        people.reset,
        lambda one: people.change_roles(one, ["lead"]),
    ):
        with pytest.raises(NotPossible, match="only active administrator"):
            ask(ada.id)
    assert people.get(ada.id) == ada
    # Whoever runs commands on the machine may have it reset all the same.
    assert people.reset(ada.id, even_last=True)


def test_with_a_second_administrator_the_first_can_go(accounts: Accounts, staff: Staff) -> None:
    ada, bob = staff("ada"), staff("bob")
    assert accounts.people.change_roles(ada.id, ["lead"]).roles == {Role.LEAD}
    with pytest.raises(NotPossible):
        accounts.people.deactivate(bob.id)
    accounts.people.change_roles(ada.id, ["administrator"])
    assert accounts.people.deactivate(bob.id).state == "deactivated"


def test_nobody_changes_their_own_roles_or_shuts_themselves_out(
    accounts: Accounts, staff: Staff
) -> None:
    ada, bob = staff("ada"), staff("bob")
    with acting(Actor(ActorKind.PERSON, ada.id)):
        with pytest.raises(NotPossible, match="somebody else"):
            accounts.people.change_roles(ada.id, ["administrator", "moderator"])
        with pytest.raises(NotPossible, match="somebody else"):
            accounts.people.deactivate(ada.id)
        assert accounts.people.change_roles(bob.id, ["moderator"]).roles == {Role.MODERATOR}
    # The API key or command of the same number is no person.
    with acting(Actor(ActorKind.KEY, ada.id)):
        assert accounts.people.change_roles(ada.id, ["administrator", "lead"])


@postgres_only("there are two writers at a time")
def test_two_administrators_cannot_remove_each_other_at_once(
    accounts: Accounts, staff: Staff
) -> None:
    both = [staff("ada"), staff("bob")]
    start = threading.Barrier(2)
    refused: list[Exception] = []

    def remove(number: int) -> None:
        start.wait()
        try:
            accounts.people.deactivate(number)
        except NotPossible as problem:
            refused.append(problem)

    threads = [threading.Thread(target=remove, args=(each.id,)) for each in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert sorted(each.state for each in accounts.people.list()) == ["active", "deactivated"]


def test_each_change_leaves_a_line_with_who_made_it(
    accounts: Accounts, staff: Staff, lines: Lines
) -> None:
    with acting(Actor(ActorKind.PERSON, 99)):
        staff("ada")
        bob = staff("bob", "lead")
        accounts.people.change_roles(bob.id, ["moderator"])
        accounts.people.rename(bob.id, "Robert")
        accounts.people.deactivate(bob.id)
        accounts.people.reactivate(bob.id)
        accounts.people.reset(bob.id)
        accounts.people.unlock(bob.id)
    assert lines()[2:] == [
        ("person 99", "person.invited", "person:2"),
        ("person 2", "person.accepted", "person:2"),
        ("person 99", "person.roles_changed", "person:2"),
        ("person 99", "person.renamed", "person:2"),
        ("person 99", "person.deactivated", "person:2"),
        ("person 99", "person.reactivated", "person:2"),
        ("person 99", "person.reset", "person:2"),
        ("person 99", "person.unlocked", "person:2"),
    ]


def test_what_is_refused_leaves_no_line(accounts: Accounts, staff: Staff, lines: Lines) -> None:
    ada = staff()
    before = lines()
    with pytest.raises(NotPossible):
        accounts.people.deactivate(ada.id)
    with pytest.raises(LoginTaken):
        accounts.people.invite("ada", "x", ["lead"])
    assert lines() == before


def test_a_login_that_looks_like_a_hash_is_no_hindrance(accounts: Accounts) -> None:
    """The log refuses such texts: so none of a person's words are in it."""
    person, token = accounts.people.invite("deadbeefdeadbeefdeadbeef", "f" * 64, ["lead"])
    assert accounts.people.accept(token, PASSWORD).id == person.id
