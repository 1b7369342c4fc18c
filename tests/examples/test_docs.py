"""What docs/uploads.md shows stands in an example as it is, and no example is left out."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "uploads.md"
SHOWN = ("python", "nginx", "js")


def shown(page: str) -> list[str]:
    """The blocks of code on a page."""
    return re.findall(rf"^```(?:{'|'.join(SHOWN)})\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_every_excerpt_is_of_an_example(examples: Path) -> None:
    page = PAGE.read_text()
    files = [path.read_text() for path in examples.rglob("*.*") if path.suffix != ".pyc"]
    made_up = [block for block in shown(page) if not any(block in f for f in files)]
    assert len(shown(page)) >= 8
    assert len(shown(page)) == len(re.findall(r"^ *```\w", page, re.MULTILINE))
    assert made_up == []


def test_every_example_is_named(examples: Path) -> None:
    names = [
        str(path.relative_to(examples.parent))
        for path in examples.rglob("*.*")
        if path.is_file() and path.suffix != ".pyc"
    ]
    page = PAGE.read_text()
    assert len(names) >= 6
    assert [name for name in names if name not in page] == []


def test_every_verdict_is_told() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE)
    assert rows == ["clear", "record", "review", "block", "unchecked"]
