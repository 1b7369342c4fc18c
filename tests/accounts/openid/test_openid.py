"""Signing in at an OpenID provider: a real one, on this machine, that also lies."""

import threading
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import text
from tests.accounts import provider as providers
from tests.accounts.conftest import QUICK, Clock, Staff
from tests.accounts.openid.coming import BACK, Lines, come, stay_out
from tests.accounts.provider import CLIENT, Provider

from hedgerow.accounts import (
    Accounts,
    NotInvited,
    OpenIDOptions,
    OpenIDProblem,
    Person,
    ProviderUnavailable,
    TokenRefused,
)
from hedgerow.accounts.openid import provider as asking
from hedgerow.store import Database


def test_who_is_invited_comes_in_and_is_known_from_then_on(
    accounts: Accounts, provider: Provider, ada: Person, lines: Lines
) -> None:
    found = come(accounts, provider)
    assert (found.id, found.state, found.linked) == (ada.id, "active", True)
    assert not found.has_password
    assert lines()[-1] == ("person 1", "person.linked", "person:1")
    # The address may change there; the subject is theirs for ever.
    provider.email, provider.verified = "ada@married.example.org", False
    assert come(accounts, provider).id == ada.id
    assert [line[1] for line in lines()].count("person.linked") == 1


def test_what_the_provider_is_asked(accounts: Accounts, provider: Provider) -> None:
    url, token = accounts.openid.begin(BACK)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert (query["client_id"], query["redirect_uri"]) == (CLIENT, BACK)
    private = [query[name] for name in ("state", "nonce", "code_challenge")]
    assert len(set(private) | {token}) == 4
    assert all(len(each) == 43 for each in private)
    other, _ = accounts.openid.begin(BACK)
    assert not any(each in other for each in private)
    assert provider.asked == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
def test_signatures_of_these_kinds_are_taken(
    accounts: Accounts, provider: Provider, ada: Person, algorithm: str
) -> None:
    provider.algorithm = algorithm
    assert come(accounts, provider).id == ada.id


def test_an_invitation_is_used_up_by_it(accounts: Accounts, provider: Provider) -> None:
    from hedgerow.accounts import BadLink

    _, link = accounts.people.invite("Ada@Example.org", "Ada", ["lead"])
    come(accounts, provider)
    with pytest.raises(BadLink):
        accounts.people.invitation(link)


def test_who_has_a_password_may_come_either_way(
    accounts: Accounts, provider: Provider, staff: Staff
) -> None:
    from tests.accounts.conftest import PASSWORD

    ada = staff("ada@example.org")
    assert come(accounts, provider).id == ada.id
    assert accounts.passwords.check("ada@example.org", PASSWORD).id == ada.id


def test_nobody_gets_an_account_by_it(accounts: Accounts, provider: Provider) -> None:
    accounts.people.invite("bob@example.org", "Bob", ["lead"])
    assert "invite you" in stay_out(accounts, provider, NotInvited)
    assert [each.state for each in accounts.people.list()] == ["invited"]


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_the_provider_does_not_vouch_for_is_nobodys(
    accounts: Accounts, provider: Provider, ada: Person, verified: object
) -> None:
    provider.verified = verified
    stay_out(accounts, provider, NotInvited)
    assert not accounts.people.get(ada.id).linked


@pytest.mark.parametrize("email", ["", "eve@example.org", None, ["ada@example.org"], "a@\0"])
def test_another_address_is_somebody_elses(
    accounts: Accounts, provider: Provider, ada: Person, email: object
) -> None:
    provider.change = lambda claims: claims.update(email=email)
    stay_out(accounts, provider, NotInvited)


