"""One worker as its caller sees it: a process, a link to it, the jobs sent and not yet answered."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from hedgerow.media import wire
from hedgerow.media.refusals import RefusalCode, Refused

# What a worker's environment keeps. The rest may hold passwords, and a worker may be taken over.
_KEPT_VARIABLES = (
    *("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ"),
    *("LD_LIBRARY_PATH", "LD_PRELOAD", "VIRTUAL_ENV"),
    *("PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"),
    "NUMBA_CACHE_DIR",
)
# A worker is one of several: it has one core, and one thread when it forks.
_ONE_THREAD = dict.fromkeys(
    (
        *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"),
        "OPENCV_FOR_THREADS_NUM",
    ),
    "1",
)
# Memory of one picture is kept for the next: to give it back to the kernel and to ask for it anew,
# as glibc would, takes a tenth of the time of an ordinary photograph. Other libraries ignore this.
_MEMORY_KEPT = {
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(64 * 2**20),
}
_MAX_STDERR = 4096
# Seconds a file until something is known.
_FIRST_PACE = 0.005
# A worker is given this many seconds of work ahead, so that it does not wait for us between two
# files, and no more, so that few files stand behind one that turns out to be slow.
_AHEAD_SECONDS = 0.02
_MAX_AHEAD = 8
_FASTEST_PACE = 1e-6
_KILL_SECONDS = 5.0
_LAST_WORDS_SECONDS = 1.0


@dataclass(frozen=True)
class Outcome:
    """What became of one file: `value`, what the task answered, or `refusal`; never both.

    source: as it was given. seconds: wall-clock time, from when the worker was free for the file
    to its answer or death.
    """

    source: Path | bytes
    value: dict[str, Any] | None
    refusal: Refused | None
    seconds: float


class Sink(Protocol):
    """Where outcomes go. Called on the dispatcher's thread, so it must be quick."""

    @property
    def given_up(self) -> bool:
        """Whether nobody waits any more: jobs not yet sent are dropped."""

    def take(self, job: Job, result: Outcome | Exception) -> None:
        """Note what became of a job."""

    def flush(self) -> None:
        """Hand on what was taken; comes once after one or more calls of `take`."""


class Job:
    """A source on its way to an outcome."""

    __slots__ = ("body", "index", "number", "sink", "source", "tries")

    def __init__(self, source: Path | bytes, body: bytes, sink: Sink, index: int = 0) -> None:
        self.source = source
        self.body = body  # as the worker gets it: `wire.encode_job`
        self.sink = sink
        self.index = index
        self.number = 0
        self.tries = 0


@dataclass(frozen=True)
class Answer:
    """A worker's reply to the job at hand."""

    reply: bytes


@dataclass(frozen=True)
class Death:
    """The end of a decoding process. job: the number of the job it was on, 0 for none."""

    status: int
    job: int


@dataclass(frozen=True)
class Long:
    """The job at hand turned out to be a video, which may take minutes."""


