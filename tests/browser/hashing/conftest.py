from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.browser.hashing.node import Node
from tests.browser.hashing.page import HashingPage, hashing_page


@pytest.fixture(scope="module")
def hashing(browser: Browser) -> Iterator[HashingPage]:
    """The page, ready for files."""
    with hashing_page(browser) as page:
        yield page


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """The modules in Node.js, which is quicker than a browser."""
    with Node(tmp_path_factory.mktemp("modules")) as found:
        yield found
