from checks.dependencies import check

PYPROJECT = """
[build-system]
requires = ["hatchling>=1.27"]
[project]
name = "hedgerow"
dependencies = ["numpy>=2.4", "Pillow_Heif>=1"]
[project.optional-dependencies]
dev = ["hedgerow[demo]", "pytest>=9"]
demo = ["scikit-image"]
"""
GOOD = """
| Package | Why |
| --- | --- |
| `numpy` | algebra |
| `pillow-heif` | HEIC |
| `pytest`, `scikit-image` | tests |
| `hatchling` | builds |
"""


def _check(tree, page):
    return check(tree({"pyproject.toml": PYPROJECT, "docs/dependencies.md": page}))


def test_every_dependency_with_a_reason_passes(tree):
    assert _check(tree, GOOD).problems == []


def test_a_missing_row_is_named(tree):
    page = GOOD.replace("| `pillow-heif` | HEIC |\n", "")
    problems = _check(tree, page).problems
    assert problems == ["docs/dependencies.md has no row for `pillow-heif`"]


def test_a_missing_reason_is_named(tree):
    problems = _check(tree, GOOD.replace("| algebra |", "| |")).problems
    assert problems == ["docs/dependencies.md, `numpy`: the reason is missing"]


def test_a_dependency_that_is_gone_may_not_be_told(tree):
    problems = _check(tree, GOOD + "| `left-pad` | habit |\n").problems
    assert problems == [
        "docs/dependencies.md tells `left-pad`, which pyproject.toml doesn't ask for"
    ]
