"""Run every check, print a line for each, and exit 1 when one fails."""

import sys
from collections.abc import Callable
from pathlib import Path

from checks import (
    catalogues,
    collection,
    commands,
    dependencies,
    entry_points,
    locks,
    migrations,
    promises,
    rooms,
    settings,
    sizes,
    traces,
    version,
)
from checks.project import Broken, Project, Report

CHECKS: dict[str, Callable[[Project], Report]] = {
    "commands": commands.check,
    "settings": settings.check,
    "entry points": entry_points.check,
    "migrations": migrations.check,
    "promises": promises.check,
    "collection": collection.check,
    "version": version.check,
    "sizes": sizes.check,
    "traces": traces.check,
    "dependencies": dependencies.check,
    "locks": locks.check,
    "rooms": rooms.check,
    "catalogues": catalogues.check,
}


def run(project: Project, checks: dict[str, Callable[[Project], Report]]) -> bool:
    """Run `checks` on `project`, print what they found, and return whether all passed."""
    passed = True
    for name, check in checks.items():
        try:
            report = check(project)
        except Broken as broken:
            report = Report("could not be checked", [str(broken)])
        except Exception as error:  # noqa: BLE001 - told as a failure, so that the others still run
            report = Report("broke", [f"{type(error).__name__}: {error}"])
        passed &= not report.problems
        print(f"{'FAIL' if report.problems else 'ok':<5}{name:<14}{report.looked_at}")
        for problem in report.problems:
            print(f"       {problem}")
    return passed


if __name__ == "__main__":
    sys.exit(not run(Project(Path(__file__).resolve().parent.parent), CHECKS))
