"""An OpenID provider that is not as it should be, gone, or wants things otherwise."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.accounts import provider as providers
from tests.accounts.conftest import QUICK
from tests.accounts.openid.coming import BACK, come, stay_out
from tests.accounts.provider import CLIENT, SECRET, Provider

from hedgerow.accounts import (
    Accounts,
    OpenIDOptions,
    OpenIDProblem,
    Person,
    ProviderUnavailable,
    TokenRefused,
)
from hedgerow.accounts.openid import provider as asking

DISCOVERY = {
    "another issuer": lambda told: told.update(issuer="https://id.example.com"),
    "another issuer by a slash": lambda told: told.update(issuer=told["issuer"] + "/"),
    "no way to sign in": lambda told: told.pop("authorization_endpoint"),
    "keys in the open": lambda told: told.update(jwks_uri="http://id.example.com/keys"),
    "tokens from a file": lambda told: told.update(token_endpoint="file:///etc/passwd"),
    "userinfo in the open": lambda told: told.update(userinfo_endpoint="http://id.example.com/"),
}


@pytest.mark.parametrize("change", DISCOVERY.values(), ids=DISCOVERY)
def test_a_provider_that_is_not_as_it_should_be_is_not_used(
    accounts: Accounts, provider: Provider, change: providers.Change
) -> None:
    provider.discovery = change
    stay_out(accounts, provider, ProviderUnavailable)


ANSWERS = {
    "no JSON": (200, b"<html>"),
    "no object": (200, b"[]"),
    "deep JSON": (200, b"[" * 100_000),
    "too much": (200, b'{"x": "' + b"x" * 1_048_577 + b'"}'),
    "a fault": (500, b"{}"),
    "a redirect": (302, b"http://127.0.0.1:1/"),
}
PATHS = ["/.well-known/openid-configuration", "/keys", "/token"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_provider_that_answers_badly_lets_nobody_in(
    accounts: Accounts,
    provider: Provider,
    ada: Person,
    path: str,
    answer: tuple[int, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "_GONE_SECONDS", 0.0)
    provider.answers[path] = answer
    stay_out(accounts, provider, OpenIDProblem)
    del provider.answers[path]
    assert come(accounts, provider).id == ada.id


def test_a_provider_that_is_gone(make_accounts: Callable[..., Accounts]) -> None:
    gone = OpenIDOptions(issuer="http://127.0.0.1:1", client_id=CLIENT)
    with pytest.raises(ProviderUnavailable, match="can't be reached"):
        make_accounts(QUICK, gone).openid.begin(BACK)


def test_a_provider_that_is_gone_is_not_asked_again_at_once(
    accounts: Accounts, provider: Provider, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = "/.well-known/openid-configuration"
    provider.answers[where] = (500, b"")
    told = stay_out(accounts, provider, ProviderUnavailable)
    del provider.answers[where]
    assert stay_out(accounts, provider, ProviderUnavailable) == told
    assert provider.asked == [where]
    monkeypatch.setattr(asking, "_GONE_SECONDS", 0.0)
    assert come(accounts, provider).id == ada.id


def test_a_secret_that_cannot_be_read(
    make_accounts: Callable[..., Accounts], provider: Provider, options: OpenIDOptions
) -> None:
    accounts = make_accounts(QUICK, replace(options, client_secret_file="missing"))
    accounts.people.invite("ada@example.org", "Ada", ["lead"])
    assert "client_secret_file" in stay_out(accounts, provider, ProviderUnavailable)


def test_a_provider_may_want_the_secret_in_the_body(
    accounts: Accounts, provider: Provider, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.discovery = lambda told: told.update(
        token_endpoint_auth_methods_supported=["client_secret_post"]
    )
    seen: list[dict[str, str]] = []
    redeem = provider.redeem

    def taken(fields: dict[str, str], authorization: str) -> dict | None:
        import base64
        from urllib.parse import quote_plus

        seen.append(fields)
        assert authorization == ""
        pair = f"{fields['client_id']}:{quote_plus(fields['client_secret'])}"
        return redeem(fields, f"Basic {base64.b64encode(pair.encode()).decode()}")

    monkeypatch.setattr(provider, "redeem", taken)
    assert come(accounts, provider).id == ada.id
    assert seen[0]["client_secret"] == SECRET


def test_nothing_is_asked_before_somebody_signs_in(accounts: Accounts, provider: Provider) -> None:
    assert accounts.openid.on
    accounts.people.invite("bob", "Bob", ["lead"])
    assert provider.asked == []


def test_without_a_provider_it_is_off(make_accounts: Callable[..., Accounts]) -> None:
    assert not make_accounts().openid.on


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"issuer": "http://id.example.org", "client_id": "x"}, "https"),
        ({"issuer": "id.example.org", "client_id": "x"}, "https"),
        ({"issuer": "https://id.example.org?x", "client_id": "x"}, "without"),
        ({"issuer": "https://id.example.org"}, "together"),
        ({"client_id": "x"}, "together"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"leeway_seconds": -1}, "leeway_seconds"),
    ],
)
def test_impossible_options_are_refused(given: dict, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        OpenIDOptions(**given)


def test_no_secret_is_in_a_refusal(accounts: Accounts, provider: Provider, ada: Person) -> None:
    provider.change = lambda claims: claims.update(nonce="another")
    url, token = accounts.openid.begin(BACK)
    query = provider.let_in(url)
    with pytest.raises(TokenRefused) as refused:
        accounts.openid.complete(token, BACK, query)
    told = str(refused.value) + repr(refused.value.__context__) + json.dumps(provider.asked)
    for private in (token, query["code"], query["state"], SECRET):
        assert private not in told
