"""The names of everything that can keep a file from being looked at."""

from __future__ import annotations

from enum import StrEnum


class RefusalCode(StrEnum):
    """Why a file was not looked at. The values are an interface: they never change."""

    EMPTY = "empty"
    NOT_FOUND = "not_found"
    NOT_A_FILE = "not_a_file"
    UNREADABLE = "unreadable"
    UNSUPPORTED_FORMAT = "unsupported_format"
    CORRUPT = "corrupt"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    NO_VIDEO = "no_video"
    TOO_MANY_STREAMS = "too_many_streams"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    DECODER_CRASHED = "decoder_crashed"
    TASK_FAILED = "task_failed"


class Refused(Exception):
    """A file that was not looked at: `code` for programs, `message` for people.

    The message says what to do next and holds nothing of the file's contents.
    """

    def __init__(self, code: RefusalCode, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code.value}: {self.message}"


def empty() -> Refused:
    """The refusal of a file of no bytes."""
    return Refused(RefusalCode.EMPTY, "the file has no bytes; upload or copy it again")


def too_large(size: int, limit: int) -> Refused:
    """The refusal of a file of `size` bytes where `limit` are allowed."""
    return Refused(
        RefusalCode.TOO_LARGE,
        f"the file has {size:,} bytes, the limit is {limit:,}; raise max_bytes to take it",
    )


def too_many_pixels(width: int, height: int, limit: int) -> Refused:
    """The refusal of a picture of width x height where `limit` pixels are allowed."""
    return Refused(
        RefusalCode.TOO_MANY_PIXELS,
        f"the picture is {width:,} x {height:,} pixels, the limit is {limit:,} in all; "
        "raise max_pixels to take it",
    )


def no_video() -> Refused:
    """The refusal of a file in which nothing moves, where a video was asked for."""
    return Refused(
        RefusalCode.NO_VIDEO, "the file has no moving picture; hash it as a picture or as bytes"
    )


def too_many_streams(limit: int) -> Refused:
    """The refusal of a video with more than `limit` streams."""
    return Refused(
        RefusalCode.TOO_MANY_STREAMS,
        f"the video has more than {limit:,} streams side by side; raise max_streams to take it",
    )


def out_of_memory() -> Refused:
    """The refusal of a file that needs more memory than a worker may use."""
    return Refused(
        RefusalCode.OUT_OF_MEMORY,
        "decoding needs more memory than a worker may use; raise max_memory to take it",
    )


def timed_out(seconds: float, name: str = "max_seconds") -> Refused:
    """The refusal of a file that was not done within `seconds`, the limit of that name."""
    return Refused(
        RefusalCode.TIMEOUT,
        f"the file was not done within {seconds:g} s; raise {name} to give it longer",
    )


def crashed(how: str) -> Refused:
    """The refusal of a file whose worker died; `how` is a few words on the death."""
    return Refused(
        RefusalCode.DECODER_CRASHED,
        f"the worker {how} on this file; the file is damaged or hostile: look at it with care",
    )
