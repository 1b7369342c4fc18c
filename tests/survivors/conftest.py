from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cases.clock import Clock
from tests.cases.clock import put as set_cases

from hedgerow.banks import Banks
from hedgerow.cases import Cases
from hedgerow.store import Database, Vault, open_database
from hedgerow.survivors import Limits, Survivors

CHEAP = {"argon2_time": 1, "argon2_memory_kib": 8, "argon2_parallelism": 1}
"""What tests that enter many cases can afford; what a code costs is tested by itself."""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as opened:
        yield opened


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault.key")


@pytest.fixture
def banks(database: Database) -> Banks:
    made = Banks(database)
    made.ensure_sentinel()
    return made


@pytest.fixture
def cases(banks: Banks) -> Cases:
    return Cases(banks)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time for people's own cases and for those of the review, which stands still until moved."""
    made = Clock()
    set_cases(made, monkeypatch)
    return made


@pytest.fixture
def limits() -> Limits:
    return Limits(**CHEAP)


@pytest.fixture
def survivors(
    database: Database, banks: Banks, cases: Cases, vault: Vault, limits: Limits, clock: Clock
) -> Survivors:
    made = Survivors(database, banks, cases, vault, limits, clock)
    made.prepare()
    return made
