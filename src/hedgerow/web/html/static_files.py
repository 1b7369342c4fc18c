"""Style sheets, scripts and pictures: our own, in memory, under a path of their content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from starlette.responses import Response

from hedgerow.web.html.headers import FOR_EVER, NO_STORE

_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class StaticFiles:
    """All files of a folder; they are read when one is first needed.

    folder: where they are. prefix: of the paths that they are served under, before the mark.
    lasting: their `Cache-Control`.
    """

    def __init__(self, folder: Path, prefix: str, lasting: str = FOR_EVER) -> None:
        self._lasting = lasting
        self._folder = folder
        self._prefix = prefix

    @cached_property
    def bytes_of(self) -> Mapping[str, bytes]:
        """Each file's bytes, by its name below the folder."""
        return {
            file.relative_to(self._folder).as_posix(): file.read_bytes()
            for file in sorted(self._folder.rglob("*"))
            if file.suffix in _KINDS
        }

    @cached_property
    def mark(self) -> str:
        """What changes with any of the files."""
        digest = hashlib.sha256()
        for name, data in self.bytes_of.items():
            digest.update(f"{name} {len(data)} ".encode() + data)
        return digest.hexdigest()[:12]

    def path(self, name: str) -> str:
        """The path of a file, for a template. Raises KeyError where there is none."""
        if name not in self.bytes_of:
            raise KeyError(name)
        return f"{self._prefix}/{self.mark}/{name}"

    def names(self, beginning: str) -> list[str]:
        """The names that begin so."""
        return [name for name in self.bytes_of if name.startswith(beginning)]

    def response(self, mark: str, name: str) -> Response | None:
        """One file, as its path asks for it; None where there is none."""
        data = self.bytes_of.get(name)
        if data is None:
            return None
        # A page that was open while the service was replaced asks for the old files: it gets the
        # new.
        lasting = self._lasting if mark == self.mark else NO_STORE
        kind = _KINDS[Path(name).suffix]
        return Response(data, headers={"cache-control": lasting}, media_type=kind)
