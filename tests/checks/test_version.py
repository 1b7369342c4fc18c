import pytest
from checks.project import Broken
from checks.version import check

INIT = '"""Doc."""\n\n__version__ = "0.2.0"\n'


def _tree(tree, log):
    return tree({"src/hedgerow/__init__.py": INIT, "CHANGELOG.md": log})


def test_the_newest_release_passes(tree):
    log = "# Changes\n\n## Unreleased\n\n## 0.2.0 (2026-01-02)\n\n## 0.1.0\n"
    assert check(_tree(tree, log)).problems == []


def test_an_older_release_on_top_fails(tree):
    problems = check(_tree(tree, "## 0.1.0\n## 0.2.0\n")).problems
    assert problems == ["hedgerow.__version__ is 0.2.0, CHANGELOG.md's newest release 0.1.0"]


def test_no_release_fails(tree):
    assert check(_tree(tree, "## Unreleased\n")).problems == [
        "CHANGELOG.md has no heading like `## 1.2.3`"
    ]


def test_a_package_without_a_version_is_told(tree):
    with pytest.raises(Broken, match="no __version__"):
        check(tree({"src/hedgerow/__init__.py": "", "CHANGELOG.md": "## 0.2.0\n"}))
