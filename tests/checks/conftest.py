"""A small made-up tree for a check to look at."""

from collections.abc import Callable

import pytest
from checks.project import Project


@pytest.fixture
def tree(tmp_path) -> Callable[[dict[str, str]], Project]:
    """Return a function that writes the files it is given and returns them as a project."""

    def write(files: dict[str, str]) -> Project:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Project(tmp_path)

    return write
