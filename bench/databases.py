"""A database of each kind, for as long as a measurement lasts."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import PASSWORD, Server

KINDS = ("sqlite", "postgresql")


@contextmanager
def database_url(kind: str) -> Iterator[str]:
    """The URL of an empty database of this kind; PostgreSQL is a server of our own."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/hedgerow.db"
        return
    # As Debian sets it up, but for the memory, of which it takes a tenth of what a server has.
    server = Server(("shared_buffers=512MB",))
    try:
        server.start()
        server.execute("CREATE DATABASE measured")
        folder = str(Path(server.folder)).replace("/", "%2F")
        yield f"postgresql://hedgerow:{PASSWORD}@/measured?host={folder}"
    finally:
        server.kill()
        shutil.rmtree(server.folder, ignore_errors=True)
