from collections.abc import Iterator
from pathlib import Path

import pytest

from hedgerow.banks import Banks
from hedgerow.store import Database, open_database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Of the database; its folder holds nothing else."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder / "hedgerow.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with open_database(f"sqlite:///{path}") as opened:
        yield opened


@pytest.fixture
def banks(database: Database) -> Banks:
    made = Banks(database)
    made.create("known", "block")
    return made
