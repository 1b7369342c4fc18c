"""The messages between the caller and a worker.

They travel over a SOCK_SEQPACKET pair, so each arrives whole or not at all: a worker that dies in
the middle of one leaves nothing half-written behind. Layout: kind (1 byte), generation (4), job
number (8), then the body. A generation is one decoding process, up to the next video: it grows by
one each time a new process is forked or has done a video, and a job sent for an older one is
dropped. So nothing waits behind a video, or is lost with the dead: the caller sends it elsewhere.
"""

from __future__ import annotations

import json
import struct
from typing import Any

from hedgerow.media.refusals import RefusalCode, Refused

HEADER = struct.Struct("<BIQ")
DEATH = struct.Struct("<i")  # body of DIED: the status that os.waitpid told

# Caller to worker: the length of the job's own options as JSON, these, then the path; a file's
# bytes come as a descriptor of an anonymous file in memory.
PATH, BYTES = 1, 2
OPTIONS = struct.Struct("<H")
MAX_OPTIONS = 4096
# Worker to caller. A long reply comes in parts, MORE ... MORE, REPLY.
READY, MORE, REPLY, DIED = 16, 17, 18, 19
# The job at hand turned out to be a video, and may take as long as one.
LONGER = 20

PART_BYTES = 32 * 2**10
MAX_MESSAGE = HEADER.size + PART_BYTES
MAX_REASON = 500  # characters of a refusal's message that are believed

# Exit statuses of a decoding process that ends without being ended.
CALLER_GONE, RECYCLED = 0, 10


class MalformedError(Exception):
    """A message that no sound worker sends."""


def _not_json(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


def encode_job(options: dict[str, Any] | None, path: bytes) -> bytes:
    """The body of a job. Raises TypeError, ValueError: the options are not JSON, or too long."""
    said = b"" if not options else json.dumps(options, allow_nan=False).encode()
    if len(said) > MAX_OPTIONS:
        raise ValueError(f"a job's options have at most {MAX_OPTIONS:,} bytes")
    return OPTIONS.pack(len(said)) + said + path


def decode_job(body: bytes) -> tuple[dict[str, Any], bytes]:
    """The options and the path in the body of a job."""
    length = OPTIONS.size + OPTIONS.unpack_from(body)[0]
    said = body[OPTIONS.size : length]
    return (json.loads(said) if said else {}), body[length:]


_CODES = frozenset(code.value for code in RefusalCode)
_STRICT = json.JSONDecoder(parse_constant=_not_json)


def encode_value(value: dict[str, Any]) -> bytes:
    """The reply to a job that went well. Raises TypeError, ValueError: not JSON."""
    return json.dumps({"value": value}, allow_nan=False, separators=(",", ":")).encode()


def encode_refusal(refusal: Refused) -> bytes:
    """The reply to a job that was refused."""
    return json.dumps({"refused": [refusal.code.value, refusal.message]}).encode()


def decode_reply(reply: bytes) -> dict[str, Any] | Refused:
    """What a worker replied, checked as what a stranger said. Raises MalformedError."""
    try:
        # RecursionError: brackets nested without end. ValueError: bad JSON, bad UTF-8, NaN.
        message = _STRICT.decode(reply.decode())
    except (ValueError, RecursionError) as error:
        raise MalformedError("the reply is not JSON") from error
    match message:
        case {"value": dict(value), **rest} if not rest:
            return value
        case {"refused": [str(code), str(reason)], **rest} if not rest and code in _CODES:
            return Refused(RefusalCode(code), _plain(reason))
    raise MalformedError("the reply is neither a value nor a refusal")


def _plain(reason: str) -> str:
    # It ends in terminals and logs: no control characters, no end.
    return "".join(c if c.isprintable() else "?" for c in reason[:MAX_REASON])
