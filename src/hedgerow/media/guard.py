"""Files in, outcomes out: every file is looked at in a worker process that it can't get out of."""

from __future__ import annotations

import json
import os
import sys
import weakref
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from hedgerow.media import wire
from hedgerow.media.dispatch import Dispatcher
from hedgerow.media.limits import Limits
from hedgerow.media.refusals import RefusalCode, Refused, empty, too_large
from hedgerow.media.slot import Job, Outcome, Sink

_MAX_SETUP = 128 * 2**10
_MAX_PATH = 8192  # twice what Linux takes
# Files in flight for each worker: enough to go on with while the oldest takes its time.
_IN_FLIGHT = 16


@dataclass(frozen=True)
class Task:
    """What the workers do with each file.

    function: "package.module:name" of a function(file: File, options) -> a dict that JSON can
    hold. It may raise Refused. options: a dict that JSON can hold, the same for every file.
    """

    function: str
    options: dict[str, Any] = field(default_factory=dict)


class _Batch:
    """The sink of one `run`: several outcomes at a time go to the thread that waits for them."""

    def __init__(self) -> None:
        self.given_up = False
        self.finished: SimpleQueue[list[tuple[int, Outcome | Exception]]] = SimpleQueue()
        self._taken: list[tuple[int, Outcome | Exception]] = []

    def take(self, job: Job, result: Outcome | Exception) -> None:
        self._taken.append((job.index, result))

    def flush(self) -> None:
        self.finished.put(self._taken)
        self._taken = []


class _Waiting:
    """The sink of one `submit`."""

    def __init__(self) -> None:
        self.future: Future[Outcome] = Future()

    @property
    def given_up(self) -> bool:
        return self.future.cancelled()

    def take(self, _: Job, result: Outcome | Exception) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        if isinstance(result, Exception):
            self.future.set_exception(result)
        else:
            self.future.set_result(result)

    def flush(self) -> None:
        pass


class Workers:
    """Worker processes that run one task on untrusted files; use it as a context manager.

    A file that is refused, or that kills its worker, is an Outcome with a refusal; only a fault
    of ours is an exception. Safe to use from several threads. Raises WorkerStartError where a
    worker can't start (the task can't be imported) and WorkersClosedError after `close`.
    """

    def __init__(
        self,
        task: Task,
        limits: Limits,
        jobs: int = 1,
        *,
        in_flight: int | None = None,
    ) -> None:
        """Start `jobs` workers. in_flight: files that `run` has under way at most."""
        if jobs < 1:
            raise ValueError(f"jobs must be at least 1, not {jobs}")
        self._in_flight = max(jobs, in_flight or jobs * _IN_FLIGHT)
        self._limits = limits
        self._dispatcher = Dispatcher(_setup(task, limits), limits, jobs)
        self._finalizer = weakref.finalize(self, self._dispatcher.close)

    def run(self, sources: Iterable[Path | bytes]) -> Iterator[Outcome]:
        """One outcome for each source, in their order; `sources` is read as places get free."""
        batch = _Batch()
        early: dict[int, Outcome | Exception] = {}
        supply = enumerate(sources)
        more, taken, given = True, 0, 0

        try:
            while True:
                while more and taken - given < self._in_flight:
                    index, source = next(supply, (-1, b""))
                    more = index >= 0
                    if more:
                        taken += 1
                        refused = self._add(source, batch, index)
                        if refused is not None:
                            early[index] = refused
                if given == taken:
                    return
                while given not in early:
                    early.update(batch.finished.get())
                outcome = early.pop(given)
                given += 1
                if isinstance(outcome, Exception):
                    raise outcome
                yield outcome
        finally:
            batch.given_up = True

    def submit(
        self, source: Path | bytes, options: dict[str, Any] | None = None
    ) -> Future[Outcome]:
        """Queue one file; the future gives its outcome.

        options: for this file, in place of the task's own of the same names. Raises TypeError,
        ValueError: they are not JSON, or too long.
        """
        waiting = _Waiting()
        refused = self._add(source, waiting, options=options)
        if refused is not None:
            waiting.future.set_result(refused)
        return waiting.future

    def _add(
        self,
        source: Path | bytes,
        sink: Sink,
        index: int = 0,
        options: dict[str, Any] | None = None,
    ) -> Outcome | None:
        """Queue a job; or the outcome at once, where no worker is needed to refuse the source."""
        try:
            job = Job(source, wire.encode_job(options, self._path(source)), sink, index)
        except Refused as refusal:
            return Outcome(source, None, refusal, 0.0)
        self._dispatcher.add(job)
        return None

    def _path(self, source: Path | bytes) -> bytes:
        """What a worker needs to find the source: a path, or nothing for bytes. Raises Refused."""
        if isinstance(source, bytes):
            if not source:
                raise empty()
            if len(source) > self._limits.max_bytes:
                raise too_large(len(source), self._limits.max_bytes)
            return b""
        try:
            # A longer path than the system takes is as wrong when it is cut.
            return os.fsencode(source.absolute())[:_MAX_PATH]
        except (OSError, UnicodeEncodeError):  # a current folder that is gone; half a character
            raise Refused(
                RefusalCode.UNREADABLE, "no file can have this path; give it in full"
            ) from None

    def problem(self) -> str | None:
        """Why no file can be run any more, for a person; None where it can."""
        return self._dispatcher.problem()

    def close(self) -> None:
        """End the workers now. Files not yet done fail with WorkersClosedError."""
        self._finalizer()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _setup(task: Task, limits: Limits) -> bytes:
    """The first message to a worker. Raises TypeError, ValueError: the options are not JSON."""
    setup = {
        "function": task.function,
        "options": task.options,
        "limits": asdict(limits),
        # Where the caller's own modules are; an empty entry is the current folder, which may be
        # somebody's uploads.
        "path": [str(Path(entry).absolute()) for entry in sys.path if entry],
    }
    message = json.dumps(setup, allow_nan=False).encode()
    if len(message) > _MAX_SETUP:
        raise ValueError(f"the task's options are over {_MAX_SETUP:,} bytes; pass a path instead")
    return message


def die_with(parent: int) -> None:
    """Have the kernel kill this process when the process `parent` (its parent) ends."""
    from hedgerow.media import kernel  # the room is loaded where nobody needs what this loads

    kernel.die_with(parent)
