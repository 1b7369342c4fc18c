"""The version of the package is the newest one that CHANGELOG.md tells of."""

import ast
import re

from checks.project import Broken, Project, Report


def check(project: Project) -> Report:
    """Compare `__version__` with the first release heading; `Unreleased` may stand above it."""
    version = _version(project)
    log = project.read("CHANGELOG.md")
    releases = re.findall(r"^## \[?v?(\d[\w.]*)\]?", log, flags=re.MULTILINE)
    report = Report(f"{version} is the newest release in CHANGELOG.md")
    if not releases:
        report.problems.append("CHANGELOG.md has no heading like `## 1.2.3`")
    elif releases[0] != version:
        report.problems.append(
            f"hedgerow.__version__ is {version}, CHANGELOG.md's newest release {releases[0]}"
        )
    return report


def _version(project: Project) -> str:
    for node in project.tree("src/hedgerow/__init__.py").body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__version__")], value=ast.Constant(value=str(v))):
                return v
    msg = "src/hedgerow/__init__.py gives no __version__"
    raise Broken(msg)
