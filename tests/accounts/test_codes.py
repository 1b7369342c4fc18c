"""Codes of an authenticator app: RFC 6238, each taken once, and guessing gets nowhere."""

import base64
import threading
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import text
from tests.accounts.authenticator import Authenticator
from tests.accounts.conftest import PASSWORD, QUICK, Clock, Staff

from hedgerow.accounts import (
    Accounts,
    NotPossible,
    SecondFactorRefused,
    SignInRefused,
    Site,
    Stage,
)
from hedgerow.store import Database, VaultProblem

Lines = Callable[[], list[tuple[str, str, str]]]


def code_of(secret: str, clock: Clock, steps: int = 0) -> str:
    """What an app shows; by another implementation than ours uses."""
    app = TOTP(base64.b32decode(secret), 6, SHA1(), 30)
    return app.generate(int(clock.at.timestamp()) + 30 * steps).decode()


@pytest.fixture
def secret(accounts: Accounts, staff: Staff, clock: Clock) -> str:
    """The secret of the app of person 1."""
    ada = staff("ada@example.org")
    found = accounts.codes.begin(ada.id)
    accounts.codes.confirm(ada.id, code_of(found.secret, clock))
    clock.forward(seconds=90)
    return found.secret


def refused(accounts: Accounts, code: str, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(SecondFactorRefused):
            accounts.codes.check(1, code)


def test_a_secret_belongs_to_the_session_that_began_it(
    accounts: Accounts, staff: Staff, clock: Clock
) -> None:
    ada = staff("ada@example.org")
    one, other = (accounts.sessions.create(ada.id, Stage.ENROL) for _ in range(2))
    ids = [found.id for each in (one, other) if (found := accounts.sessions.find(each))]
    begun = accounts.codes.begin(ada.id, ids[0])
    assert accounts.codes.begun(ada.id, ids[0]) == begun
    for stranger in (ids[1], 0):
        assert accounts.codes.begun(ada.id, stranger) is None
        with pytest.raises(SecondFactorRefused):
            accounts.codes.confirm(ada.id, code_of(begun.secret, clock), stranger)
    accounts.codes.confirm(ada.id, code_of(begun.secret, clock), ids[0])
    clock.forward(seconds=60)
    accounts.codes.check(ada.id, code_of(begun.secret, clock))
    # It took no other's place, so nobody was signed out.
    assert accounts.sessions.find(other)


def test_a_replaced_app_signs_out_everywhere_else(
    accounts: Accounts, secret: str, clock: Clock
) -> None:
    here, there = (accounts.sessions.create(1, Stage.FULL) for _ in range(2))
    found = accounts.sessions.find(here)
    assert found is not None
    begun = accounts.codes.begin(1, found.id)
    assert accounts.sessions.find(there)
    accounts.codes.confirm(1, code_of(begun.secret, clock), found.id)
    assert accounts.sessions.find(here)
    assert accounts.sessions.find(there) is None


def test_an_app_is_enrolled_once_it_has_shown_a_code(
    accounts: Accounts, staff: Staff, clock: Clock, lines: Lines
) -> None:
    ada = staff("ada@example.org")
    begun = accounts.codes.begin(ada.id)
    assert len(base64.b32decode(begun.secret)) == 20
    parts = urlsplit(begun.uri)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parse_qs(parts.query) == {"secret": [begun.secret], "issuer": ["Hedgerow"]}
    assert "ada%40example.org" in parts.path
    assert accounts.codes.begun(ada.id) == begun
    assert not accounts.people.get(ada.id).has_second_factor
    with pytest.raises(SecondFactorRefused):
        accounts.codes.check(ada.id, code_of(begun.secret, clock))
    wrong = str((int(code_of(begun.secret, clock)) + 1) % 10**6).zfill(6)
    with pytest.raises(SecondFactorRefused):
        accounts.codes.confirm(ada.id, wrong)
    accounts.codes.confirm(ada.id, code_of(begun.secret, clock))
    assert accounts.people.get(ada.id).has_totp
    assert accounts.codes.begun(ada.id) is None
    assert lines()[-1][1:] == ("person.totp_added", "person:1")
    for private in (begun.secret, begun.uri):
        assert private not in repr(begun)


def test_without_an_app_no_code_is_right(accounts: Accounts, staff: Staff) -> None:
    staff()
    refused(accounts, "000000")
    with pytest.raises(SecondFactorRefused):
        accounts.codes.confirm(1, "000000")


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_of_now_and_a_step_beside_it_is_right(
    accounts: Accounts, secret: str, clock: Clock, steps: int
) -> None:
    accounts.codes.check(1, code_of(secret, clock, steps))


@pytest.mark.parametrize("steps", [-2, 2, 100])
def test_a_code_of_another_time_is_not(
    accounts: Accounts, secret: str, clock: Clock, steps: int
) -> None:
    near = {code_of(secret, clock, each) for each in (-1, 0, 1)}
    if (code := code_of(secret, clock, steps)) not in near:
        refused(accounts, code)


@pytest.mark.parametrize("typed", ["{0} {1}", " {0}{1}\n", "{0}\u00a0{1}"])
def test_spaces_in_it_dont_matter(
    accounts: Accounts, secret: str, clock: Clock, typed: str
) -> None:
    code = code_of(secret, clock)
    accounts.codes.check(1, typed.format(code[:3], code[3:]))


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "１２３４５６", "\0", "9" * 10**5]
)
def test_what_is_no_code_is_refused(accounts: Accounts, secret: str, code: str) -> None:
    refused(accounts, code)


