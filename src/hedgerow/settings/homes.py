"""The home folder: the default one, and `~`."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from hedgerow.settings.errors import BadSettings

_SETTING = "HEDGEROW_HOME"


def default_home() -> Path:
    """`~/.hedgerow`.

    Raises:
        BadSettings: the user has no home folder.
    """
    # An empty HOME would make it a folder at the root of the file system.
    return expanded(Path("~" if os.environ.get("HOME") else f"~{_user()}") / ".hedgerow")


def expanded(home: Path, setting: str = _SETTING) -> Path:
    """The folder, with what `~` stands for; `setting` is named when that isn't known.

    Raises:
        BadSettings: it isn't known.
    """
    try:
        return home.expanduser()
    except RuntimeError as problem:
        raise BadSettings(f"{setting}: {problem}; give the folder in full") from None


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        raise BadSettings(f"{_SETTING}: there is no home folder here; name a folder") from None
