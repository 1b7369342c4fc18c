"""The decoding process: confined, it does one file after the other under a timer."""

from __future__ import annotations

import array
import mmap
import os
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from hedgerow.media import kernel, wire
from hedgerow.media.files import File
from hedgerow.media.limits import Limits
from hedgerow.media.refusals import RefusalCode, Refused, crashed, empty, out_of_memory, too_large

TaskFunction = Callable[[File, dict[str, Any]], dict[str, Any]]

_NUMBER = struct.Struct("<Q")
_JOB, _GENERATION = 0, _NUMBER.size
_DESCRIPTOR_BYTES = array.array("i").itemsize


class Child:
    """What the decoding processes of one worker share: the link, the task, the job at hand."""

    def __init__(
        self,
        link: socket.socket,
        function: TaskFunction,
        options: dict[str, Any],
        limits: Limits,
    ) -> None:
        self.link = link
        self.function = function
        self.options = options
        self.limits = limits
        self._shared = mmap.mmap(-1, 2 * _NUMBER.size)  # it outlives the child that wrote it

    def set_job(self, number: int) -> None:
        """Note the job that is worked on from now; 0 for none."""
        _NUMBER.pack_into(self._shared, _JOB, number)

    def take_job(self) -> int:
        """The job that the dead child was working on, 0 for none; none from now on."""
        number: int = _NUMBER.unpack_from(self._shared, _JOB)[0]
        self.set_job(0)
        return number

    @property
    def generation(self) -> int:
        """Which jobs are meant: those sent for an earlier one will come again."""
        number: int = _NUMBER.unpack_from(self._shared, _GENERATION)[0]
        return number

    def next_generation(self) -> None:
        """Drop what was sent so far and is not done."""
        _NUMBER.pack_into(self._shared, _GENERATION, self.generation + 1)


def run(work: Child, keeper: int) -> NoReturn:
    """Be a decoding process: never returns, whatever happens."""
    status = 1
    try:
        kernel.die_with(keeper)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # whatever the task's module may have set
        null = os.open(os.devnull, os.O_WRONLY)
        kernel.confine(work.limits.max_memory)
        # What decoders print about a hostile file is of no use to anybody.
        os.dup2(null, 2)
        status = _serve(work)
    except BaseException:  # noqa: BLE001  # told on stderr and by the status; there is no above
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        # Not sys.exit: this is a fork, and the keeper's clean-up is not its own.
        os._exit(status)


def _serve(work: Child) -> int:
    done = 0
    while done < work.limits.files_per_child:
        message, descriptor = _receive(work.link)
        if not message:
            return wire.CALLER_GONE
        try:
            kind, its_generation, number = wire.HEADER.unpack_from(message)
            if its_generation != work.generation:
                continue  # sent before the caller knew of a death or a video: it will come again
            work.set_job(number)
            # The default action of SIGALRM ends the process even inside a decoder's C code.
            signal.setitimer(signal.ITIMER_REAL, work.limits.max_seconds)
            answer = _Answering(work, number)
            reply, sound = answer.reply(kind, message[wire.HEADER.size :], descriptor)
            signal.setitimer(signal.ITIMER_REAL, 0)
        finally:
            if descriptor is not None:
                os.close(descriptor)
        _send(work.link, its_generation, number, reply)
        if answer.is_long:
            work.next_generation()  # what waited behind it has gone to others
        work.set_job(0)
        done += 1
        if not sound:
            break
    return wire.RECYCLED


def _receive(link: socket.socket) -> tuple[bytes, int | None]:
    message, ancillary, _, _ = link.recvmsg(
        wire.MAX_MESSAGE, socket.CMSG_SPACE(_DESCRIPTOR_BYTES), socket.MSG_CMSG_CLOEXEC
    )
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            return message, array.array("i", data[:_DESCRIPTOR_BYTES])[0]
    return message, None


class _Answering:
    """One job. is_long: it is a video, and the caller was told so."""

    def __init__(self, work: Child, number: int) -> None:
        self.is_long = False
        self._work = work
        self._number = number

    def reply(self, kind: int, body: bytes, descriptor: int | None) -> tuple[bytes, bool]:
        """The reply, and whether this process is fit for another job."""
        try:
            return self._value(kind, body, descriptor), True
        except Refused as refusal:
            return wire.encode_refusal(refusal), refusal.code is not RefusalCode.OUT_OF_MEMORY
        except MemoryError:
            return wire.encode_refusal(out_of_memory()), False
        except Exception as error:  # noqa: BLE001  # told to the caller, with its place
            return wire.encode_refusal(_task_failed(error)), True
        except BaseException as error:  # noqa: BLE001  # a decoder's panic, a task that would exit
            return wire.encode_refusal(crashed(f"raised {type(error).__name__}")), False

    def _value(self, kind: int, body: bytes, descriptor: int | None) -> bytes:
        work = self._work
        options, path = wire.decode_job(body)
        file = _open(kind, path, descriptor, work.limits)
        if file.is_video:
            work.link.send(wire.HEADER.pack(wire.LONGER, work.generation, self._number))
            self.is_long = True
            signal.setitimer(signal.ITIMER_REAL, work.limits.max_video_seconds)
        reply = wire.encode_value(work.function(file, work.options | options))
        if len(reply) > work.limits.max_reply_bytes:
            raise _reply_too_long(len(reply), work.limits.max_reply_bytes)
        return reply


def _open(kind: int, path: bytes, descriptor: int | None, limits: Limits) -> File:
    if kind == wire.PATH:
        return File.read(path, limits)
    if descriptor is None:
        raise Refused(RefusalCode.UNREADABLE, "the file's bytes did not arrive; try again")
    size = os.fstat(descriptor).st_size
    if size == 0:
        raise empty()
    if size > limits.max_bytes:
        raise too_large(size, limits.max_bytes)
    with open(descriptor, "rb", closefd=False) as stream:
        stream.seek(0)
        return File(stream.read(), limits)


def _send(link: socket.socket, generation: int, number: int, reply: bytes) -> None:
    at = 0
    while len(reply) - at > wire.PART_BYTES:
        header = wire.HEADER.pack(wire.MORE, generation, number)
        link.send(header + reply[at : at + wire.PART_BYTES])
        at += wire.PART_BYTES
    link.send(wire.HEADER.pack(wire.REPLY, generation, number) + reply[at:])


def _task_failed(error: Exception) -> Refused:
    # The place in the code, never the error's text: that may hold a piece of the file.
    last = traceback.extract_tb(sys.exc_info()[2])[-1]
    return Refused(
        RefusalCode.TASK_FAILED,
        f"{type(error).__name__} at {last.name} ({Path(last.filename).name}:{last.lineno}); "
        "this is a fault in the program, not in the file: please report it",
    )


def _reply_too_long(size: int, limit: int) -> Refused:
    return Refused(
        RefusalCode.TASK_FAILED,
        f"the answer has {size:,} bytes, the limit is {limit:,}; raise max_reply_bytes to take it",
    )