@pytest.mark.parametrize(
    ("login", "email", "comes"),
    [
        ("fiona@example.org", "FIONA@Example.org", True),
        ("fiona@example.org", "\ufb01ona@example.org", False),  # one sign for "fi"
        ("kim@example.org", "\u212aim@example.org", False),  # the sign for kelvin
        ("j\u00fcrgen@example.org", "j\u00fcrgen@example.org", True),
        ("j\u00fcrgen@example.org", "J\u00dcRGEN@example.org", False),
    ],
    ids=ascii,
)
def test_an_address_that_only_folds_to_a_login_is_somebody_elses(
    accounts: Accounts, provider: Provider, login: str, email: str, comes: bool
) -> None:
    person, _ = accounts.people.invite(login, "Somebody", ["lead"])
    provider.email = email
    if comes:
        assert come(accounts, provider).id == person.id
        # From now on whoever has this identity is known by that.
        provider.email = "\ufb01na@example.org"
        assert come(accounts, provider).id == person.id
    else:
        stay_out(accounts, provider, NotInvited)
        assert not accounts.people.get(person.id).linked


def test_an_identity_is_not_replaced_by_another_of_the_same_address(
    accounts: Accounts, provider: Provider, ada: Person
) -> None:
    """Addresses are given to somebody else when people leave."""
    come(accounts, provider)
    provider.subject = "another"
    stay_out(accounts, provider, NotInvited)
    accounts.people.invite("boss", "Boss", ["administrator"])
    accounts.people.reset(ada.id)
    assert come(accounts, provider).id == ada.id
    provider.subject = "248289761001"
    stay_out(accounts, provider, NotInvited)


def test_who_is_deactivated_stays_out(accounts: Accounts, provider: Provider, ada: Person) -> None:
    come(accounts, provider)
    accounts.people.deactivate(ada.id)
    stay_out(accounts, provider, NotInvited)
    accounts.people.reactivate(ada.id)
    assert come(accounts, provider).id == ada.id


def test_a_deactivated_invitation_stays_out(
    accounts: Accounts, provider: Provider, ada: Person
) -> None:
    accounts.people.deactivate(ada.id)
    stay_out(accounts, provider, NotInvited)


def without(*names: str) -> providers.Change:
    def change(claims: dict) -> None:
        for name in names:
            del claims[name]

    return change


def moved(name: str, seconds: int) -> providers.Change:
    def change(claims: dict) -> None:
        claims[name] = claims["iat"] + seconds

    return change


