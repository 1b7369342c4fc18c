"""Signing in at the OpenID provider, as a browser would take somebody there and back."""

from collections.abc import Callable

import pytest
from tests.accounts.provider import Provider

from hedgerow.accounts import (
    Accounts,
    OpenIDProblem,
    Person,
)

Lines = Callable[[], list[tuple[str, str, str]]]
BACK = "https://hedgerow.example.org/console/openid/answer"


def come(accounts: Accounts, provider: Provider) -> Person:
    url, token = accounts.openid.begin(BACK)
    return accounts.openid.complete(token, BACK, provider.let_in(url))


def stay_out(accounts: Accounts, provider: Provider, kind: type[OpenIDProblem]) -> str:
    with pytest.raises(kind) as refused:
        come(accounts, provider)
    return str(refused.value)
