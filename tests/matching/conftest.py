from pathlib import Path

import pytest
from tests.photographs import folder

from hedgerow.banks import Banks
from hedgerow.matching import Limits, Matcher
from hedgerow.store import open_database


@pytest.fixture
def database(database_url):
    with open_database(database_url) as opened:
        yield opened


@pytest.fixture
def banks(database):
    return Banks(database)


@pytest.fixture
def make_matcher(database, tmp_path):
    """Makes matchers of one home; what was made is closed after the test."""
    made = []

    def make(**limits):
        made.append(Matcher(database, tmp_path / "index", Limits(**limits)))
        return made[-1]

    yield make
    for matcher in made:
        matcher.close()


@pytest.fixture
def matcher(make_matcher):
    return make_matcher()


@pytest.fixture(scope="session")
def photographs() -> Path:
    """The folder of photographs that come with scikit-image."""
    return folder()
