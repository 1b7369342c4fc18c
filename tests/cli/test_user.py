"""`hedgerow user`: people and their links, each link on standard output alone and once."""

import json
import re
from datetime import datetime

import pyotp
import pytest
from tests.cases.making import opened

from hedgerow.accounts import Accounts, Limits, Role, SignInRefused, Stage
from hedgerow.banks import Banks
from hedgerow.cases import Cases
from hedgerow.cli.users import RoleChoice
from hedgerow.store import Vault, open_database

QUICK = Limits(argon2_memory_kib=19_456, argon2_time=2, argon2_parallelism=1)
PASSWORD = "rain on the garden wall"
TOKEN = r"hr_link_[A-Za-z0-9_-]{43}"


class Inside:
    """The room, as a running service has it open beside the commands."""

    def __init__(self, newcomer):
        self.database = open_database(f"sqlite:///{newcomer.kept}/hedgerow.db")
        self.accounts = Accounts(self.database, Vault(newcomer.kept / "vault.key"), QUICK)

    def accept(self, link, **more):
        return self.accounts.people.accept(link.strip().rpartition("/")[2], PASSWORD, **more)


@pytest.fixture
def inside(newcomer):
    assert newcomer.run("user", "list").code == 0
    opened = Inside(newcomer)
    yield opened
    opened.database.close()


@pytest.fixture
def staffed(newcomer, inside):
    """An administrator (1) and a lead (2), both active."""
    inside.accept(newcomer.run("user", "setup").out, login="ada@example.org", name="Ada")
    inside.accept(newcomer.run("user", "invite", "bob", "Bob", "--role", "lead").out)
    return inside


def test_the_roles_are_those_of_the_room():
    assert list(map(str, RoleChoice)) == list(map(str, Role))


def test_a_name_and_a_login_are_changed(newcomer, staffed):
    ran = newcomer.run("user", "rename", "bob", "Robert Moss")
    assert (ran.code, ran.out) == (0, "")
    assert "bob is called Robert Moss now." in ran.err
    told = newcomer.run("user", "login", "bob", "robert@example.org", "--json").record
    assert (told["login"], told["name"]) == ("robert@example.org", "Robert Moss")
    taken = newcomer.run("user", "login", "2", "ada@example.org")
    assert taken.code == 2
    assert "somebody has this login already" in taken.err


def test_second_factors_alone_are_taken_away(newcomer, staffed):
    codes, people = staffed.accounts.codes, staffed.accounts.people
    codes.confirm(1, pyotp.TOTP(codes.begin(1).secret).now())
    # The only administrator, as nobody in the console could do it for them.
    ran = newcomer.run("user", "reset", "1", "--second-factor")
    assert (ran.code, ran.out) == (0, "")
    assert "sets up a second factor with the next sign-in" in ran.err
    left = people.get(1)
    assert (left.has_totp, left.has_password, left.state) == (False, True, "active")
    assert newcomer.run("user", "reset", "1", "--second-factor").code == 2


def test_people_are_found_by_words_and_state(newcomer, staffed):
    newcomer.run("user", "invite", "cleo", "Cleo Bobbin", "--role", "lead")

    def found(*words):
        ran = newcomer.run("user", "list", "--json", *words)
        return [json.loads(line)["login"] for line in ran.out.splitlines()]

    assert found("--find", "BOB") == ["bob", "cleo"]
    assert found("--find", "bob", "--state", "active") == ["bob"]
    assert found("--state", "deactivated") == []
    assert "Nobody is like that" in newcomer.run("user", "list", "--find", "nobody").err


def test_a_set_up_link_is_alone_on_standard_output(newcomer, inside):
    ran = newcomer.run("user", "setup")
    assert ran.code == 0
    assert re.fullmatch(rf"http://127\.0\.0\.1:8080/console/set-up/{TOKEN}\n", ran.out)
    assert "within 24 hours" in ran.err
    assert "hr_link_" not in ran.err
    ada = inside.accept(ran.out, login="ada", name="Ada")
    assert (ada.id, ada.roles) == (1, {"administrator"})
    again = newcomer.run("user", "setup")
    assert (again.code, again.out) == (2, "")
    assert "hedgerow user reset WHO" in again.err


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        (["--url", "https://hedgerow.example.org/"], {}),
        ([], {"HEDGEROW_SERVICE__PUBLIC_URL": "https://hedgerow.example.org"}),
    ],
)
def test_a_link_begins_with_where_the_service_is(newcomer, words, settings):
    link = newcomer.run("user", "setup", "--json", *words, **settings).record["link"]
    assert re.fullmatch(rf"https://hedgerow\.example\.org/console/set-up/{TOKEN}", link)


