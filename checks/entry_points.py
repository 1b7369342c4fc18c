"""Every entry point of pyproject.toml is told in the docs: its group and each of its names."""

from checks.markdown import codes
from checks.project import Project, Report


def check(project: Project) -> Report:
    """Look for each group and name as code on one and the same page of docs/."""
    table = project.pyproject["project"]
    groups: dict[str, list[str]] = {
        group: list(names) for group, names in table.get("entry-points", {}).items()
    }
    pages = {
        name: set(codes(project.read(name)))
        for name in project.files
        if name.startswith("docs/") and name.endswith(".md")
    }
    scripts = list(table.get("scripts", {}))
    count = sum(len(names) for names in groups.values()) + len(scripts)
    report = Report(f"{count} entry points are in docs/")
    if not count:
        report.problems.append("pyproject.toml has no entry point")
    for group, names in groups.items():
        page = next((page for page, words in pages.items() if group in words), None)
        if page is None:
            report.problems.append(f"no page of docs/ tells the entry-point group `{group}`")
            continue
        report.problems += [
            f"{page} tells `{group}` but not its `{name}`"
            for name in names
            if name not in pages[page]
        ]
    report.problems += [
        f"no page of docs/ tells the command `{script}`"
        for script in scripts
        if not any(word.split()[:1] == [script] for words in pages.values() for word in words)
    ]
    return report
