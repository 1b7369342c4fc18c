from pathlib import Path

import pytest

from hedgerow.index import Index


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def make(folder):
    """Opens the index in `folder`; what was opened is closed after the test."""
    opened = []

    def open_index(mode="write", **options):
        index = Index.open(folder, mode, **options)
        opened.append(index)
        return index

    yield open_index
    for index in opened:
        index.close()
