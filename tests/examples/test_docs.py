"""What docs/uploads.md and docs/webhooks.md show stands in an example, and none is left out."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "uploads.md"
PAGES = {"uploads.md": 8, "webhooks.md": 4}
"""With how many blocks of code they show at least."""

SHOWN = ("python", "nginx", "js")


def shown(page: str) -> list[str]:
    """The blocks of code on a page."""
    return re.findall(rf"^```(?:{'|'.join(SHOWN)})\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", PAGES)
def test_every_excerpt_is_of_an_example(examples: Path, name: str) -> None:
    page = (DOCS / name).read_text()
    files = [path.read_text() for path in examples.rglob("*.*") if path.suffix != ".pyc"]
    made_up = [block for block in shown(page) if not any(block in f for f in files)]
    assert len(shown(page)) >= PAGES[name]
    assert len(shown(page)) == len(re.findall(r"^ *```\w", page, re.MULTILINE))
    assert made_up == []


def test_every_example_is_named(examples: Path) -> None:
    names = [
        str(path.relative_to(examples.parent))
        for path in examples.rglob("*.*")
        if path.is_file() and path.suffix != ".pyc"
    ]
    pages = "".join((DOCS / page).read_text() for page in PAGES)
    assert len(names) >= 10
    assert [name for name in names if name not in pages] == []


def test_every_verdict_is_told() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE)
    assert rows == ["clear", "record", "review", "block", "unchecked"]
