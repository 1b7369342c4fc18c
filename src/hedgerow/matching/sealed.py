"""Where the index of what is encrypted at rest may lie: a folder in memory, this user's alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from hedgerow.store import VaultProblem


def private_folder(folder: Path) -> Path:
    """Make the folder, or see that it is ours and closed to others.

    Its parent may be everybody's to write in, as /dev/shm is, so somebody else could have made a
    folder of this name before us.

    Raises:
        VaultProblem: it can't be made, or is not private.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except OSError as problem:
        raise VaultProblem(
            f"the folder {folder} for the index of local signatures can't be made "
            f"({problem.strerror}); name another by the setting sealed_index, in memory or on an "
            "encrypted disk"
        ) from problem
    others = status.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or others:
        raise VaultProblem(
            f"{folder} is not a folder of this user alone, so no local signatures are put there; "
            "see who made it, take it away, or name another by the setting sealed_index"
        )
    return folder
