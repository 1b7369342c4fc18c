from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.accounts import provider as providers
from tests.accounts.conftest import QUICK
from tests.accounts.provider import CLIENT, SECRET, Provider

from hedgerow.accounts import (
    Accounts,
    OpenIDOptions,
    Person,
)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providers.running() as found:
        yield found


@pytest.fixture
def options(provider: Provider, tmp_path: Path) -> OpenIDOptions:
    secret = tmp_path / "client-secret"
    secret.write_text(SECRET + "\n")
    return OpenIDOptions(
        issuer=provider.issuer, client_id=CLIENT, client_secret_file=str(secret), timeout_seconds=5
    )


@pytest.fixture
def accounts(make_accounts: Callable[..., Accounts], options: OpenIDOptions) -> Accounts:
    return make_accounts(QUICK, options)


@pytest.fixture
def ada(accounts: Accounts) -> Person:
    return accounts.people.invite("ada@example.org", "Ada", ["lead"])[0]