def test_somebody_is_invited(newcomer, inside):
    ran = newcomer.run(
        "user", "invite", "Bob@Example.org", "Bob", "--role", "lead", "-r", "analyst"
    )
    assert ran.code == 0
    assert re.fullmatch(rf"http://127\.0\.0\.1:8080/console/invitation/{TOKEN}\n", ran.out)
    assert "Give this link to Bob and to nobody else" in ran.err
    assert "within 72 hours" in ran.err
    assert "hedgerow user reset 1" in ran.err
    bob = inside.accept(ran.out)
    assert (bob.login, bob.name, bob.roles) == ("bob@example.org", "Bob", {"lead", "analyst"})


def test_an_invitation_as_json(newcomer):
    record = newcomer.run(
        "user", "invite", "bob", "Bob", "-r", "analyst", "-r", "lead", "--json"
    ).record
    assert re.search(TOKEN, record.pop("link"))
    assert datetime.fromisoformat(record.pop("created_at")).utcoffset() is not None
    assert record == {
        "id": 1, "login": "bob", "name": "Bob", "roles": ["lead", "analyst"], "state": "invited",
        "has_password": False, "has_totp": False, "passkeys": 0, "linked": False,
        "last_seen_at": None, "locked_until": None,
    }  # fmt: skip


def test_people_are_listed_with_those_who_were_deactivated(newcomer, staffed):
    assert newcomer.run("user", "deactivate", "bob").code == 0
    newcomer.run("user", "invite", "cleo", "Cleo", "-r", "analyst")
    ran = newcomer.run("user", "list", "--json")
    assert [(each["login"], each["state"]) for each in ran.records] == [
        ("ada@example.org", "active"), ("bob", "deactivated"), ("cleo", "invited"),
    ]  # fmt: skip
    table = newcomer.run("user", "list").out
    assert [line.split()[:5] for line in table.splitlines()] == [
        ["id", "login", "name", "roles", "state"],
        ["1", "ada@example.org", "Ada", "administrator", "active"],
        ["2", "bob", "Bob", "lead", "deactivated"],
        ["3", "cleo", "Cleo", "analyst", "invited"],
    ]


def test_more_people_than_a_page_are_all_listed(newcomer, inside):
    with inside.database.write():
        for number in range(501):
            inside.accounts.people.invite(f"p{number}", "x", ["lead"])
    found = [record["login"] for record in newcomer.run("user", "list", "--json").records]
    assert found == [f"p{number}" for number in range(501)]


def test_nobody_yet(newcomer):
    ran = newcomer.run("user", "list")
    assert (ran.code, ran.out) == (0, "")
    assert "hedgerow user setup" in ran.err
    assert newcomer.run("user", "list", "--json").records == []


@pytest.mark.parametrize("who", ["2", "bob", "BOB"])
def test_roles_are_changed(newcomer, staffed, who):
    ran = newcomer.run("user", "roles", who, "--role", "moderator", "-r", "analyst")
    assert (ran.code, ran.out) == (0, "")
    assert "Bob is moderator, analyst now" in ran.err
    assert staffed.accounts.people.get(2).roles == {"moderator", "analyst"}


def test_somebody_goes_and_comes_back(newcomer, staffed):
    token = staffed.accounts.sessions.create(2, Stage.FULL)
    ran = newcomer.run("user", "deactivate", "2")
    assert "hedgerow user reactivate 2" in ran.err
    assert staffed.accounts.sessions.find(token) is None
    ran = newcomer.run("user", "reactivate", "bob", "--json")
    assert ran.record["state"] == "active"
    assert staffed.accounts.passwords.check("bob", PASSWORD).id == 2


@pytest.mark.parametrize(
    "leaving", [("deactivate", "bob"), ("roles", "bob", "-r", "analyst")], ids=["out", "analyst"]
)
def test_what_was_given_to_who_left_is_for_others(newcomer, staffed, leaving):
    cases = Cases(Banks(staffed.database))
    (number,) = opened(cases)
    bob = staffed.accounts.people.get(2)
    cases.assign(bob, number, bob)
    cases.take(bob, number)
    newcomer.run("user", "roles", "bob", "-r", "lead", "-r", "analyst")
    assert cases.get(number).assigned_to == 2
    assert newcomer.run("user", *leaving).code == 0
    found = cases.get(number)
    assert (found.assigned_to, found.lease) == (None, None)


