from checks.entry_points import check

PYPROJECT = """
[project]
name = "hedgerow"
[project.scripts]
hedgerow = "hedgerow.cli:main"
[project.entry-points."hedgerow.signal_types"]
pdq = "hedgerow.signals.pdq:PDQ"
md5 = "hedgerow.signals.digests:MD5"
"""
PAGE = "The group `hedgerow.signal_types` holds `pdq` and `md5`. Call `hedgerow scan`."


def test_told_entry_points_pass(tree):
    assert check(tree({"pyproject.toml": PYPROJECT, "docs/signals.md": PAGE})).problems == []


def test_an_untold_name_is_named(tree):
    page = PAGE.replace("`md5`", "md5")
    problems = check(tree({"pyproject.toml": PYPROJECT, "docs/signals.md": page})).problems
    assert problems == ["docs/signals.md tells `hedgerow.signal_types` but not its `md5`"]


def test_untold_groups_and_commands_are_named(tree):
    problems = check(tree({"pyproject.toml": PYPROJECT, "docs/signals.md": "nothing"})).problems
    assert problems == [
        "no page of docs/ tells the entry-point group `hedgerow.signal_types`",
        "no page of docs/ tells the command `hedgerow`",
    ]
