"""The tree that the checks look at, and what a check hands back."""

import ast
import subprocess
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

_NOT_OURS = {"build", "dist", "demo", "node_modules"}


@dataclass
class Report:
    """What one check looked at, in words, and what it found wrong (nothing: it passed)."""

    looked_at: str
    problems: list[str] = field(default_factory=list)


class Broken(Exception):
    """A check can't be made at all; the message says what is missing."""


@dataclass(frozen=True)
class Project:
    """A tree with Hedgerow's layout, at `root`."""

    root: Path

    @cached_property
    def pyproject(self) -> dict[str, Any]:
        """The content of pyproject.toml."""
        return tomllib.loads(self.read("pyproject.toml"))

    def read(self, path: str) -> str:
        """Return the text of the file at `path`; raises `Broken` where there is none."""
        try:
            return (self.root / path).read_text(encoding="utf-8")
        except FileNotFoundError:
            msg = f"{path} is missing"
            raise Broken(msg) from None

    def tree(self, path: str) -> ast.Module:
        """Return the parsed Python file at `path`."""
        return ast.parse(self.read(path), filename=path)

    @cached_property
    def files(self) -> list[str]:
        """Every file of the project, tracked or about to be, as sorted relative paths."""
        if (self.root / ".git").exists():
            command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
            shown = subprocess.run(command, cwd=self.root, capture_output=True, check=True)
            names = shown.stdout.decode().split("\0")[:-1]
            return sorted(name for name in set(names) if (self.root / name).is_file())
        every = (path.relative_to(self.root) for path in self.root.rglob("*") if path.is_file())
        return sorted(
            str(path)
            for path in every
            if not any(part.startswith(".") or part in _NOT_OURS for part in path.parts[:-1])
            and "__pycache__" not in path.parts
        )

    def python(self, *folders: str) -> list[str]:
        """Return the Python files under `folders`, as sorted relative paths."""
        starts = tuple(f"{folder}/" for folder in folders)
        return [name for name in self.files if name.endswith(".py") and name.startswith(starts)]
