"""Each room has its page, and the others use its public names alone."""

import ast
from collections.abc import Iterator

from checks.project import Project, Report

PACKAGE = "hedgerow"


def check(project: Project) -> Report:
    """Read the rooms from import-linter's layers, and the imports of every file in src/."""
    rooms = layers(project)
    report = Report(f"{len(rooms)} rooms have a page and show what others use of them")
    if not rooms:
        report.problems.append("pyproject.toml names no layers for import-linter")
    public = {room: public_names(project, room) for room in rooms}
    for room in rooms:
        if f"docs/{room}.md" not in project.files:
            report.problems.append(f"docs/{room}.md is missing")
        if public[room] is None:
            report.problems.append(f"src/{PACKAGE}/{room} shows no __all__")
    for name in project.python("src"):
        own = name.removeprefix(f"src/{PACKAGE}/").partition("/")[0].removesuffix(".py")
        for line, module, imported in imports(project.tree(name)):
            if problem := _trespass(own, module, imported, public):
                report.problems.append(f"{name}:{line} {problem}")
    return report


def layers(project: Project) -> list[str]:
    """Return the rooms' names, from the front door to the foundation."""
    linter = project.pyproject.get("tool", {}).get("importlinter", {})
    contracts = [each for each in linter.get("contracts", []) if each["type"] == "layers"]
    found = [layer for contract in contracts for layer in contract["layers"]]
    return [layer.removeprefix(f"{PACKAGE}.") for layer in found]


def public_names(project: Project, room: str) -> set[str] | None:
    """Return what a room shows, or None where it doesn't say. A one-file room may leave it out."""
    single = f"src/{PACKAGE}/{room}.py"
    path = single if single in project.files else f"src/{PACKAGE}/{room}/__init__.py"
    if path not in project.files:
        return None
    tree = project.tree(path)
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=listed):
                return set(ast.literal_eval(listed))
            case ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as listed):
                return set(ast.literal_eval(listed))
    if path != single:
        return None
    named = (ast.FunctionDef, ast.ClassDef)
    return {node.name for node in tree.body if isinstance(node, named) and node.name[0] != "_"}


def imports(tree: ast.Module) -> Iterator[tuple[int, str, str | None]]:
    """Yield line, module and imported name (None: the module itself) of every import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, None
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                yield node.lineno, module, alias.name


def _trespass(
    own: str, module: str, name: str | None, public: dict[str, set[str] | None]
) -> str | None:
    """Return what is wrong with one import in the room `own`, or None."""
    if module.startswith("."):
        return f"imports from {module}: write the whole name"
    package, *inner = module.split(".")
    if package != PACKAGE or not inner or inner[0] == own:
        return None
    room = inner[0]
    if len(inner) > 1:
        return f"reaches into {module}: import from {PACKAGE}.{room}"
    shown = public.get(room)
    if name is not None and shown is not None and name not in shown:
        return f"imports {name}, which {PACKAGE}.{room} does not show"
    return None
