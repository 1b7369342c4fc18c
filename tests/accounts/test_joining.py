"""How people come in: one-time links, once, in time, and for whom they are."""

import threading
from collections.abc import Callable

import pytest
from tests.accounts.conftest import PASSWORD, Clock, Staff

from hedgerow.accounts import (
    Accounts,
    BadLink,
    BadPassword,
    BadPerson,
    LinkKind,
    LoginTaken,
    Person,
    Role,
)
from hedgerow.accounts.hashing import Hashing

Lines = Callable[[], list[tuple[str, str, str]]]
MISFITS = ["", "hr_link_", "hr_link_x", "\udcff", "\0", "ä", "x" * 100_000]


def set_up(accounts: Accounts, token: str) -> Person:
    return accounts.people.accept(token, PASSWORD, login="Ada@Example.org", name="Ada")


def test_a_link_sets_up_the_first_administrator(
    accounts: Accounts, clock: Clock, lines: Lines
) -> None:
    token = accounts.people.setup_link_token()
    assert token is not None
    assert token.startswith("hr_link_")
    assert len(token) > 50
    found = accounts.people.invitation(token)
    assert (found.kind, found.person) == (LinkKind.SET_UP, None)
    assert (found.expires_at - clock.at).total_seconds() == 24 * 3600
    ada = set_up(accounts, token)
    assert (ada.login, ada.roles, ada.state) == ("ada@example.org", {Role.ADMINISTRATOR}, "active")
    assert accounts.passwords.check("ada@example.org", PASSWORD) == ada
    assert [line[1:] for line in lines()] == [
        ("set_up.offered", ""),
        ("person.set_up", "person:1"),
    ]
    assert lines()[1][0] == "person 1"


def test_the_set_up_link_works_once(accounts: Accounts) -> None:
    token = accounts.people.setup_link_token()
    assert token is not None
    set_up(accounts, token)
    for ask in (accounts.people.invitation, lambda one: set_up(accounts, one)):
        with pytest.raises(BadLink):
            ask(token)
    assert len(accounts.people.list()) == 1


def test_there_is_none_once_somebody_can_administer(accounts: Accounts, staff: Staff) -> None:
    staff("bob", "lead")
    token = accounts.people.setup_link_token()
    assert token is not None
    staff("ada", "administrator")
    assert accounts.people.setup_link_token() is None
    # Nor is the one from before good for a second.
    for ask in (accounts.people.invitation, lambda one: set_up(accounts, one)):
        with pytest.raises(BadLink):
            ask(token)


def test_an_invited_administrator_is_nobody_yet(accounts: Accounts) -> None:
    accounts.people.invite("ada", "Ada", ["administrator"])
    assert accounts.people.setup_link_token() is not None


def test_a_link_of_before_that_was_not_used_comes_not_back(
    accounts: Accounts, staff: Staff
) -> None:
    """Once everybody who can administer is gone, an old link must not be a way in."""
    token = accounts.people.setup_link_token()
    ada = staff("ada")
    assert accounts.people.setup_link_token() is None
    accounts.people.reset(ada.id, even_last=True)
    assert token is not None
    with pytest.raises(BadLink):
        accounts.people.invitation(token)


def test_a_new_link_replaces_the_old(accounts: Accounts) -> None:
    old, new = accounts.people.setup_link_token(), accounts.people.setup_link_token()
    assert old is not None
    assert new is not None
    with pytest.raises(BadLink):
        accounts.people.invitation(old)
    assert accounts.people.invitation(new)
    bob, first = accounts.people.invite("bob", "Bob", ["lead"])
    second = accounts.people.reset(bob.id)
    with pytest.raises(BadLink):
        accounts.people.accept(first, PASSWORD)
    assert accounts.people.accept(second, PASSWORD).state == "active"


def test_an_invitation_is_for_whom_it_was_made(accounts: Accounts, clock: Clock) -> None:
    bob, token = accounts.people.invite("bob", "Bob", ["administrator", "lead"])
    found = accounts.people.invitation(token)
    assert (found.kind, found.person) == (LinkKind.INVITATION, bob)
    assert (found.expires_at - clock.at).total_seconds() == 72 * 3600
    # A login and name that come along change nothing: those are the inviter's to say.
    accepted = accounts.people.accept(token, PASSWORD, login="eve", name="Eve")
    assert (accepted.id, accepted.login, accepted.name) == (bob.id, "bob", "Bob")
    assert (accepted.state, accepted.has_password, accepted.roles) == ("active", True, bob.roles)
    with pytest.raises(BadLink):
        accounts.people.accept(token, PASSWORD)


