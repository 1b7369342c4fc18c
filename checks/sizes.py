"""Files stay small: a long one is usually two ideas."""

from statistics import median

from checks.project import Project, Report

FOLDERS = ("src", "tests", "checks", "bench")
MAX_LINES = 500
MAX_MEDIAN = 150


def check(project: Project) -> Report:
    """Count the lines of every Python file that isn't empty."""
    lines = {name: project.read(name).count("\n") for name in project.python(*FOLDERS)}
    lines = {name: count for name, count in lines.items() if count}
    if not lines:
        return Report("no Python file", [f"there is no Python file in {', '.join(FOLDERS)}"])
    middle = median(lines.values())
    longest = max(lines, key=lambda name: lines[name])
    report = Report(
        f"{len(lines)} Python files, {middle:.0f} lines in the median, "
        f"{lines[longest]} in the longest, {longest}"
    )
    report.problems += [
        f"{name} has {count} lines (at most {MAX_LINES})"
        for name, count in lines.items()
        if count > MAX_LINES
    ]
    if middle >= MAX_MEDIAN:
        report.problems.append(f"the median is {middle:.0f} lines (under {MAX_MEDIAN})")
    return report
