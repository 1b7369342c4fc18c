"""Tasks that the tests of the guard run in workers: one sound, the others each bad in its way."""

import contextlib
import ctypes
import os
import signal
import socket
import stat
import tempfile
import time
from pathlib import Path

from hedgerow.media import RefusalCode, Refused


def look(file, options):
    """Decode the picture and tell its shape."""
    picture = file.picture()
    return {
        "format": picture.format,
        "shape": list(picture.pixels.shape),
        "truncated": picture.truncated,
        "mean": float(picture.pixels.mean()),
    }


def obey(file, options):
    """Do what the file says: a word, and perhaps a number."""
    word, _, number = file.data.decode().partition(" ")
    return _DEEDS[word](float(number or 0)) or {"did": word, "options": options}


def _link():
    """The worker's own link to its caller, as code that took the process over would find it."""
    for descriptor in range(3, 10_000):
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                return socket.socket(fileno=os.dup(descriptor))
    raise LookupError


def _sleep(seconds):
    time.sleep(seconds)


def _sleep_in_c(seconds):
    # PyDLL keeps the GIL, and signals never get to Python.
    ctypes.PyDLL(None).usleep(int(seconds * 1e6))


def _sleep_stubbornly(seconds):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    time.sleep(seconds)


def _allocate(megabytes):
    return {"bytes": len(bytearray(int(megabytes * 2**20)))}


def _allocate_in_c(megabytes):
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    if libc.malloc(ctypes.c_size_t(int(megabytes * 2**20))) is None:
        os.abort()


def _kill_self(number):
    os.kill(os.getpid(), int(number))


def _garble(_):
    _link().send(b"\x07garbage")


def _garble_reply(_):
    # A well-formed header of the job at hand, and then no JSON.
    import struct

    link = _link()
    for generation in range(10):
        link.send(struct.pack("<BIQ", 18, generation, 2**40) + b"{]")


def _flood(_):
    link = _link()
    while True:
        link.send(b"\x11" + bytes(12) + b"x" * 1000)


def _raise(_):
    raise ZeroDivisionError("with a piece of the file in it")


def _refuse(_):
    raise Refused(RefusalCode.CORRUPT, "so it is")


def _exhaust(_):
    raise MemoryError


def _exit_politely(_):
    raise SystemExit(4)


def _answer_set(_):
    return {"not JSON": {1, 2}}


def _answer_nan(_):
    return {"not JSON": float("nan")}


def _answer_much(megabytes):
    return {"much": "x" * int(megabytes * 2**20)}


def _write(_):
    with tempfile.TemporaryFile() as file:
        file.write(b"x")


def _tell(_):
    status = dict(
        line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines()
    )
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "environment": sorted(os.environ),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "no_new_privs": status["NoNewPrivs"].strip(),
        "threads": int(status["Threads"]),
    }


_DEEDS = {
    "nothing": lambda _: None,
    "sleep": _sleep,
    "sleep-in-c": _sleep_in_c,
    "sleep-stubbornly": _sleep_stubbornly,
    "allocate": _allocate,
    "allocate-in-c": _allocate_in_c,
    "segfault": lambda _: ctypes.string_at(0),
    "abort": lambda _: os.abort(),
    "exit": lambda number: os._exit(int(number)),
    "exit-politely": _exit_politely,
    "kill": _kill_self,
    "garble": _garble,
    "garble-reply": _garble_reply,
    "flood": _flood,
    "raise": _raise,
    "refuse": _refuse,
    "exhaust": _exhaust,
    "answer-set": _answer_set,
    "answer-nan": _answer_nan,
    "answer-much": _answer_much,
    "write": _write,
    "tell": _tell,
}


def sleep_on_video(file, options):
    """Take longer than any file may."""
    time.sleep(600)


def waits_with_videos(file, options):
    """A video takes until a file is there; anything else no time."""
    while file.is_video and not Path(options["until"]).exists():
        time.sleep(0.01)
    return {"video": file.is_video}
