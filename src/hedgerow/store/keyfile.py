"""The file with the key of what is encrypted: read with care, made once, refused where weak."""

from __future__ import annotations

import os
import secrets
import stat
from itertools import pairwise
from pathlib import Path

from hedgerow.store.errors import VaultProblem

KEY_BYTES = 32
_MOST_BYTES = 4096
"""Of a key file that are read: a key, and perhaps spaces and ends of lines."""

_FEWEST_VALUES = 16
"""Different bytes below which a key is no random one: 32 random bytes have about 30."""

_FEWEST_STEPS = 16
"""Different steps from byte to byte below which they are counted up, not random; also about 30."""


def read_key(path: Path) -> bytes | None:
    """The key in the file; None where there is no file.

    Raises VaultProblem for a file that others own or can read, and for what is no random key.
    """
    try:
        # Not waiting: it may be a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except FileNotFoundError:
        if path.is_symlink():
            raise VaultProblem(
                f"the key file {path} is a link to what isn't there; put the key file back there, "
                "or correct the link"
            ) from None
        return None
    except (OSError, ValueError) as problem:
        raise _unreadable(path, problem) from problem
    try:
        # Of what was opened: the path may lead elsewhere by now.
        _check_status(path, os.fstat(descriptor))
        text = os.read(descriptor, _MOST_BYTES).decode("ascii").strip()
    except (OSError, ValueError) as problem:
        raise _unreadable(path, problem) from problem
    finally:
        os.close(descriptor)
    return _checked(text, path)


def _unreadable(path: Path, problem: Exception) -> VaultProblem:
    return VaultProblem(
        f"the key file {path} can't be read ({problem}); check its permissions, and that it is "
        "the right file"
    )


def _check_status(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise VaultProblem(f"the key file {path} is no file; put the right one there")
    if status.st_uid not in (os.geteuid(), 0):
        raise VaultProblem(
            f"the key file {path} belongs to another user, who can read and change it; chown it to "
            "the user that runs hedgerow, and think about who may have read it"
        )
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise VaultProblem(
            f"the key file {path} can be read by others; chmod 600 it, and think about "
            "who may have read it"
        )


def make_key(path: Path) -> None:
    """Make the file with a new random key; where there is one by now, that one stays.

    Raises VaultProblem where it can't be made.
    """
    text = secrets.token_hex(KEY_BYTES) + "\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            # A link, not a renaming: of two processes that make a key, one wins, once.
            os.link(draft, path)
            _sync_folder(path.parent)
        finally:
            draft.unlink()
    except FileExistsError:
        return
    except OSError as problem:
        raise VaultProblem(
            f"the key file {path} can't be made ({problem.strerror}); name another place "
            "by the setting vault_key_file"
        ) from problem


def _sync_folder(folder: Path) -> None:
    """What is sealed with the key may be on disk in a moment: the key has to be, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _checked(text: str, path: Path) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise VaultProblem(
            f"the key file {path} holds no key of {2 * KEY_BYTES} hexadecimal digits; put the "
            "right file back"
        )
    if _is_structured(key):
        raise VaultProblem(f"the key in {path} is no random one; make one: openssl rand -hex 32")
    return key


def _is_structured(key: bytes) -> bool:
    """Whether a person made this up: no random key in a thousand million is refused."""
    steps = {(later - earlier) % 256 for earlier, later in pairwise(key)}
    repeats = any(key == (key[:length] * len(key))[: len(key)] for length in range(1, 25))
    is_text = all(0x20 <= byte < 0x7F or byte in b"\t\r\n" for byte in key)
    return (
        len(set(key)) < _FEWEST_VALUES
        or len(steps) < _FEWEST_STEPS
        or repeats
        or is_text
        or list(key) in (sorted(key), sorted(key, reverse=True))
    )
