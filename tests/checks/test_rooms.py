import pytest
from checks.rooms import check

PYPROJECT = """
[tool.importlinter]
[[tool.importlinter.contracts]]
type = "layers"
layers = ["hedgerow.settings", "hedgerow.store", "hedgerow.media"]
"""
GOOD = {
    "pyproject.toml": PYPROJECT,
    "docs/settings.md": "",
    "docs/store.md": "",
    "docs/media.md": "",
    "src/hedgerow/__init__.py": "",
    "src/hedgerow/settings.py": "class Settings: ...\n",
    "src/hedgerow/store/__init__.py": '__all__: list[str] = ["Base"]\n',
    "src/hedgerow/media/__init__.py": '__all__ = ["decode"]\n',
    "src/hedgerow/media/formats.py": "def detect(): ...\n",
}
USER = "src/hedgerow/store/user.py"


def _problems(tree, source):
    return check(tree({**GOOD, USER: source})).problems


def test_public_names_pass(tree):
    source = "import hedgerow.media\nfrom hedgerow.media import decode\n"
    source += "from hedgerow.store.base import Base\nfrom hedgerow.settings import Settings\n"
    assert _problems(tree, source) == []


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (
            "from hedgerow.media.formats import detect",
            "reaches into hedgerow.media.formats: import from hedgerow.media",
        ),
        (
            "import hedgerow.media.formats",
            "reaches into hedgerow.media.formats: import from hedgerow.media",
        ),
        (
            "def f():\n    from hedgerow.media import formats",
            "imports formats, which hedgerow.media does not show",
        ),
        (
            "from hedgerow.settings import _private",
            "imports _private, which hedgerow.settings does not show",
        ),
        ("from .base import Base", "imports from .base: write the whole name"),
    ],
)
def test_trespasses_are_named_with_their_line(tree, source, problem):
    line = source.count("\n") + 1
    assert _problems(tree, source + "\n") == [f"{USER}:{line} {problem}"]


def test_a_room_without_a_page_or_public_names_is_named(tree):
    files = {**GOOD, "src/hedgerow/media/__init__.py": ""}
    del files["docs/store.md"]
    assert check(tree(files)).problems == [
        "docs/store.md is missing",
        "src/hedgerow/media shows no __all__",
    ]


def test_no_layers_fail(tree):
    assert check(tree({"pyproject.toml": ""})).problems == [
        "pyproject.toml names no layers for import-linter"
    ]
