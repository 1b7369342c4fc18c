from checks.sizes import check


def test_small_files_pass(tree):
    report = check(tree({"src/a.py": "x\n" * 500, "src/b.py": "x\n" * 9, "src/c.py": "x\n"}))
    assert report.problems == []


def test_a_long_file_is_named(tree):
    report = check(tree({"src/a.py": "x\n" * 501, "src/b.py": "x\n", "src/c.py": "x\n"}))
    assert report.problems == ["src/a.py has 501 lines (at most 500)"]


def test_a_long_median_fails(tree):
    files = {"src/a.py": "x\n" * 150, "tests/b.py": "x\n" * 150, "src/empty.py": ""}
    assert check(tree(files)).problems == ["the median is 150 lines (under 150)"]


def test_no_file_fails(tree):
    assert len(check(tree({"docs/a.md": ""})).problems) == 1
