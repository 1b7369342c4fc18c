"""Style sheets, scripts and pictures: our own, in memory, under a path of their content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from starlette.responses import Response

from hedgerow.web.console.headers import FOR_EVER, NO_STORE, PREFIX
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit

_FOLDER = Path(__file__).parent / "static"

_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class _Files(NamedTuple):
    mark: str
    bytes_of: dict[str, bytes]


@cache
def _files() -> _Files:
    """All files by name, and a mark that changes with any of them."""
    found = {
        file.relative_to(_FOLDER).as_posix(): file.read_bytes()
        for file in sorted(_FOLDER.rglob("*"))
        if file.suffix in _KINDS
    }
    digest = hashlib.sha256()
    for name, data in found.items():
        digest.update(f"{name} {len(data)} ".encode() + data)
    return _Files(digest.hexdigest()[:12], found)


def static(name: str) -> str:
    """The path of a static file, for a template. Raises KeyError where there is none."""
    files = _files()
    if name not in files.bytes_of:
        raise KeyError(name)
    return f"{PREFIX}/static/{files.mark}/{name}"


def modules() -> list[str]:
    """The names of the modules that the script on every page imports."""
    return [name for name in _files().bytes_of if name.startswith("js/")]


@page("GET", "/static/{mark}/{name:path}", needs=None)
async def static_file(_visit: Visit, mark: str, name: str) -> Response:
    """One file."""
    files = _files()
    data = files.bytes_of.get(name)
    if data is None:
        raise nothing_here()
    # A page that was open while the service was replaced asks for the old files: it gets the new.
    lasting = FOR_EVER if mark == files.mark else NO_STORE
    return Response(data, headers={"cache-control": lasting}, media_type=_KINDS[Path(name).suffix])
