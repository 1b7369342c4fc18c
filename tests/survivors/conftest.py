import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.cases.clock import Clock
from tests.cases.clock import put as set_cases
from tests.survivors.making import pictures, ticket

from hedgerow.banks import Banks
from hedgerow.cases import Cases
from hedgerow.cases.webhooks import CHOICES, WebhookLimits, Webhooks
from hedgerow.cases.webhooks.models import DeliveryRow
from hedgerow.store import Database, Vault, open_database
from hedgerow.store.audit.models import EntryRow
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


@pytest.fixture
def protect(survivors: Survivors) -> Callable[..., int]:
    """Protects pictures of these numbers in a new case; gives its number."""
    sent = count(1)

    def protected(*numbers: int, **more: Any) -> int:
        given = {"ticket": ticket(f"a case, {next(sent)}"), "language": "en"} | more
        return survivors.protect(pictures(*numbers), **given).case_id

    return protected


@pytest.fixture
def told(database: Database, vault: Vault) -> Callable[[], list[dict[str, Any]]]:
    """What an endpoint that wants everything is told of notices."""
    hooks = Webhooks(database, vault, WebhookLimits())
    hooks.create("https://platform.example/hook", CHOICES, "tests")

    def found() -> list[dict[str, Any]]:
        with database.read() as session:
            rows = session.execute(select(DeliveryRow).order_by(DeliveryRow.id)).scalars()
            return [json.loads(row.payload) for row in rows]

    return found


@pytest.fixture
def logged(database: Database) -> Callable[[], list[EntryRow]]:
    """The log's entries that are of people's own cases."""

    def found() -> list[EntryRow]:
        with database.read() as session:
            rows = session.execute(select(EntryRow).order_by(EntryRow.number)).scalars()
            return [row for row in rows if row.subject.startswith("own:")]

    return found
