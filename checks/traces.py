"""No file tells of the machine it was written on, or of where its packages were fetched from."""

import re

from checks.project import Project, Report

# Written so that no pattern matches its own spelling here.
PATTERNS = {
    "a path of one machine": re.compile(r"(?<![\w.~-])/(?:roo[t]|hom[e]|Use[r]s)/\w|/tmp/de[v]\b"),
    "the host of a package registry": re.compile(
        r"\b(?:pyp[i]\.org|pythonhosted\.or[g]|registry\.npm[j]s\.org|deb\.debia[n]\.org)\b"
    ),
}


def check(project: Project) -> Report:
    """Read every text file of the project."""
    report = Report("")
    looked = 0
    for name in project.files:
        try:
            text = project.read(name)
        except UnicodeDecodeError:
            continue  # Not text: a path inside it is none that anybody wrote.
        looked += 1
        for number, line in enumerate(text.splitlines(), start=1):
            report.problems += [
                f"{name}:{number} has {what}: {found[0]}"
                for what, pattern in PATTERNS.items()
                if (found := pattern.search(line))
            ]
    report.looked_at = f"{looked} files, no path of a machine and no registry host"
    if not looked:
        report.problems.append("there is no file")
    return report
