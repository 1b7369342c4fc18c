from collections.abc import Iterator
from pathlib import Path

import pytest

from hedgerow.store import Database, open_database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hedgerow.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with open_database(f"sqlite:///{path}") as opened:
        yield opened
