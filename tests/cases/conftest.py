from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cases.clock import Clock, put

from hedgerow.banks import Banks
from hedgerow.cases import Cases
from hedgerow.store import Database, MediaVault, Vault, open_database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as opened:
        yield opened


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault.key")


@pytest.fixture
def kept(database: Database, vault: Vault, tmp_path: Path) -> MediaVault:
    """Where uploads are kept for review."""
    return MediaVault(database, vault, str(tmp_path / "media"))


@pytest.fixture
def banks(database: Database) -> Banks:
    made = Banks(database)
    made.ensure_sentinel()
    assert made.create("known", "block").id == 2  # as `making.match` has it
    return made


@pytest.fixture
def cases(banks: Banks, kept: MediaVault) -> Cases:
    return Cases(banks, vault=kept)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time for this room stands still, until the test moves it."""
    made = Clock()
    put(made, monkeypatch)
    return made
