from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.banks.counted import wrong_counts

from hedgerow.banks import Banks
from hedgerow.store import Database, open_database, read_url


@pytest.fixture
def path(database_url: str) -> Path:
    """Of SQLite's file; its folder holds nothing else."""
    return Path(str(read_url(database_url).database))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as opened:
        yield opened
        assert wrong_counts(opened) == {}  # whatever the test did


@pytest.fixture
def banks(database: Database) -> Banks:
    made = Banks(database)
    made.create("known", "block")
    return made
