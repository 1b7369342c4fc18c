"""Every command and every option of `hedgerow` is told in docs/cli.md, and no other is."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from checks.markdown import sections
from checks.project import Broken, Project, Report

PAGE = "docs/cli.md"


def check(project: Project) -> Report:
    """Walk the command line of the installed package."""
    try:
        app = import_module("hedgerow.cli").app
    except (ImportError, AttributeError) as error:
        msg = f"hedgerow.cli.app is missing: {error}"
        raise Broken(msg) from error
    import typer.main

    return compare(dict(walk("hedgerow", typer.main.get_command(app))), project.read(PAGE))


def walk(name: str, command: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield each command's whole name and the long names of its options, the hidden left out.

    `command` is a Click command as Typer makes it; Typer brings its own Click, so no type of
    Click's stands here.
    """
    yield name, [option for parameter in command.params for option in _options(parameter)]
    for word, inner in sorted(getattr(command, "commands", {}).items()):
        if not inner.hidden:
            yield from walk(f"{name} {word}", inner)


def _options(parameter: Any) -> list[str]:
    if getattr(parameter, "hidden", False):
        return []
    spelled = [*parameter.opts, *parameter.secondary_opts]
    return [name for name in spelled if name.startswith("--") and name != "--help"]


def compare(commands: dict[str, list[str]], page: str) -> Report:
    """Compare `commands` with the sections of `page`, one per command, named as it is called."""
    told = sections(page)
    options = sum(len(names) for names in commands.values())
    report = Report(f"{len(commands)} commands and {options} options are in {PAGE}")
    for name, names in commands.items():
        if name not in told:
            report.problems.append(f"{PAGE} has no heading `{name}`")
            continue
        report.problems += [
            f"{PAGE}, `{name}`: {option} is not told"
            for option in names
            if not re.search(rf"(?<![\w-]){option}(?![\w-])", told[name])
        ]
    report.problems += [
        f"{PAGE} tells `{heading}`, which is no command"
        for heading in told
        if re.fullmatch(r"hedgerow( [a-z-]+)*", heading) and heading not in commands
    ]
    return report