@pytest.mark.parametrize(("hours", "good"), [(71.99, True), (72.0, False)])
def test_an_invitation_ends(accounts: Accounts, clock: Clock, hours: float, good: bool) -> None:
    _, token = accounts.people.invite("bob", "Bob", ["lead"])
    clock.forward(hours=hours)
    if good:
        assert accounts.people.accept(token, PASSWORD)
    else:
        with pytest.raises(BadLink, match="ask for a new one"):
            accounts.people.accept(token, PASSWORD)
        assert accounts.people.list()[0].state == "invited"


def test_the_set_up_link_ends(accounts: Accounts, clock: Clock) -> None:
    token = accounts.people.setup_link_token()
    assert token is not None
    clock.forward(hours=24)
    with pytest.raises(BadLink):
        set_up(accounts, token)
    assert accounts.people.list() == []


@pytest.mark.parametrize("token", MISFITS, ids=range(len(MISFITS)))
def test_what_is_no_link_is_good_for_nothing(accounts: Accounts, token: str) -> None:
    accounts.people.setup_link_token()
    accounts.people.invite("bob", "Bob", ["lead"])
    for ask in (accounts.people.invitation, lambda one: accounts.people.accept(one, PASSWORD)):
        with pytest.raises(BadLink):
            ask(token)


def test_a_link_outlives_what_was_typed_wrong(accounts: Accounts) -> None:
    token = accounts.people.setup_link_token()
    assert token is not None
    with pytest.raises(BadPassword):
        accounts.people.accept(token, "short", login="ada", name="Ada")
    with pytest.raises(BadPerson):
        accounts.people.accept(token, PASSWORD, login="a b", name="Ada")
    with pytest.raises(BadPerson):
        accounts.people.accept(token, PASSWORD)
    bob, _ = accounts.people.invite("ada@example.org", "Bob", ["lead"])
    with pytest.raises(LoginTaken):
        set_up(accounts, token)
    accounts.people.deactivate(bob.id)
    assert accounts.people.accept(token, PASSWORD, login="ada", name="Ada").state == "active"


@pytest.mark.parametrize("kind", ["set_up", "invitation"])
def test_of_many_who_use_a_link_at_once_one_comes_in(accounts: Accounts, kind: str) -> None:
    token = accounts.people.setup_link_token()
    if kind == "invitation":
        _, token = accounts.people.invite("bob", "Bob", ["lead"])
    assert token is not None
    start = threading.Barrier(4)
    came: list[int] = []
    refused: list[Exception] = []

    def use(number: int) -> None:
        start.wait()
        try:
            person = accounts.people.accept(
                token, f"{PASSWORD} {number}", login=f"p{number}", name="x"
            )
            came.append(person.id)
        except BadLink as problem:
            refused.append(problem)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(came), len(refused)) == (1, 3)
    assert [each.state for each in accounts.people.list()] == ["active"]


def test_no_token_is_in_a_text_about_the_room(accounts: Accounts) -> None:
    token = accounts.people.setup_link_token()
    assert token is not None
    told = repr(accounts.people.invitation(token)) + repr(vars(accounts)) + str(BadLink())
    assert token[8:] not in told


def test_whoever_was_quicker_is_the_first_administrator(
    accounts: Accounts, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The link was good when it was looked at; it isn't when it is used."""
    token = accounts.people.setup_link_token()
    assert token is not None
    hash_new = Hashing.hash_new

    def slow(self: Hashing, password: str, login: str) -> str:
        monkeypatch.setattr(Hashing, "hash_new", hash_new)
        staff("bob", "administrator")
        return hash_new(self, password, login)

    monkeypatch.setattr(Hashing, "hash_new", slow)
    with pytest.raises(BadLink):
        set_up(accounts, token)
    assert [each.login for each in accounts.people.list()] == ["bob"]
