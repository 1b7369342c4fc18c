import subprocess

from checks.__main__ import CHECKS, run
from checks.project import Broken, Project, Report


def test_all_checks_run_and_each_prints_its_line(tree, capsys):
    def broken(project):
        msg = "a file is missing"
        raise Broken(msg)

    def crashing(project):
        return 1 / 0

    checks = {
        "bad": lambda project: Report("looked", ["wrong"]),
        "broken": broken,
        "crashing": crashing,
        "good": lambda project: Report("all is well"),
    }
    assert run(tree({}), checks) is False
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[:2] for line in shown if line[0] in ("ok", "FAIL")] == [
        ["FAIL", "bad"],
        ["FAIL", "broken"],
        ["FAIL", "crashing"],
        ["ok", "good"],
    ]
    assert ["wrong"] in shown
    assert ["a", "file", "is", "missing"] in shown
    assert ["ZeroDivisionError:", "division", "by", "zero"] in shown


def test_checks_that_pass_pass(tree):
    assert run(tree({}), {"good": lambda project: Report("all is well")}) is True


def test_every_check_fails_on_an_empty_tree(tree, capsys):
    # `migrations`, `commands` and `settings` look at the installed package, not at the tree.
    installed = {"migrations", "commands", "settings"}
    for name, check in CHECKS.items():
        if name not in installed:
            assert run(tree({}), {name: check}) is False, name
    assert capsys.readouterr().out.count("FAIL") == len(CHECKS) - len(installed)


def test_what_git_ignores_is_no_file_of_the_project(tree):
    project = tree({".gitignore": "/out/\n", "out/x.py": "", "src/y.py": ""})
    subprocess.run(["git", "init", "--quiet"], cwd=project.root, check=True)
    assert Project(project.root).files == [".gitignore", "src/y.py"]
