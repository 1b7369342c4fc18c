"""Lists that come in to be imported: on the disk while they are, and gone whatever happens.

The file has lost its name before anything is written to it, so the system takes it away with the
process that has it open, even where that is killed. It is the owner's alone.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from fastapi import Request

from hedgerow.web.bodies import stream_body
from hedgerow.web.problems import Code, Problem
from hedgerow.web.service import Service

_PREFIX = "list-"
_PORTION = 1 << 20
"""Bytes that are written to the disk at a time."""


def clear(folder: Path) -> None:
    """Make the folder, and remove what a process that was killed in a bad moment left there.

    Raises OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob(f"{_PREFIX}*"):
        with suppress(FileNotFoundError):  # another process was quicker
            left.unlink()


async def received(request: Request, service: Service) -> int:
    """The body of a request as an open file, for the caller to close; `path_of` tells its path.

    Raises Problem where it is too large, or doesn't fit on the disk.
    """
    try:
        file = await asyncio.to_thread(_nameless, service.plan.incoming)
    except OSError as error:
        raise _no_room(service, error) from None
    try:
        await _receive(request, service, file)
    except BaseException:
        os.close(file)
        raise
    return file


def path_of(file: int) -> Path:
    """Where an open file that has no name can be opened again."""
    return Path(f"/proc/self/fd/{file}")


async def _receive(request: Request, service: Service, file: int) -> None:
    with service.memory() as memory:
        memory.take(_PORTION)
        waiting = bytearray()
        async for chunk in stream_body(request, service.limits.max_import_bytes):
            waiting += chunk
            if len(waiting) >= _PORTION:
                await _written(service, file, waiting)
                waiting = bytearray()
        await _written(service, file, waiting)


def _nameless(folder: Path) -> int:
    clear(folder)
    file, path = tempfile.mkstemp(prefix=_PREFIX, dir=folder)
    with suppress(FileNotFoundError):  # another process cleared the folder
        Path(path).unlink()
    return file


async def _written(service: Service, file: int, portion: bytearray) -> None:
    try:
        await asyncio.to_thread(_write, file, portion)
    except OSError as error:
        raise _no_room(service, error) from None


def _write(file: int, portion: bytearray) -> None:
    left = memoryview(portion)
    while left:
        left = left[os.write(file, left) :]


def _no_room(service: Service, error: OSError) -> Problem:
    return Problem(
        Code.UNAVAILABLE,
        f"the list can't be kept on the disk while it is imported: {error.strerror}",
        headers={"Retry-After": str(service.limits.retry_seconds)},
    )
