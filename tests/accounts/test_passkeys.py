"""Passkeys: an answer to our question, from our site, by a key that we know, and no copy of it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.accounts.authenticator import Authenticator, bytes_of, text_of
from tests.accounts.conftest import QUICK, Clock, Staff

from hedgerow.accounts import (
    Accounts,
    NoSuchPasskey,
    NotPossible,
    SecondFactorRefused,
    SignInRefused,
    Site,
    Stage,
)
from hedgerow.accounts.ceremonies import authenticated, registered

Lines = Callable[[], list[tuple[str, str, str]]]
SITE = Site("hedgerow.example.org", "https://hedgerow.example.org")
HERE = Site("localhost", "http://localhost:8080")


def add(accounts: Accounts, key: Authenticator, person: int = 1, name: str = "blue key") -> int:
    asked = accounts.passkeys.begin_registration(person, SITE)
    made = key.make(asked.options)
    return accounts.passkeys.complete_registration(person, SITE, asked.state, made, name).id


def show(accounts: Accounts, key: Authenticator, person: int = 1, **changed: object) -> None:
    asked = accounts.passkeys.begin_authentication(person, SITE)
    answer = key.show(asked.options, **changed)
    accounts.passkeys.complete_authentication(person, SITE, asked.state, answer)


@pytest.mark.parametrize("algorithm", [-7, -8, -257])
def test_a_passkey_is_made_and_shown(
    accounts: Accounts, staff: Staff, clock: Clock, lines: Lines, algorithm: int
) -> None:
    ada = staff()
    key = Authenticator(algorithm=algorithm)
    number = add(accounts, key)
    [known] = accounts.passkeys.list(ada.id)
    assert (known.id, known.name) == (number, "blue key")
    assert (known.created_at, known.last_used_at) == (clock.at, None)
    assert accounts.people.get(ada.id).passkeys == 1
    assert accounts.people.get(ada.id).has_second_factor
    clock.forward(minutes=5)
    for _ in range(3):
        show(accounts, key)
    assert accounts.people.get(1).passkeys == 1
    assert accounts.passkeys.list(ada.id)[0].last_used_at == clock.at
    assert lines()[-1][1:] == ("person.passkey_added", "person:1")


def test_what_a_browser_is_asked(accounts: Accounts, staff: Staff) -> None:
    staff("ada@example.org")
    key = Authenticator()
    add(accounts, key)
    asked = accounts.passkeys.begin_registration(1, SITE).options["publicKey"]
    assert asked["rp"] == {"name": "Hedgerow", "id": "hedgerow.example.org"}
    assert (asked["user"]["name"], asked["user"]["displayName"]) == ("ada@example.org", "Ada")
    assert len(bytes_of(asked["user"]["id"])) == 16
    assert len(bytes_of(asked["challenge"])) == 32
    assert [each["alg"] for each in asked["pubKeyCredParams"]] == [-7, -8, -257]
    # Who has it already is not to make it a second time.
    assert [each["id"] for each in asked["excludeCredentials"]] == [text_of(key.credential_id)]
    shown = accounts.passkeys.begin_authentication(1, SITE).options["publicKey"]
    assert shown["rpId"] == "hedgerow.example.org"
    assert [each["id"] for each in shown["allowCredentials"]] == [text_of(key.credential_id)]
    assert (
        shown["challenge"]
        != accounts.passkeys.begin_authentication(1, SITE).options["publicKey"]["challenge"]
    )  # one thing


def test_it_works_on_this_machine_without_tls(accounts: Accounts, staff: Staff) -> None:
    staff()
    key = Authenticator(origin=HERE.origin)
    asked = accounts.passkeys.begin_registration(1, HERE)
    accounts.passkeys.complete_registration(1, HERE, asked.state, key.make(asked.options), "x")
    asked = accounts.passkeys.begin_authentication(1, HERE)
    accounts.passkeys.complete_authentication(1, HERE, asked.state, key.show(asked.options))
    assert accounts.people.get(1).passkeys == 1


WRONG = {
    "another site's page": {"origin": "https://hedgerow.example.com"},
    "a page of the same host without TLS": {"origin": "http://hedgerow.example.org"},
    "another port": {"origin": "https://hedgerow.example.org:8443"},
    "a host below ours": {"origin": "https://x.hedgerow.example.org"},
    "another site's key": {"rp_id": "example.com"},
    "another question": {"challenge": text_of(bytes(32))},
    "no question": {"challenge": ""},
    "an answer to the other kind of question": {"kind": "payment.get"},
}


@pytest.mark.parametrize("changed", WRONG.values(), ids=WRONG)
def test_a_wrong_answer_makes_none(
    accounts: Accounts, staff: Staff, changed: dict[str, str]
) -> None:
    staff()
    asked = accounts.passkeys.begin_registration(1, SITE)
    made = Authenticator().make(asked.options, **changed)
    with pytest.raises(SecondFactorRefused):
        accounts.passkeys.complete_registration(1, SITE, asked.state, made, "x")
    assert accounts.passkeys.list(1) == []


@pytest.mark.parametrize("changed", WRONG.values(), ids=WRONG)
def test_a_wrong_answer_lets_nobody_in(
    accounts: Accounts, staff: Staff, changed: dict[str, str]
) -> None:
    staff()
    key = Authenticator()
    add(accounts, key)
    with pytest.raises(SecondFactorRefused):
        show(accounts, key, **changed)
    assert accounts.passkeys.list(1)[0].last_used_at is None
    show(accounts, key)


@pytest.mark.parametrize("field", ["present", "cross_origin"])
def test_a_key_that_nobody_touched_or_within_a_frame_is_refused(
    accounts: Accounts, staff: Staff, field: str
) -> None:
    staff()
    key = Authenticator()
    add(accounts, key)
    setattr(key, field, field == "cross_origin")
    with pytest.raises(SecondFactorRefused):
        show(accounts, key)
    key.credential_id = b"another"
    with pytest.raises(SecondFactorRefused):
        add(accounts, key)


def test_a_key_without_finger_or_pin_will_do_as_a_second_factor(
    accounts: Accounts, staff: Staff
) -> None:
    staff()
    key = Authenticator(verifies=False)
    add(accounts, key)
    show(accounts, key)
    assert accounts.people.get(1).passkeys == 1


def test_another_key_is_refused_even_under_the_same_name(accounts: Accounts, staff: Staff) -> None:
    staff()
    key = Authenticator()
    add(accounts, key)
    with pytest.raises(SecondFactorRefused):
        show(accounts, Authenticator(credential_id=key.credential_id))
    with pytest.raises(SecondFactorRefused):
        show(accounts, Authenticator())


def test_a_key_is_good_for_its_owner_alone(accounts: Accounts, staff: Staff) -> None:
    staff("ada")
    eve = staff("eve", "analyst")
    key = Authenticator()
    add(accounts, key, eve.id)
    add(accounts, Authenticator())
    with pytest.raises(SecondFactorRefused):
        show(accounts, key, person=1)
    with pytest.raises(NotPossible, match="in use already"):
        add(accounts, key, 1)
    with pytest.raises(NoSuchPasskey):
        accounts.passkeys.remove(1, accounts.passkeys.list(eve.id)[0].id)
    with pytest.raises(NoSuchPasskey):
        accounts.passkeys.rename(1, accounts.passkeys.list(eve.id)[0].id, "mine")


def test_an_answer_to_one_question_is_none_to_the_next(accounts: Accounts, staff: Staff) -> None:
    """The caller takes the state from the session once; and no state fits twice."""
    staff()
    key = Authenticator()
    add(accounts, key)
    asked = accounts.passkeys.begin_authentication(1, SITE)
    answer = key.show(asked.options)
    accounts.passkeys.complete_authentication(1, SITE, asked.state, answer)
    again = accounts.passkeys.begin_authentication(1, SITE)
    with pytest.raises(SecondFactorRefused):
        accounts.passkeys.complete_authentication(1, SITE, again.state, answer)
    with pytest.raises(SecondFactorRefused):  # its counter has not gone up
        accounts.passkeys.complete_authentication(1, SITE, asked.state, answer)


def test_a_copy_of_a_key_is_noticed(accounts: Accounts, staff: Staff, lines: Lines) -> None:
    staff()
    key = Authenticator(counter=10)
    add(accounts, key)
    show(accounts, key)
    key.counter = 5
    with pytest.raises(SecondFactorRefused):
        show(accounts, key)
    assert lines()[-1][1:] == ("person.passkey_copied", "person:1")
    key.counter = 20
    show(accounts, key)


def test_a_key_that_does_not_count_is_taken(accounts: Accounts, staff: Staff) -> None:
    """As those are that a phone or a password manager keeps on several devices."""
    staff()
    key = Authenticator(counter=None)
    add(accounts, key)
    for _ in range(3):
        show(accounts, key)


def test_wrong_answers_close_no_account_and_right_ones_begin_the_count_anew(
    accounts: Accounts, staff: Staff
) -> None:
    """None can be guessed; whoever is at the door could shut the owner out, though."""
    staff()
    key = Authenticator()
    add(accounts, key)
    for _ in range(QUICK.lock_after - 1):
        with pytest.raises(SignInRefused):
            accounts.passwords.check("ada", "wrong")
    for _ in range(QUICK.lock_after):
        with pytest.raises(SecondFactorRefused):
            show(accounts, Authenticator())
    assert accounts.people.get(1).locked_until is None
    show(accounts, key)
    for _ in range(QUICK.lock_after - 1):
        with pytest.raises(SignInRefused):
            accounts.passwords.check("ada", "wrong")
    assert accounts.people.get(1).locked_until is None


def test_the_only_second_factor_stays(accounts: Accounts, staff: Staff, lines: Lines) -> None:
    staff()
    first, second = (add(accounts, Authenticator(), name=name) for name in ("first", "second"))
    there = accounts.sessions.create(1, Stage.FULL)
    accounts.passkeys.remove(1, first)
    assert [each.name for each in accounts.passkeys.list(1)] == ["second"]
    assert accounts.sessions.find(there) is None
    assert lines()[-1][1:] == ("person.passkey_removed", "person:1")
    with pytest.raises(NotPossible, match="only second factor"):
        accounts.passkeys.remove(1, second)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  blue key ", "blue key"), ("", "passkey"), ("\x1b[2J", "[2J"), ("x" * 99, "x" * 64)],
)
def test_a_name_can_be_shown(accounts: Accounts, staff: Staff, typed: str, kept: str) -> None:
    staff()
    number = add(accounts, Authenticator(), name=typed)
    assert accounts.passkeys.list(1)[0].name == kept
    accounts.passkeys.rename(1, number, "green key")
    assert accounts.passkeys.list(1)[0].name == "green key"


def test_there_are_so_many_at_most(make_accounts: Callable[..., Accounts], staff: Staff) -> None:
    accounts = make_accounts(replace(QUICK, max_passkeys=2))
    staff()
    late = accounts.passkeys.begin_registration(1, SITE)
    for _ in range(2):
        add(accounts, Authenticator())
    with pytest.raises(NotPossible, match="no more are kept"):
        accounts.passkeys.begin_registration(1, SITE)
    made = Authenticator().make(late.options)
    with pytest.raises(NotPossible, match="2 passkeys already"):
        accounts.passkeys.complete_registration(1, SITE, late.state, made, "x")


def test_without_a_passkey_none_is_asked_for(accounts: Accounts, staff: Staff) -> None:
    staff()
    with pytest.raises(NotPossible, match="no passkey"):
        accounts.passkeys.begin_authentication(1, SITE)


def test_a_reset_takes_them_away(accounts: Accounts, staff: Staff) -> None:
    staff("ada")
    bob = staff("bob", "lead")
    add(accounts, Authenticator(), bob.id)
    accounts.people.reset(bob.id)
    assert accounts.passkeys.list(bob.id) == []
    assert accounts.people.get(bob.id).passkeys == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary().map(text_of),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
STATE = {"challenge": text_of(bytes(32)), "user_verification": "preferred"}


@given(
    answer=JSON
    | st.fixed_dictionaries(
        {"id": st.just("AAAA"), "rawId": st.just("AAAA"), "type": JSON},
        optional={
            "response": st.dictionaries(
                st.sampled_from(
                    ["clientDataJSON", "attestationObject", "authenticatorData", "signature"]
                ),
                JSON,
            ),
            "clientExtensionResults": JSON,
        },
    )
)
def test_whatever_a_browser_sends_is_an_answer_or_refused(answer: object) -> None:
    for ask in (
        lambda: registered(SITE, STATE, answer),
        lambda: authenticated(SITE, STATE, [], answer),
    ):
        with pytest.raises(SecondFactorRefused):
            ask()


@given(data=st.data())
def test_no_bit_of_an_answer_can_be_changed(data: st.DataObject) -> None:
    from hedgerow.accounts.ceremonies import ask_to_make, ask_to_show

    key = Authenticator()
    asked = ask_to_make(SITE, b"x" * 16, "ada", "Ada", [])
    known = registered(SITE, asked.state, key.make(asked.options)).credential
    asked = ask_to_show(SITE, [known])
    answer = key.show(asked.options)
    assert authenticated(SITE, asked.state, [known], answer) == (key.credential_id, 1)
    name = data.draw(st.sampled_from(sorted(answer["response"])))
    changed = bytearray(bytes_of(answer["response"][name]))
    at = data.draw(st.integers(0, 2**16)) % (8 * len(changed))  # signatures differ in length
    changed[at // 8] ^= 1 << at % 8
    answer["response"][name] = text_of(bytes(changed))
    with pytest.raises(SecondFactorRefused):
        authenticated(SITE, asked.state, [known], answer)