def test_a_code_is_taken_once(accounts: Accounts, secret: str, clock: Clock) -> None:
    code = code_of(secret, clock)
    accounts.codes.check(1, code)
    refused(accounts, code)
    clock.forward(seconds=30)
    refused(accounts, code)  # it would still be within the window
    refused(accounts, code_of(secret, clock, -1))
    accounts.codes.check(1, code_of(secret, clock))


def test_the_code_that_enrolled_is_not_taken_again(
    accounts: Accounts, staff: Staff, clock: Clock
) -> None:
    ada = staff()
    begun = accounts.codes.begin(ada.id)
    code = code_of(begun.secret, clock)
    accounts.codes.confirm(ada.id, code)
    refused(accounts, code)


def test_of_many_who_show_the_same_code_at_once_one_comes_in(
    accounts: Accounts, secret: str, clock: Clock
) -> None:
    code = code_of(secret, clock)
    start = threading.Barrier(4)
    came: list[bool] = []

    def show() -> None:
        start.wait()
        try:
            accounts.codes.check(1, code)
            came.append(True)
        except SecondFactorRefused:
            came.append(False)

    threads = [threading.Thread(target=show) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == [False, False, False, True]


def test_wrong_codes_close_the_account(
    accounts: Accounts, secret: str, clock: Clock, lines: Lines
) -> None:
    code = code_of(secret, clock)
    wrong = str((int(code) + 1) % 10**6).zfill(6)
    refused(accounts, wrong, QUICK.lock_after)
    assert accounts.people.get(1).locked_until is not None
    refused(accounts, code)
    with pytest.raises(SignInRefused):
        accounts.passwords.check("ada@example.org", PASSWORD)
    assert [line[1] for line in lines()].count("person.locked") == 1


def test_wrong_passwords_and_codes_count_together(
    accounts: Accounts, secret: str, clock: Clock
) -> None:
    wrong = str((int(code_of(secret, clock)) + 1) % 10**6).zfill(6)
    refused(accounts, wrong, QUICK.lock_after - 1)
    # Whoever has the password can't begin anew by showing it.
    accounts.passwords.check("ada@example.org", PASSWORD)
    refused(accounts, wrong)
    assert accounts.people.get(1).locked_until is not None


def test_a_right_code_begins_the_count_anew(accounts: Accounts, secret: str, clock: Clock) -> None:
    wrong = str((int(code_of(secret, clock)) + 1) % 10**6).zfill(6)
    refused(accounts, wrong, QUICK.lock_after - 1)
    accounts.codes.check(1, code_of(secret, clock))
    refused(accounts, wrong, QUICK.lock_after - 1)
    assert accounts.people.get(1).locked_until is None


def test_another_app_counts_once_it_has_shown_a_code(
    accounts: Accounts, secret: str, clock: Clock
) -> None:
    other = accounts.codes.begin(1).secret
    accounts.codes.check(1, code_of(secret, clock))
    clock.forward(seconds=60)
    accounts.codes.confirm(1, code_of(other, clock))
    clock.forward(seconds=60)
    refused(accounts, code_of(secret, clock))
    accounts.codes.check(1, code_of(other, clock))


def test_the_only_second_factor_stays(accounts: Accounts, secret: str, lines: Lines) -> None:
    with pytest.raises(NotPossible, match="only second factor"):
        accounts.codes.remove(1)
    site = Site("hedgerow.example.org", "https://hedgerow.example.org")
    asked = accounts.passkeys.begin_registration(1, site)
    made = Authenticator().make(asked.options)
    accounts.passkeys.complete_registration(1, site, asked.state, made, "key")
    there = accounts.sessions.create(1, Stage.FULL)
    accounts.codes.remove(1)
    assert not accounts.people.get(1).has_totp
    assert accounts.sessions.find(there) is None
    assert lines()[-1][1:] == ("person.totp_removed", "person:1")
    accounts.codes.remove(1)
    assert lines()[-1][1:] == ("person.totp_removed", "person:1")
    assert [line[1] for line in lines()].count("person.totp_removed") == 1


def test_a_secret_is_good_for_its_own_person_alone(
    accounts: Accounts, secret: str, staff: Staff, clock: Clock, database: Database
) -> None:
    """Who can write to the database can't give somebody an app that they have."""
    eve = staff("eve", "analyst")
    begun = accounts.codes.begin(eve.id)
    accounts.codes.confirm(eve.id, code_of(begun.secret, clock))
    with database.write() as session:
        session.execute(text("UPDATE person SET totp = (SELECT totp FROM person WHERE id = 2)"))
    clock.forward(seconds=60)
    with pytest.raises(VaultProblem):
        accounts.codes.check(1, code_of(begun.secret, clock))


def test_the_vectors_of_rfc_6238(
    accounts: Accounts, staff: Staff, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Appendix B, the six last of the eight digits: SHA-1, the secret is 12345678901234567890."""
    from datetime import UTC, datetime

    ada = staff()
    secret = base64.b32encode(b"12345678901234567890").decode()
    monkeypatch.setattr(pyotp, "random_base32", lambda: secret)
    clock.at = datetime.fromtimestamp(59, UTC)
    assert accounts.codes.begin(ada.id).secret == secret
    accounts.codes.confirm(ada.id, "287082")
    for seconds, code in [
        (1111111109, "081804"), (1234567890, "005924"),
        (2000000000, "279037"), (20000000000, "353130"),
    ]:  # fmt: skip
        clock.at = datetime.fromtimestamp(seconds, UTC)
        accounts.codes.check(ada.id, code)
