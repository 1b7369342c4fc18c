"""What the Linux kernel does for us: die with the parent, limits on a process, no new rights."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38

_SPARE_DESCRIPTORS = 16

_libc = ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    rest = (ctypes.c_ulong(0),) * 3
    if _libc.prctl(option, ctypes.c_ulong(value), *rest) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")


def die_with(parent: int) -> None:
    """Have the kernel kill this process when the process `parent` (its parent) ends.

    Strictly, when the thread that started this process ends. Exits at once if it already has.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def confine(max_memory: int) -> None:
    """Take from this process what decoding does not need; nothing gives it back.

    At most `max_memory` bytes of address space more than now; no file written, no core dump, few
    descriptors, no rights gained by executing, no other process of this user looking in.
    """
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    size = int(pages) * resource.getpagesize()
    _lower(resource.RLIMIT_AS, size + max_memory)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 0)
    highest = max(int(entry.name) for entry in Path("/proc/self/fd").iterdir())
    _lower(resource.RLIMIT_NOFILE, highest + _SPARE_DESCRIPTORS)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_DUMPABLE, 0)


def _lower(limit: int, value: int) -> None:
    # Never above what an administrator set before us.
    _, hard = resource.getrlimit(limit)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(limit, (value, value))
