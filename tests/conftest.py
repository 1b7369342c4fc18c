"""Fixtures for every room's tests."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from tests.postgres import database_url as database_url
from tests.postgres import empty_postgres_url as empty_postgres_url
from tests.postgres import make_database_url as make_database_url
from tests.postgres import postgres as postgres
from tests.postgres import postgres_maker as postgres_maker

# None of the properties is about speed, and a machine may be busy.
settings.register_profile("hedgerow", deadline=None)
settings.load_profile("hedgerow")

_BESIDE = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of test pictures; the test is skipped where it isn't there."""
    folder = Path(os.environ.get("HEDGEROW_TEST_DATA", _BESIDE))
    if not folder.is_dir():
        pytest.skip(f"no test pictures: {folder} is not a folder (set HEDGEROW_TEST_DATA)")
    return folder
