"""Where the index of what is encrypted at rest may lie: a folder in memory, this user's alone."""

from __future__ import annotations

import ctypes
import logging
import os
import stat
from pathlib import Path

from hedgerow.store import VaultProblem

_log = logging.getLogger(__name__)

USUAL = Path("/dev/shm")  # noqa: S108  # whoever uses it sees that the folder in it is its own
"""Where it lies unless a setting names another place; it has to be in memory then."""

_IN_MEMORY = frozenset({0x01021994, 0x858458F6})  # tmpfs, ramfs: linux/magic.h
_STATFS_BYTES = 256  # more than the kernel's structure has, which begins with the type

_libc = ctypes.CDLL(None, use_errno=True)

_SETTING = "name another place by the setting sealed_index, in memory or on an encrypted disk"


def private_folder(folder: Path) -> Path:
    """Make the folder, or see that it is ours and closed to others; returns where it really is.

    Its parent has to be there, or what is mounted there isn't yet. It may be everybody's to write
    in, as /dev/shm is, so somebody else could have made a folder of this name before us; but
    nobody else may be able to put another folder in the place of ours.

    Raises:
        VaultProblem: it can't be made, is not private, or is in the usual place and not in memory.
    """
    try:
        parent = folder.parent.resolve(strict=True)
    except (OSError, RuntimeError) as problem:
        raise VaultProblem(
            f"{folder.parent}, where the index of local signatures is to lie, isn't there; make or "
            f"mount it, or {_SETTING}"
        ) from problem
    _refuse_what_others_can_replace(parent)
    _refuse_a_disk(folder.parent, parent)
    found = parent / folder.name
    try:
        found.mkdir(mode=0o700, exist_ok=True)
        status = found.lstat()
    except OSError as problem:
        raise VaultProblem(
            f"the folder {found} for the index of local signatures can't be made "
            f"({problem.strerror}); {_SETTING}"
        ) from problem
    others = status.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or others:
        raise VaultProblem(
            f"{found} is not a folder of this user alone, so no local signatures are put there; "
            "see who made it, take it away, or name another by the setting sealed_index"
        )
    return found


def left_behind(folder: Path, name: str) -> Path | None:
    """Our index of that name in the folder, if there is one; nothing is made."""
    found = folder / name
    try:
        ours = [each.lstat() for each in (folder, found)]
    except OSError:
        return None
    # What is somebody else's holds nothing of ours, and is not to be led into.
    mine = all(stat.S_ISDIR(each.st_mode) and each.st_uid == os.getuid() for each in ours)
    return found if mine else None


def _refuse_what_others_can_replace(parent: Path) -> None:
    """See that no folder on the way can be renamed by another user; raises VaultProblem."""
    for each in (parent, *parent.parents):
        try:
            status = each.stat()
        except OSError as problem:
            raise VaultProblem(f"{each} can't be looked at ({problem.strerror})") from problem
        open_to_others = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if status.st_uid not in (os.getuid(), 0) or (
            open_to_others and not status.st_mode & stat.S_ISVTX
        ):
            raise VaultProblem(
                f"another user can rename what is in {each}, so no local signatures are put into "
                f"{parent}; give {each} to the user that runs hedgerow and chmod go-w it, or "
                f"{_SETTING}"
            )


def _refuse_a_disk(named: Path, parent: Path) -> None:
    """See that the usual place is in memory; warn of another that isn't. Raises VaultProblem."""
    if is_in_memory(parent):
        return
    if USUAL in (named, parent):
        raise VaultProblem(
            f"{parent} is not in memory here, so no local signatures are put there; mount a tmpfs "
            f"there, or {_SETTING}"
        )
    _log.warning(
        "The index of local signatures lies in %s, which is not in memory. It holds them in the "
        "clear: see that this disk is encrypted, or name a place in memory by the setting "
        "sealed_index",
        parent,
    )


def is_in_memory(folder: Path) -> bool:
    """Whether the file system there is one in memory: tmpfs or ramfs. Raises VaultProblem."""
    found = ctypes.create_string_buffer(_STATFS_BYTES)
    if _libc.statfs(os.fsencode(folder), found) != 0:
        number = ctypes.get_errno()
        raise VaultProblem(f"what {folder} is on can't be told ({os.strerror(number)}); {_SETTING}")
    return ctypes.c_long.from_buffer(found).value & 0xFFFFFFFF in _IN_MEMORY
