"""The thread that hands jobs to the workers and takes in what comes back."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections import deque
from itertools import count
from typing import Any

from hedgerow.media import wire
from hedgerow.media.limits import Limits
from hedgerow.media.refusals import Refused, crashed, out_of_memory, timed_out
from hedgerow.media.slot import Answer, Death, Job, Long, Outcome, Sink, Slot

# Times that a job's worker may vanish, for reasons unknown, before the job is blamed.
_MAX_TRIES = 3
# Decoding processes of one worker that may die in a row without taking a job.
_MAX_BARREN = 5
_START_SECONDS = 120.0
_HANG_UP_SECONDS = 0.25
# How soon to try again after a link was full.
_FULL_SECONDS = 0.01
# While every worker has work for a while, messages are left to gather for half of it, but no
# longer than this: one waking for several files costs the caller a fraction of one for each.
_GATHER_SECONDS = 0.005
_SHORTEST_SLEEP = 0.0005


class WorkersClosedError(RuntimeError):
    """The workers were closed before the file's turn came."""


class WorkerStartError(RuntimeError):
    """A worker process can't start; the message has what it wrote to stderr."""


class Dispatcher:
    """Jobs in by `add` from any thread; outcomes out by each job's sink, on this thread."""

    def __init__(self, setup: bytes, limits: Limits, jobs: int) -> None:
        self._setup = setup
        self._limits = limits
        self._jobs = jobs
        self._pending: deque[Job] = deque()
        self._slots: dict[int, Slot] = {}
        self._numbers = count(1)
        self._poll = select.epoll()
        self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._poll.register(self._bell, select.EPOLLIN)
        self._idle = False  # the last look found no job to send
        self._full = False  # the last job to send found its link full
        self._unflushed: set[Sink] = set()
        self._lock = threading.Lock()
        self._end: Exception | None = None
        # The workers die with the thread that starts them (see `kernel`), so it is always this.
        self._thread = threading.Thread(target=self._run, name="hedgerow-media", daemon=True)
        self._thread.start()

    def add(self, job: Job) -> None:
        """Queue a job. Raises WorkersClosedError, WorkerStartError."""
        with self._lock:
            if self._end is not None:
                raise self._end
            self._pending.append(job)
            if self._idle:
                self._idle = False
                os.eventfd_write(self._bell, 1)

    def problem(self) -> str | None:
        """Why no job is taken any more; None where it is."""
        return None if self._end is None else str(self._end)

    def close(self) -> None:
        """End all workers; what is not done fails with WorkersClosedError. Twice is fine."""
        with self._lock:
            if self._end is None:
                self._end = WorkersClosedError("the workers are closed")
            if self._bell >= 0:
                os.eventfd_write(self._bell, 1)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        try:
            for _ in range(self._jobs):
                self._start()
            while self._end is None:
                self._feed()
                self._listen()
                self._check_clocks()
                self._flush()
        except Exception as error:  # noqa: BLE001  # it reaches every caller that waits
            self._end = error if self._end is None else self._end
        finally:
            self._shut()

    def _start(self, barren: int = 0) -> None:
        slot = Slot(self._setup, self._limits.max_reply_bytes)
        slot.barren = barren
        self._slots[slot.fileno()] = slot
        self._poll.register(slot.fileno(), select.EPOLLIN)

    def _feed(self) -> None:
        self._full = False
        while True:
            # The emptiest first, so that a few files are spread over all workers.
            slot = max(self._slots.values(), key=lambda slot: slot.room)
            if slot.room <= 0:
                return
            job = self._next()
            if job is None:
                return
            job.number = next(self._numbers)
            try:
                sent = slot.send(job)
            except Refused as refusal:
                self._tell(job, refusal, 0.0)
                continue
            if not sent:
                self._full = True
                with self._lock:
                    self._pending.appendleft(job)
                return

    def _next(self) -> Job | None:
        with self._lock:
            while self._pending:
                job = self._pending.popleft()
                if not job.sink.given_up:
                    return job
            self._idle = True
            return None

    def _listen(self) -> None:
        work = min(slot.work for slot in self._slots.values())
        if work > 2 * _SHORTEST_SLEEP:
            time.sleep(min(work / 2, _GATHER_SECONDS))
        ready = self._poll.poll(self._patience())
        while ready:
            for descriptor, _ in ready:
                if descriptor == self._bell:
                    os.eventfd_read(self._bell)
                elif descriptor in self._slots:
                    self._hear(self._slots[descriptor])
            ready = self._poll.poll(0)

    def _flush(self) -> None:
        for sink in self._unflushed:
            sink.flush()
        self._unflushed.clear()

    def _hear(self, slot: Slot) -> None:
        try:
            match slot.hear():
                case Answer(reply):
                    slot.barren = 0
                    self._finish(slot, wire.decode_reply(reply))
                case Death() as death:
                    self._bury(slot, death)
                case Long():
                    self._take_back(slot, behind=1)
        except wire.MalformedError:
            if slot.waiting:
                self._finish(slot, crashed("sent a malformed reply"))
            self._replace(slot)
        except EOFError:
            # One that tells why it can't start won't the next time; one that was killed may.
            if not slot.ready and (words := slot.last_words()):
                raise _cannot_start(words) from None
            self._mourn(slot)
            self._replace(slot)

    def _bury(self, slot: Slot, death: Death) -> None:
        if death.job and slot.waiting and slot.waiting[0].number == death.job:
            slot.barren = 0
            self._finish(slot, self._cause(slot, death.status))
        elif not _recycled(death.status):
            self._mourn(slot)
        self._take_back(slot)

    def _cause(self, slot: Slot, status: int) -> Refused:
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            if number == signal.SIGALRM:
                return timed_out(*self._allowed(slot))
            if number == signal.SIGKILL:  # nobody else kills so: the kernel, short of memory
                return out_of_memory()
            return crashed(f"died of {signal.Signals(number).name}")
        return crashed(f"ended with status {os.WEXITSTATUS(status)}")

    def _mourn(self, slot: Slot) -> None:
        """A death that no job is to blame for, as far as we know."""
        slot.barren += 1
        if slot.barren >= _MAX_BARREN:
            raise _cannot_start(slot.last_words() or f"{_MAX_BARREN} ended without a word")
        if slot.waiting:
            slot.waiting[0].tries += 1
            if slot.waiting[0].tries >= _MAX_TRIES:
                self._finish(slot, crashed("vanished again and again"))

    def _finish(self, slot: Slot, result: dict[str, Any] | Refused) -> None:
        job, seconds = slot.done()
        self._tell(job, result, seconds)

    def _tell(self, job: Job, result: dict[str, Any] | Refused, seconds: float) -> None:
        if isinstance(result, Refused):
            job.sink.take(job, Outcome(job.source, None, result, seconds))
        else:
            job.sink.take(job, Outcome(job.source, result, None, seconds))
        self._unflushed.add(job.sink)

    def _take_back(self, slot: Slot, behind: int = 0) -> None:
        """What was sent goes to whoever is free next, but for the first `behind` jobs."""
        back = list(slot.waiting)[behind:]
        with self._lock:
            self._pending.extendleft(reversed(back))
        for _job in back:
            slot.waiting.pop()
        slot.longer = bool(slot.waiting)

    def _replace(self, slot: Slot) -> None:
        self._take_back(slot)
        self._drop(slot)
        self._start(slot.barren)

    def _drop(self, slot: Slot) -> None:
        self._poll.unregister(slot.fileno())
        del self._slots[slot.fileno()]
        slot.kill()

    def _deadline(self, slot: Slot) -> float | None:
        if not slot.ready:
            return slot.since + _START_SECONDS
        if slot.waiting:
            return slot.since + self._allowed(slot)[0] + self._limits.grace_seconds
        return None

    def _allowed(self, slot: Slot) -> tuple[float, str]:
        """Seconds that the job at hand may take, and the limit's name."""
        name = "max_video_seconds" if slot.longer else "max_seconds"
        return getattr(self._limits, name), name

    def _patience(self) -> float:
        """Seconds to wait for messages at most; -1 for ever."""
        if self._full:
            return _FULL_SECONDS
        deadlines = [at for slot in self._slots.values() if (at := self._deadline(slot))]
        if not deadlines:
            return -1.0
        return max(0.0, min(deadlines) - time.monotonic())

    def _check_clocks(self) -> None:
        now = time.monotonic()
        for slot in list(self._slots.values()):
            deadline = self._deadline(slot)
            if deadline is None or now < deadline:
                continue
            if not slot.ready:
                raise WorkerStartError("a worker process does not get ready")
            self._finish(slot, timed_out(*self._allowed(slot)))
            self._replace(slot)

    def _shut(self) -> None:
        slots = list(self._slots.values())
        for slot in slots:
            slot.hang_up()
        until = time.monotonic() + _HANG_UP_SECONDS
        for slot in slots:
            slot.kill(max(0.0, until - time.monotonic()))
        self._poll.close()
        assert self._end is not None
        with self._lock:
            os.close(self._bell)
            self._bell = -1
            left = [*(job for slot in slots for job in slot.waiting), *self._pending]
            self._pending.clear()
        for job in left:
            job.sink.take(job, self._end)
            self._unflushed.add(job.sink)
        self._flush()


def _recycled(status: int) -> bool:
    return os.WIFEXITED(status) and os.WEXITSTATUS(status) == wire.RECYCLED


def _cannot_start(why: str) -> WorkerStartError:
    return WorkerStartError(f"a worker process can't start: {why}")