LIES = {
    "another nonce": lambda claims: claims.update(nonce="another"),
    "no nonce": without("nonce"),
    "an empty nonce": lambda claims: claims.update(nonce=""),
    "for another client": lambda claims: claims.update(aud="another"),
    "for others": lambda claims: claims.update(aud=["one", "two"]),
    "for several, and nobody asked": lambda claims: claims.update(aud=[CLIENT, "two"]),
    "asked for by another": lambda claims: claims.update(aud=[CLIENT, "two"], azp="two"),
    "asked for by another, for us": lambda claims: claims.update(azp="two"),
    "for nobody": without("aud"),
    "from another issuer": lambda claims: claims.update(iss="https://id.example.com"),
    "from nobody": without("iss"),
    "about nobody": without("sub"),
    "about an empty subject": lambda claims: claims.update(sub=""),
    "about a long subject": lambda claims: claims.update(sub="x" * 256),
    "about what can't be stored": lambda claims: claims.update(sub="a\0"),
    "about a number": lambda claims: claims.update(sub=7),
    "too old": moved("exp", -61),
    "for ever": without("exp"),
    "good for no number of seconds": lambda claims: claims.update(exp=float("nan")),
    "from the future": moved("iat", 3600),
    "from no time": without("iat"),
    "not yet good": moved("nbf", 3600),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_token_that_is_not_about_this_sign_in_is_refused(
    accounts: Accounts, provider: Provider, ada: Person, lie: providers.Change
) -> None:
    provider.change = lie
    told = stay_out(accounts, provider, TokenRefused)
    assert "ada@example.org" not in told
    assert not accounts.people.get(ada.id).linked
    provider.change = lambda _claims: None
    assert come(accounts, provider).id == ada.id


@pytest.mark.parametrize("name", ["iat", "exp"])
def test_a_clock_may_be_wrong_by_a_little(
    accounts: Accounts, provider: Provider, ada: Person, name: str
) -> None:
    provider.change = moved(name, 40 if name == "iat" else -40)
    assert come(accounts, provider).id == ada.id


def signed_by(key: RSAKey, **header: object) -> Callable[[dict], str]:
    return lambda claims: jwt.encode({"alg": "RS256", **header}, claims, key, algorithms=["RS256"])


FORGED = {
    "nobody": lambda _provider: providers.unsigned,
    "a public key for a secret": providers.by_public_key,
    "another's key": lambda _provider: signed_by(RSAKey.generate_key(2048), kid="rsa"),
    "a key that isn't published": lambda _provider: signed_by(RSAKey.generate_key(2048), kid="new"),
    "another's key, which it doesn't name": lambda _provider: signed_by(RSAKey.generate_key(2048)),
    "nothing at all": lambda _provider: lambda _claims: "",
    "no token": lambda _provider: lambda _claims: "a.b",
    "an encrypted token": lambda _provider: lambda _claims: "a.b.c.d.e",
    "a number": lambda _provider: lambda _claims: 7,
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_token_that_the_provider_did_not_sign_is_refused(
    accounts: Accounts, provider: Provider, ada: Person, forge
) -> None:
    provider.sign = forge(provider)
    stay_out(accounts, provider, TokenRefused)
    assert not accounts.people.get(ada.id).linked


def test_a_changed_token_is_refused(accounts: Accounts, provider: Provider, ada: Person) -> None:
    def forged(claims: dict) -> str:
        honest = signed_by(provider.keys["RS256"], kid="rsa")
        head, _, _ = honest(claims | {"email": "eve@example.org"}).split(".")
        _, body, _ = honest(claims).split(".")
        _, _, signature = honest(claims | {"email": "eve@example.org"}).split(".")
        return f"{head}.{body}.{signature}"

    provider.sign = forged
    stay_out(accounts, provider, TokenRefused)


def test_a_short_key_is_refused(accounts: Accounts, provider: Provider, ada: Person) -> None:
    class Short:
        def as_dict(self, private: bool) -> dict[str, str]:
            return {"kty": "RSA", "kid": "rsa", "e": "AQAB", "n": "w" * 171}  # 1024 bits

    provider.published = [Short()]
    assert "2048 bits" in stay_out(accounts, provider, TokenRefused)


def test_new_keys_are_asked_for_when_they_are_needed(
    accounts: Accounts, provider: Provider, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    come(accounts, provider)
    come(accounts, provider)
    assert provider.asked.count("/keys") == 1
    fresh = RSAKey.generate_key(2048, {"kid": "fresh"})
    provider.keys["RS256"], provider.published = fresh, [fresh]
    stay_out(accounts, provider, TokenRefused)  # asked just now: a stranger can't have us ask on
    assert provider.asked.count("/keys") == 1
    monkeypatch.setattr(asking, "_KEYS_SECONDS", 0.0)
    assert come(accounts, provider).id == ada.id
    assert provider.asked.count("/keys") == 2


def test_an_answer_is_taken_once(accounts: Accounts, provider: Provider, ada: Person) -> None:
    url, token = accounts.openid.begin(BACK)
    query = provider.let_in(url)
    assert accounts.openid.complete(token, BACK, query).id == ada.id
    with pytest.raises(TokenRefused, match="a second time"):
        accounts.openid.complete(token, BACK, query)
    with pytest.raises(TokenRefused, match="a second time"):
        accounts.openid.complete(token, BACK, provider.let_in(url))


def test_a_code_counts_once(accounts: Accounts, provider: Provider, ada: Person) -> None:
    """The provider says so itself; a stolen one has no verifier besides."""
    url, token = accounts.openid.begin(BACK)
    query = provider.let_in(url)
    accounts.openid.complete(token, BACK, query)
    url, token = accounts.openid.begin(BACK)
    state = provider.let_in(url)["state"]
    with pytest.raises(ProviderUnavailable, match="400"):
        accounts.openid.complete(token, BACK, query | {"state": state})


def test_a_code_of_another_browser_is_worth_nothing(
    accounts: Accounts, provider: Provider, ada: Person
) -> None:
    """PKCE: the code of one sign-in doesn't fit the verifier of another."""
    url, _ = accounts.openid.begin(BACK)
    stolen = provider.let_in(url)["code"]
    url, token = accounts.openid.begin(BACK)
    with pytest.raises(ProviderUnavailable, match="400"):
        accounts.openid.complete(token, BACK, provider.let_in(url) | {"code": stolen})


def test_of_two_who_come_with_one_answer_one_comes_in(
    accounts: Accounts, provider: Provider, ada: Person
) -> None:
    url, token = accounts.openid.begin(BACK)
    query = provider.let_in(url)
    start = threading.Barrier(2)
    came: list[bool] = []

    def try_it() -> None:
        start.wait()
        try:
            accounts.openid.complete(token, BACK, query)
            came.append(True)
        except OpenIDProblem:
            came.append(False)

    threads = [threading.Thread(target=try_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == [False, True]


@pytest.mark.parametrize(
    "changed",
    [{"state": "another"}, {"state": ""}, {"state": "ä"}, {"iss": "https://id.example.com"}],
)
def test_an_answer_to_another_sign_in_is_refused(
    accounts: Accounts, provider: Provider, ada: Person, changed: dict[str, str]
) -> None:
    url, token = accounts.openid.begin(BACK)
    with pytest.raises(TokenRefused):
        accounts.openid.complete(token, BACK, provider.let_in(url) | changed)
    assert "/token" not in provider.asked


def test_who_was_not_let_in_there_is_told_so(
    accounts: Accounts, provider: Provider, ada: Person
) -> None:
    url, token = accounts.openid.begin(BACK)
    state = provider.let_in(url)["state"]
    with pytest.raises(TokenRefused, match="let nobody in"):
        accounts.openid.complete(token, BACK, {"error": "access_denied", "state": state})


@pytest.mark.parametrize("token", ["", "x", "\udcff", "\0"])
def test_without_the_cookie_no_answer_is_taken(
    accounts: Accounts, provider: Provider, ada: Person, token: str
) -> None:
    url, _ = accounts.openid.begin(BACK)
    with pytest.raises(TokenRefused):
        accounts.openid.complete(token, BACK, provider.let_in(url))


def test_a_sign_in_has_little_time(
    accounts: Accounts, provider: Provider, ada: Person, clock: Clock
) -> None:
    url, token = accounts.openid.begin(BACK)
    clock.forward(minutes=10)
    with pytest.raises(TokenRefused, match="too late"):
        accounts.openid.complete(token, BACK, provider.let_in(url))


def test_so_many_are_under_way_at_most(
    make_accounts: Callable[..., Accounts],
    provider: Provider,
    options: OpenIDOptions,
    database: Database,
    clock: Clock,
) -> None:
    accounts = make_accounts(replace(QUICK, max_flows=3), options)
    accounts.people.invite("ada@example.org", "Ada", ["lead"])
    begun = [accounts.openid.begin(BACK) for _ in range(5)]
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM sign_in_flow")).scalar_one() == 3
    url, token = begun[0]
    with pytest.raises(TokenRefused):
        accounts.openid.complete(token, BACK, provider.let_in(url))
    url, token = begun[-1]
    assert accounts.openid.complete(token, BACK, provider.let_in(url))
    clock.forward(minutes=11)
    accounts.openid.begin(BACK)
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM sign_in_flow")).scalar_one() == 1


def test_an_address_that_only_userinfo_tells(
    accounts: Accounts, provider: Provider, ada: Person
) -> None:
    provider.in_token = False
    assert come(accounts, provider).id == ada.id
    assert provider.asked[-1] == "/userinfo"


@pytest.mark.parametrize("change", [{"sub": "another"}, {"sub": None}])
def test_userinfo_of_somebody_else_is_refused(
    accounts: Accounts, provider: Provider, ada: Person, change: dict
) -> None:
    provider.in_token = False
    provider.userinfo = lambda told: told.update(change)
    stay_out(accounts, provider, TokenRefused)


def test_userinfo_is_vouched_for_like_a_token(
    accounts: Accounts, provider: Provider, ada: Person
) -> None:
    provider.in_token, provider.verified = False, False
    stay_out(accounts, provider, NotInvited)
