"""Every dependency has its reason in docs/dependencies.md."""

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from checks.markdown import codes, rows
from checks.project import Project, Report

PAGE = "docs/dependencies.md"


def declared(project: Project) -> dict[str, list[Requirement]]:
    """Return what pyproject.toml asks for: `""` (always), `build`, and each extra's name."""
    table = project.pyproject["project"]
    groups = {"": table.get("dependencies", []), **table.get("optional-dependencies", {})}
    groups["build"] = project.pyproject["build-system"]["requires"]
    return {group: [Requirement(line) for line in lines] for group, lines in groups.items()}


def check(project: Project) -> Report:
    """Look for a table row whose first cell is the package's name as code, and a reason."""
    own = canonicalize_name(project.pyproject["project"]["name"])
    wanted = {
        canonicalize_name(requirement.name)
        for requirements in declared(project).values()
        for requirement in requirements
    } - {own}
    told = {
        canonicalize_name(name): " ".join(row[1:])
        for row in rows(project.read(PAGE))
        for name in codes(row[0])
    }
    report = Report(f"{len(wanted)} dependencies have their reason in {PAGE}")
    if not wanted:
        report.problems.append("pyproject.toml has no dependency")
    for name in sorted(wanted):
        if name not in told:
            report.problems.append(f"{PAGE} has no row for `{name}`")
        elif not told[name].strip():
            report.problems.append(f"{PAGE}, `{name}`: the reason is missing")
    report.problems += [
        f"{PAGE} tells `{name}`, which pyproject.toml doesn't ask for"
        for name in sorted(told.keys() - wanted)
    ]
    return report
