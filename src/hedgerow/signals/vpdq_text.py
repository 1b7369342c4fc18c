"""vPDQ as text, as the reference reads and writes it (ThreatExchange, `vpdq`).

A line a frame, `frame,quality,hex,seconds`; and, from its Python extension, a JSON list of
`"hex,quality,seconds"`, which has no frame numbers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator

import numpy as np

from hedgerow.signals.errors import BadSignal
from hedgerow.signals.frames import BANKED_ROW, Banked, merged
from hedgerow.signals.hexadecimal import parse_hexadecimal

MOST_FRAMES = 1_000_000
"""Frames that a text may have: nine hours of every frame."""

_SHOWN = 40
_LARGEST = 2**32 - 1


def read_vpdq(text: str) -> Banked:
    """A video from either form; raises BadSignal with the place that is wrong."""
    if text.lstrip().startswith("["):
        return read_vpdq_json(text)
    return read_vpdq_text(text.splitlines())


def read_vpdq_text(lines: Iterable[str]) -> Banked:
    """A video from lines `frame,quality,hex,seconds`; empty lines are passed over.

    Raises BadSignal with the number of the line.
    """
    rows = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text:
            continue
        fields = text.split(",")
        if len(fields) != 4:
            raise BadSignal(
                f"line {number}: a frame is written frame,quality,hex,seconds, "
                f"not {text[:_SHOWN]!r}"
            )
        frame = _whole(fields[0], _LARGEST, f"line {number}: the frame's number")
        rows.append((frame, *_values(fields[1], fields[2], fields[3], f"line {number}")))
        _check_order(rows, f"line {number}")
    return _video(rows)


def write_vpdq_text(video: Banked) -> Iterator[str]:
    """Lines `frame,quality,hex,seconds` without line ends, as the reference writes them."""
    for row in video.frames:
        code = row["code"].tobytes().hex()
        yield f"{row['frame']},{row['quality']},{code},{row['seconds']:.3f}"


def read_vpdq_json(text: str) -> Banked:
    """A video from a JSON list of `"hex,quality,seconds"`; frames are numbered from 0.

    Raises BadSignal with the place in the list.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise BadSignal("a video's frames are a JSON list; this isn't JSON") from None
    if not isinstance(found, list):
        raise BadSignal("a video's frames are a JSON list; this is JSON, but none")
    rows = []
    for number, item in enumerate(found):
        fields = item.split(",") if isinstance(item, str) else []
        if len(fields) != 3:
            raise BadSignal(f"item {number}: a frame is written as text, hex,quality,seconds")
        rows.append((number, *_values(fields[1], fields[0], fields[2], f"item {number}")))
        _check_order(rows, f"item {number}")
    return _video(rows)


def write_vpdq_json(video: Banked) -> str:
    """A JSON list of `"hex,quality,seconds"`."""
    return json.dumps(
        [
            f"{row['code'].tobytes().hex()},{row['quality']},{row['seconds']:.3f}"
            for row in video.frames
        ]
    )


def _values(quality: str, code: str, seconds: str, where: str) -> tuple[float, float, int, bytes]:
    try:
        digits = parse_hexadecimal(code, 64, "the code")
    except BadSignal as bad:
        raise BadSignal(f"{where}: {bad}") from None
    try:
        time = float(seconds)
    except ValueError:
        time = math.nan
    if not 0 <= time < 2**32:
        raise BadSignal(f"{where}: {seconds.strip()[:_SHOWN]!r} are no seconds of 0 or more")
    return time, time, _whole(quality, 100, f"{where}: the quality"), bytes.fromhex(digits)


def _whole(text: str, most: int, what: str) -> int:
    digits = text.strip()
    # Not int(): it takes other scripts' digits and underscores, too.
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10 and int(digits) <= most):
        raise BadSignal(f"{what} is a whole number from 0 to {most:,}, not {digits[:_SHOWN]!r}")
    return int(digits)


def _check_order(rows: list[tuple[int, float, float, int, bytes]], where: str) -> None:
    if len(rows) > MOST_FRAMES:
        raise BadSignal(f"{where}: a video has at most {MOST_FRAMES:,} frames")
    if len(rows) > 1 and not (rows[-2][0] < rows[-1][0] and rows[-2][1] <= rows[-1][1]):
        raise BadSignal(f"{where}: a video's frames come in the order they are shown")


def _video(rows: list[tuple[int, float, float, int, bytes]]) -> Banked:
    if not rows:
        raise BadSignal("there are no frames of a video in it")
    frames = np.empty(len(rows), BANKED_ROW)
    for at, name in enumerate(("frame", "seconds", "until", "quality")):
        frames[name] = [row[at] for row in rows]
    codes = np.frombuffer(b"".join(row[4] for row in rows), np.uint8)
    frames["code"] = codes.reshape(len(rows), -1)
    return Banked(merged(frames), float(frames["seconds"][-1]))
