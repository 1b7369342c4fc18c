from checks.promises import check

TESTS = """
def test_plain(): ...
class TestGroup:
    async def test_inner(self): ...
def helper(): ...
"""
HEADER = "| Promise | Test |\n| --- | --- |\n"


def _check(tree, *rows):
    page = HEADER + "".join(f"| {promise} | {tests} |\n" for promise, tests in rows)
    return check(tree({"SECURITY.md": page, "tests/a/test_a.py": TESTS}))


def test_promises_held_by_tests_pass(tree):
    report = _check(
        tree,
        ("one", "`tests/a/test_a.py::test_plain`"),
        ("two", "`tests/a/test_a.py::TestGroup::test_inner`, `tests/a/test_a.py::test_plain`"),
    )
    assert report.problems == []
    assert report.looked_at == "2 promises in SECURITY.md are held by 3 tests"


def test_a_promise_without_a_test_is_named(tree):
    assert _check(tree, ("one", "soon")).problems == ["SECURITY.md: no test holds “one”"]


def test_tests_that_do_not_exist_are_named(tree):
    for name in ("test_a.py::test_inner", "test_b.py::test_plain", "test_a.py::helper"):
        problems = _check(tree, ("one", f"`tests/a/{name}`")).problems
        assert problems == [f"SECURITY.md: tests/a/{name} does not exist, for “one”"]


def test_other_tables_are_left_alone(tree):
    page = HEADER + "| one | `tests/a/test_a.py::test_plain` |\n\n| Attacker | Gets |\n| x | y |\n"
    assert check(tree({"SECURITY.md": page, "tests/a/test_a.py": TESTS})).problems == []


def test_a_page_without_promises_fails(tree):
    problems = check(tree({"SECURITY.md": "# Security\n"})).problems
    assert problems == ["SECURITY.md has no table with the columns Promise and Test"]