def test_who_never_came_needs_a_new_link(newcomer, inside):
    newcomer.run("user", "invite", "bob", "Bob", "-r", "lead")
    newcomer.run("user", "deactivate", "bob")
    ran = newcomer.run("user", "reactivate", "bob")
    assert "hedgerow user reset 1" in ran.err


def test_somebody_is_reset(newcomer, staffed):
    token = staffed.accounts.sessions.create(2, Stage.FULL)
    ran = newcomer.run("user", "reset", "bob")
    assert re.fullmatch(rf"http://127\.0\.0\.1:8080/console/invitation/{TOKEN}\n", ran.out)
    assert staffed.accounts.sessions.find(token) is None
    with pytest.raises(SignInRefused):
        staffed.accounts.passwords.check("bob", PASSWORD)
    assert staffed.accept(ran.out).id == 2


def test_the_last_administrator_is_reset_by_who_runs_commands(newcomer, staffed):
    record = newcomer.run("user", "reset", "1", "--json").record
    assert record["state"] == "invited"
    assert staffed.accept(record["link"]).roles == {"administrator"}


def test_somebody_is_let_try_again(newcomer, staffed):
    for _ in range(QUICK.lock_after):
        with pytest.raises(SignInRefused):
            staffed.accounts.passwords.check("bob", "wrong")
    assert newcomer.run("user", "list", "--json").records[1]["locked_until"] is not None
    assert "locked" in newcomer.run("user", "list").out
    assert "Bob can try again" in newcomer.run("user", "unlock", "bob").err
    assert staffed.accounts.passwords.check("bob", PASSWORD).id == 2


def test_somebody_is_signed_out(newcomer, staffed):
    tokens = [staffed.accounts.sessions.create(2, Stage.FULL) for _ in range(2)]
    assert "signed out everywhere" in newcomer.run("user", "sign-out", "2").err
    assert [staffed.accounts.sessions.find(each) for each in tokens] == [None, None]
    assert newcomer.run("user", "sign-out", "2", "--json").record["state"] == "active"


def test_what_a_command_did_is_in_the_log(newcomer, staffed):
    newcomer.run("user", "unlock", "bob")
    from sqlalchemy import text

    with staffed.database.read() as session:
        query = text("SELECT actor, action, subject FROM audit_entry ORDER BY number")
        assert tuple(session.execute(query).all()[-1]) == ("command", "person.unlocked", "person:2")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["invite", "bob", "Bob"], "--role"),
        (["invite", "bob", "Bob", "--role", "boss"], "moderator"),
        (
            ["invite", "bob", "Bob", "-r", "lead", "-r", "auditor"],
            "moderator, companion or lead as well",
        ),
        (["roles", "2", "-r", "auditor", "-r", "moderator"], "leave one out"),
        (["invite", "a b", "Bob", "--role", "lead"], "without spaces"),
        (["invite", "bob", "", "--role", "lead"], "1 to 128"),
        (["invite", "bob", "a\x1b[2Jb", "--role", "lead"], "printable"),
        (["invite", "ADA@example.org", "Ada", "--role", "lead"], "has this login already"),
        (["roles", "1", "--role", "lead"], "only active administrator"),
        (["deactivate", "1"], "only active administrator"),
        (["deactivate", "7"], "no person 7; list"),
        (["deactivate", "99999999999999999999"], "list the people"),
        (["unlock", "cleo"], "no person 'cleo'"),
        (["unlock", "²"], "no person"),
    ],
)
def test_wrong_usage_is_told(newcomer, staffed, words, told):
    before = newcomer.run("user", "list", "--json").out
    ran = newcomer.run("user", *words)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert newcomer.run("user", "list", "--json").out == before


def test_no_password_is_taken_from_the_command_line(newcomer):
    """Others on the machine can see it there."""
    for command in ("setup", "invite", "reset"):
        assert "password" not in newcomer.run("user", command, "--help").out.split("Options")[1]


def test_a_record_is_plain_json(newcomer, staffed):
    for record in newcomer.run("user", "list", "--json").records:
        assert json.loads(json.dumps(record)) == record