class Slot:
    """A worker process and the jobs it was given. Used by the dispatcher's thread alone."""

    def __init__(self, setup: bytes, max_reply_bytes: int) -> None:
        self._max_reply_bytes = max_reply_bytes
        self.ready = False
        self.waiting: deque[Job] = deque()  # sent and not answered, the one at hand first
        self.barren = 0  # deaths in a row with no answer in between
        self.since = time.monotonic()  # when the job at hand, or before any the process, began
        self.pace = _FIRST_PACE  # seconds a file of late
        self.longer = False  # the job at hand is a video
        self._generation = 0
        self._parts = bytearray()
        self._link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                self._process = _popen(theirs.fileno())
            except BaseException:
                self._link.close()
                raise
        self._link.setblocking(False)
        self._link.send(setup)

    def fileno(self) -> int:
        """The descriptor to wait on for something to hear."""
        return self._link.fileno()

    @property
    def room(self) -> int:
        """How many more jobs it should be given now."""
        if not self.ready or self.longer:
            return 0
        return min(1 + int(_AHEAD_SECONDS / self.pace), _MAX_AHEAD) - len(self.waiting)

    @property
    def work(self) -> float:
        """Seconds of work it has, by its pace of late; 0 if only the job at hand may be left."""
        return max(0, len(self.waiting) - 1) * self.pace

    def done(self) -> tuple[Job, float]:
        """Take the job at hand off the list, with the seconds it took."""
        now = time.monotonic()
        seconds, self.since = now - self.since, now
        self.longer = False
        self.pace = max(0.9 * self.pace + 0.1 * seconds, _FASTEST_PACE)
        return self.waiting.popleft(), seconds

    def send(self, job: Job) -> bool:
        """Give the worker one more job; False when its queue is full just now.

        Raises Refused where a file's bytes can't be handed over.
        """
        kind = wire.BYTES if isinstance(job.source, bytes) else wire.PATH
        header = wire.HEADER.pack(kind, self._generation, job.number)
        try:
            if isinstance(job.source, bytes):
                self._send_bytes(header + job.body, job.source)
            else:
                self._link.send(header + job.body)
        except BlockingIOError:
            return False
        except (BrokenPipeError, ConnectionResetError):
            pass  # the worker is gone: `hear` will tell, and the job goes to the next one
        if not self.waiting:
            self.since = time.monotonic()
        self.waiting.append(job)
        return True

    def _send_bytes(self, message: bytes, data: bytes) -> None:
        # By descriptor, so that a message is short whatever the size of the file.
        try:
            descriptor = os.memfd_create("file", os.MFD_CLOEXEC)
        except OSError as error:
            raise _not_handed_over(error) from None
        try:
            view = memoryview(data)
            while view:
                try:
                    view = view[os.write(descriptor, view) :]
                except OSError as error:
                    raise _not_handed_over(error) from None
            socket.send_fds(self._link, [message], [descriptor])
        finally:
            os.close(descriptor)

    def hear(self) -> Answer | Death | Long | None:
        """Take one message. None: nothing to act on. Raises MalformedError, EOFError (gone)."""
        try:
            message = self._link.recv(wire.MAX_MESSAGE)
        except BlockingIOError:
            return None
        except ConnectionResetError:
            message = b""
        if not message:
            raise EOFError
        if len(message) < wire.HEADER.size:
            raise wire.MalformedError("the message has no header")
        kind, generation, number = wire.HEADER.unpack_from(message)
        if kind == wire.READY:
            self.ready = True
            return None
        if generation != self._generation:
            raise wire.MalformedError("the message is of another generation")
        body = message[wire.HEADER.size :]
        if kind == wire.DIED and len(body) == wire.DEATH.size:
            self._generation += 1
            self._parts.clear()
            return Death(wire.DEATH.unpack(body)[0], number)
        if kind in (wire.MORE, wire.REPLY):
            return self._take_part(kind, number, body)
        at_hand = bool(self.waiting) and number == self.waiting[0].number
        if kind == wire.LONGER and at_hand and not self.longer:  # once, lest it never stops
            self.longer = True
            return Long()
        raise wire.MalformedError("the message is of no known kind")

    def _take_part(self, kind: int, number: int, body: bytes) -> Answer | None:
        if not self.waiting or number != self.waiting[0].number:
            raise wire.MalformedError("the reply is to no job at hand")
        if len(self._parts) + len(body) > self._max_reply_bytes:
            raise wire.MalformedError("the reply is too long")
        if kind == wire.MORE:
            self._parts += body
            return None
        if self.longer:
            self._generation += 1  # as the worker does: what was sent behind it is dropped
        if self._parts:
            body = bytes(self._parts) + body
            self._parts.clear()
        return Answer(body)

    def last_words(self) -> str:
        """What the worker itself wrote to stderr; for when it is gone."""
        stream = self._process.stderr
        assert stream is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_WORDS_SECONDS)  # the link goes first, then comes the traceback
        os.set_blocking(stream.fileno(), False)
        text = stream.read() or b""
        return text[-_MAX_STDERR:].decode(errors="replace").strip()

    def hang_up(self) -> None:
        """Close the link: an idle worker ends by itself. `kill` must follow."""
        self._link.close()

    def kill(self, patience: float = 0.0) -> None:
        """End the worker and all of its processes, after `patience` seconds to end by itself."""
        self._link.close()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            # Bounded, since a process inside a dead network drive can't be ended by anybody.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_KILL_SECONDS)
        assert self._process.stderr is not None
        self._process.stderr.close()


def _popen(link: int) -> subprocess.Popen[bytes]:
    interpreter = [sys.executable, "-P", "-m", "hedgerow.media.worker"]
    return subprocess.Popen(  # noqa: S603  # our own interpreter and module
        [*interpreter, str(link), str(os.getpid())],
        env={k: os.environ[k] for k in _KEPT_VARIABLES if k in os.environ}
        | _ONE_THREAD
        | _MEMORY_KEPT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=(link,),
        start_new_session=True,  # Ctrl-C is for the caller; and a group of its own to kill
    )


def _not_handed_over(error: OSError) -> Refused:
    return Refused(
        RefusalCode.UNREADABLE,
        f"the file's bytes can't be handed to a worker ({error.strerror}); free some and try again",
    )
