from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser
from tests.browser.chromium import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the tests of one module: while it runs, nothing else may have an event loop."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def photographs() -> dict[str, bytes]:
    """Small photographs, as PNG."""
    found = find_spec("skimage")
    assert found is not None
    folder = Path(str(found.origin)).parent / "data"
    made = {}
    for each in ("astronaut", "coffee", "chelsea"):
        with Image.open(folder / f"{each}.png") as opened:
            written = BytesIO()
            opened.convert("RGB").resize((640, 480)).save(written, "PNG")
        made[each] = written.getvalue()
    return made
