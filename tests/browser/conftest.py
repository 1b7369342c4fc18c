from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.browser.chromium import chromium
from tests.photographs import small


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the tests of one module: while it runs, nothing else may have an event loop."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def photographs() -> dict[str, bytes]:
    """Small photographs, as PNG."""
    return small(640, 480)
