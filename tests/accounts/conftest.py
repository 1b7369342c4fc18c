from collections.abc import Iterator
from pathlib import Path

import pytest

from hedgerow.accounts import Keys
from hedgerow.store import Database, open_database, read_url


@pytest.fixture
def path(database_url: str) -> Path:
    """Of SQLite's file; its folder holds nothing else."""
    return Path(str(read_url(database_url).database))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as opened:
        yield opened


@pytest.fixture
def keys(database: Database) -> Keys:
    return Keys(database)
