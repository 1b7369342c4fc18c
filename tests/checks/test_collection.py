import pytest
from checks.collection import check
from checks.project import Broken

TEST = "def test_one():\n    assert True\n"


def test_collected_files_pass(tree):
    report = check(tree({"tests/a/test_a.py": TEST, "tests/a/helper.py": "def make(): ...\n"}))
    assert report.problems == []
    assert report.looked_at == "1 test files are collected, 1 tests"


def test_tests_that_are_never_run_are_named(tree):
    project = tree(
        {
            "tests/test_a.py": TEST,
            "tests/check_b.py": TEST,
            "tests/c_test.txt.py": "class TestC:\n    def test_c(self): ...\n",
            "tests/test_empty.py": "def tset_one(): ...\n",
        }
    )
    assert check(project).problems == [
        "tests/test_empty.py is not collected: it holds no test, or pytest doesn't reach it",
        "tests/c_test.txt.py holds test_c but its name isn't test_*.py: it is never run",
        "tests/check_b.py holds test_one but its name isn't test_*.py: it is never run",
    ]


def test_a_file_that_cannot_be_imported_is_told(tree):
    with pytest.raises(Broken, match="could not collect"):
        check(tree({"tests/test_a.py": "import nonesuch\n"}))


def test_no_test_at_all_fails(tree):
    assert check(tree({"tests/helper.py": ""})).problems == ["there is no file tests/**/test_*.py"]
