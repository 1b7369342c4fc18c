"""Every promise in SECURITY.md names the test that holds it, and that test exists."""

import ast
import re

from checks.markdown import codes, tables
from checks.project import Project, Report

PAGE = "SECURITY.md"
_TEST = re.compile(r"tests/[\w/.-]+\.py(::\w+)+")


def check(project: Project) -> Report:
    """Read the tables with the columns `Promise` and `Test`."""
    report = Report("")
    promises = held = 0
    found = tables(project.read(PAGE))
    promising = (table for table in found if (table[0][0], table[0][-1]) == ("Promise", "Test"))
    for row in (row for table in promising for row in table[1:]):
        promises += 1
        tests = [code for code in codes(row[-1]) if _TEST.fullmatch(code)]
        held += len(tests)
        if not tests:
            report.problems.append(f"{PAGE}: no test holds “{row[0]}”")
        report.problems += [
            f"{PAGE}: {test} does not exist, for “{row[0]}”"
            for test in tests
            if not exists(project, test)
        ]
    report.looked_at = f"{promises} promises in {PAGE} are held by {held} tests"
    if not promises:
        report.problems.append(f"{PAGE} has no table with the columns Promise and Test")
    return report


def exists(project: Project, test: str) -> bool:
    """Whether `test` (path::function or path::Class::function) is a test of the project."""
    path, *names = test.split("::")
    if path not in project.files:
        return False
    body: list[ast.stmt] = project.tree(path).body
    for name in names[:-1]:
        inner = (node for node in body if isinstance(node, ast.ClassDef) and node.name == name)
        found = next(inner, None)
        if found is None:
            return False
        body = found.body
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return names[-1].startswith("test") and any(
        isinstance(node, functions) and node.name == names[-1] for node in body
    )
