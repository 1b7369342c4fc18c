"""Where the bytes of kept media lie: a folder, or any place that fsspec knows.

What lies here is encrypted before it comes. A name is 32 random hexadecimal digits: it tells
nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import fsspec

from hedgerow.store.errors import VaultProblem

_NAME = re.compile(r"[0-9a-f]{32}")


class Files(Protocol):
    """Files by name. All raise VaultProblem where the place can't be used."""

    def write(self, name: str, data: bytes) -> None:
        """Keep a new file; when this returns, it is there for good."""

    def read(self, name: str) -> bytes:
        """All of a file."""

    def remove(self, name: str) -> None:
        """Take a file away; one that isn't there is no fault."""

    def older_than(self, moment: datetime) -> Iterator[str]:
        """The names of the files that were last written before this."""


def files_at(url: str) -> Files:
    """The files at a path or a URL. Raises VaultProblem where that is none."""
    if "://" not in url:
        return Folder(Path(url))
    if url.startswith("file://"):
        return Folder(Path(url.removeprefix("file://")))
    return Elsewhere(url)


class Folder:
    """A folder on this machine: its owner's alone, and on the disk before anything is told."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def write(self, name: str, data: bytes) -> None:
        """Keep a new file."""
        try:
            place = self._place(name)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(file, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            _sync(place.parent)
        except OSError as problem:
            raise self._unusable(problem) from problem

    def read(self, name: str) -> bytes:
        """All of a file."""
        try:
            return self._place(name).read_bytes()
        except OSError as problem:
            raise self._unusable(problem) from problem

    def remove(self, name: str) -> None:
        """Take a file away."""
        try:
            self._place(name).unlink(missing_ok=True)
        except OSError as problem:
            raise self._unusable(problem) from problem

    def older_than(self, moment: datetime) -> Iterator[str]:
        """Names of older files."""
        for place in self._folder.glob("??/*"):
            try:
                written = place.stat().st_mtime
            except FileNotFoundError:
                continue  # it was removed meanwhile
            if _NAME.fullmatch(place.name) and written < moment.timestamp():
                yield place.name

    def _place(self, name: str) -> Path:
        return self._folder / name[:2] / name

    def _unusable(self, problem: OSError) -> VaultProblem:
        return VaultProblem(
            f"the media vault {self._folder} can't be used ({problem.strerror}); see that it is "
            "there, that this user may write in it, and that there is room: setting media_vault"
        )


class Elsewhere:
    """A place that fsspec knows, such as s3://bucket/path: its package has to be installed."""

    def __init__(self, url: str) -> None:
        try:
            self._system, self._root = fsspec.core.url_to_fs(url, use_listings_cache=False)
        except (ImportError, ValueError, OSError) as problem:
            raise VaultProblem(
                f"the media vault can't be opened ({problem}); correct the setting media_vault, or "
                "install what fsspec needs for it"
            ) from problem

    def write(self, name: str, data: bytes) -> None:
        """Keep a new file."""
        self._do("pipe_file", self._place(name), data)

    def read(self, name: str) -> bytes:
        """All of a file."""
        found: bytes = self._do("cat_file", self._place(name))
        return found

    def remove(self, name: str) -> None:
        """Take a file away."""
        if self._do("exists", self._place(name)):
            self._do("rm_file", self._place(name))

    def older_than(self, moment: datetime) -> Iterator[str]:
        """Names of older files; of those alone whose age the place can tell."""
        found: dict[str, dict[str, Any]] = self._do("find", self._root, detail=True)
        for path, facts in found.items():
            written = _written(facts)
            name = path.rpartition("/")[2]
            if written is not None and written < moment and _NAME.fullmatch(name):
                yield name

    def _place(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _do(self, method: str, *given: Any, **named: Any) -> Any:
        try:
            return getattr(self._system, method)(*given, **named)
        # BLE001: each place has errors of its own; whatever it is, it is told.
        except Exception as problem:  # as just said
            raise VaultProblem(
                f"the media vault can't be used ({type(problem).__name__}: {problem}); see that it "
                "can be reached from here, and that it may be written in: setting media_vault"
            ) from problem


def _written(facts: dict[str, Any]) -> datetime | None:
    """When a file was last written, as far as its place tells."""
    for name in ("mtime", "LastModified", "last_modified", "updated", "created"):
        at = facts.get(name)
        if isinstance(at, int | float):
            return datetime.fromtimestamp(at, UTC)
        if isinstance(at, datetime):
            return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None


def _sync(folder: Path) -> None:
    """A new name is on disk once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
