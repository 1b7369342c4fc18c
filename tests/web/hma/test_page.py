from pathlib import Path

import pytest

from hedgerow.web.hma.routes import ROUTES

PAGE = (Path(__file__).parents[3] / "docs" / "hma.md").read_text()


@pytest.mark.parametrize(
    "route", [f"{method} {path}" for path, methods in ROUTES.items() for method in methods]
)
def test_the_page_tells_of_each_route(route: str) -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert any(f"`{route}`" in row for row in rows)
