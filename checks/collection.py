"""Every file with a test in it is one that pytest collects."""

import ast
import subprocess
import sys
from fnmatch import fnmatch

from checks.project import Broken, Project, Report


def check(project: Project) -> Report:
    """Compare the files in tests/ with what pytest itself says it would run."""
    named = {name for name in project.python("tests") if fnmatch(_file(name), "test_*.py")}
    collected = collect(project)
    report = Report(f"{len(named)} test files are collected, {sum(collected.values())} tests")
    if not named:
        report.problems.append("there is no file tests/**/test_*.py")
    report.problems += [
        f"{name} is not collected: it holds no test, or pytest doesn't reach it"
        for name in sorted(named - collected.keys())
    ]
    report.problems += [
        f"{name} holds {test} but its name isn't test_*.py: it is never run"
        for name in project.python("tests")
        if name not in named and _file(name) != "conftest.py"
        for test in tests_in(project.tree(name))
    ]
    return report


def _file(name: str) -> str:
    return name.rpartition("/")[2]


def tests_in(tree: ast.Module) -> list[str]:
    """Return the names of the test functions of a module, in classes too."""
    classes = (node for node in tree.body if isinstance(node, ast.ClassDef))
    bodies = [tree.body, *(node.body for node in classes if node.name.startswith("Test"))]
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        node.name
        for body in bodies
        for node in body
        if isinstance(node, functions) and node.name.startswith("test")
    ]


def collect(project: Project) -> dict[str, int]:
    """Return how many tests pytest finds in each file, without running them."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 5):
        last = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()][-5:]
        msg = "pytest could not collect the tests: " + " / ".join(last)
        raise Broken(msg)
    pairs = (line.rpartition(": ") for line in done.stdout.splitlines())
    return {name: int(count) for name, _, count in pairs if count.isdigit()}
