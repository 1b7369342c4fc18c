"""The lock files hold what pyproject.toml asks for, pinned and hashed."""

import re
from dataclasses import dataclass, field

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from checks.dependencies import declared
from checks.project import Project, Report

LOCKS = {
    "requirements/demo.txt": ("", "build", "demo"),
    "requirements/dev.txt": ("", "build", "dev"),
    "requirements/bench.txt": ("", "build", "demo", "bench"),
}
BUILD = "requirements/build.in"


@dataclass
class Pin:
    """One package of a lock file: its version, its hashes, and who asked for it."""

    name: str
    version: str
    hashes: int = 0
    asked_by: set[str] = field(default_factory=set)


def read(text: str) -> list[Pin]:
    """Return the pins of a lock file; a package may have several, for different Pythons."""
    pins: list[Pin] = []
    for line in text.splitlines():
        if match := re.match(r"([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", line):
            pins.append(Pin(canonicalize_name(match[1]), match[2]))
        elif pins and "--hash=sha256:" in line:
            pins[-1].hashes += 1
        elif pins and (match := re.match(r"\s+#\s+(?:via\s+)?(\S.*)", line)):
            pins[-1].asked_by.add(match[1])
    return pins


def check(project: Project) -> Report:
    """Compare each lock with the requirements it was made from; no registry is asked."""
    wanted = declared(project)
    own = canonicalize_name(project.pyproject["project"]["name"])
    tools = [line for line in project.read(BUILD).splitlines() if line and line[0] != "#"]
    report = Report("")
    report.problems += [
        f"{BUILD} lacks {requirement}, which build-system asks for"
        for requirement in wanted["build"]
        if str(requirement) not in tools
    ]
    count = 0
    for path, groups in LOCKS.items():
        pins = read(project.read(path))
        count += len(pins)
        asked = _flat(wanted, groups, own) + [Requirement(line) for line in tools]
        report.problems += _compare(path, pins, asked, own)
    report.looked_at = f"{count} pins in {len(LOCKS)} files are hashed and fit pyproject.toml"
    return report


def _flat(
    wanted: dict[str, list[Requirement]], groups: tuple[str, ...], own: str
) -> list[Requirement]:
    """Return the requirements of `groups`, with `own[extra]` replaced by that extra's."""
    found: list[Requirement] = []
    for requirement in (each for group in groups for each in wanted.get(group, [])):
        if canonicalize_name(requirement.name) == own:
            found += _flat(wanted, tuple(sorted(requirement.extras)), own)
        else:
            found.append(requirement)
    return found


def _compare(path: str, pins: list[Pin], asked: list[Requirement], own: str) -> list[str]:
    problems = [f"{path}: {pin.name} has no hash" for pin in pins if not pin.hashes]
    for requirement in asked:
        name = canonicalize_name(requirement.name)
        versions = [pin.version for pin in pins if pin.name == name]
        if not versions:
            problems.append(f"{path} lacks {name}: run `make lock`")
        problems += [
            f"{path} has {name} {version}, not {requirement.specifier}: run `make lock`"
            for version in versions
            if not requirement.specifier.contains(version, prereleases=True)
        ]
    names = {canonicalize_name(requirement.name) for requirement in asked}
    problems += [
        f"{path} has {pin.name}, which pyproject.toml no longer asks for: run `make lock`"
        for pin in pins
        if f"{own} (pyproject.toml)" in pin.asked_by and pin.name not in names
    ]
    return problems
