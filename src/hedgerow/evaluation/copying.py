"""What the media workers run for an evaluation: a file hashed as it is, or edited and hashed.

The file of the operator is opened in a worker only, as all files are. An edited copy is written to
bytes and hashed as an upload would be, in the same worker: neither copy nor picture ever leaves it.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from PIL import Image

from hedgerow.evaluation.edits import Pixels
from hedgerow.evaluation.methods import PICTURES, VIDEOS
from hedgerow.evaluation.peers import hashed
from hedgerow.evaluation.picture_suite import PICTURE_EDITS
from hedgerow.evaluation.surrounding_suite import SURROUNDINGS
from hedgerow.evaluation.video_suite import VIDEO_EDITS
from hedgerow.media import File
from hedgerow.signals import hash_file, pdq_alone

TASK = f"{__name__}:work"

MAX_SIDE = 1600
"""Pixels of the longer side; a larger picture is made smaller before it is edited, as most
services do, so that a blur of three pixels means something."""

COSTS: dict[str, Callable[[File], object]] = {
    "plain": pdq_alone,
    "cheap": lambda file: hash_file(file, {"types": ["pdq"], "variants": True}),
    "local": lambda file: hash_file(file, {"types": ["local"], "variants": True}),
}
"""What each tier makes of a picture's bytes."""

_VIDEO_COSTS: dict[str, Callable[[File], object]] = {
    "video": lambda file: hash_file(file, {"types": ["vpdq"], "variants": True})
}

COST_ROUNDS = 3
"""Times that each is done; the quickest counts."""

_PICTURE_EDITS = {edit.key: edit for edit in (*PICTURE_EDITS, *SURROUNDINGS)}
_VIDEO_EDITS = {edit.key: edit for edit in VIDEO_EDITS}


def work(file: File, options: dict[str, Any]) -> dict[str, Any]:
    """Hash a file as it is, or its edited copies.

    Options: `types`, of signals; `peers`, keys of other people's hashes. With `edits`, keys of
    edits, also `name`, what the file is called, and `seed`; answers `{"copies": [answer, …]}`.
    Without: `cost`, whether to take the time of each tier, and `kinds`, those that are wanted;
    answers one answer, with `"cost"`, seconds of processor time of the worker by tier. An answer is
    what `hash_file` gives, with `"peers"`. Of a file of another kind it is `{"unasked": True}`, and
    nothing was hashed. Raises Refused.
    """
    if "edits" not in options:
        return _original(file, options)
    if options["edits"][0] in _VIDEO_EDITS:
        return {"copies": [_video(file, key, options) for key in options["edits"]]}
    pixels = _shrunk(rgb(file))
    return {"copies": [_picture(pixels, file, key, options) for key in options["edits"]]}


def _original(file: File, options: dict[str, Any]) -> dict[str, Any]:
    if (VIDEOS if file.moves else PICTURES) not in options["kinds"]:
        if not file.is_video:
            file.picture()  # what is no picture is refused, as it would be otherwise
        return {"unasked": True}
    answer = hash_file(file, {"types": options["types"], "variants": True})
    is_video = "vpdq" in answer["signals"]
    if "pdq" in answer["signals"] and not is_video:
        answer["peers"] = hashed(rgb(file), options["peers"])
    if answer["signals"] and options["cost"]:
        answer["cost"] = (
            _cost(file, _VIDEO_COSTS, 1)
            if is_video
            else _cost(file, _costs_of(options["types"]), COST_ROUNDS)
        )
    return answer


def _costs_of(types: Sequence[str]) -> dict[str, Callable[[File], object]]:
    """What there is of COSTS with these types: without landmarks nobody pays for them."""
    return {tier: make for tier, make in COSTS.items() if tier != "local" or "local" in types}


def rgb(file: File) -> Pixels:
    """The picture in colour, (h, w, 3). Raises Refused."""
    pixels = file.in_colour().pixels
    return np.repeat(pixels[:, :, np.newaxis], 3, axis=2) if pixels.ndim == 2 else pixels


def _shrunk(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = MAX_SIDE / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _picture(pixels: Pixels, file: File, key: str, options: dict[str, Any]) -> dict[str, Any]:
    data = _PICTURE_EDITS[key].file(pixels, options["name"], options["seed"])
    answer = _hashed(data, file, options)
    if options["peers"]:
        with Image.open(io.BytesIO(data)) as opened:
            answer["peers"] = hashed(np.asarray(opened.convert("RGB")), options["peers"])
    return answer


def _video(file: File, key: str, options: dict[str, Any]) -> dict[str, Any]:
    return _hashed(
        _VIDEO_EDITS[key].file(file.data, options["name"], options["seed"]), file, options
    )


def _hashed(data: bytes, file: File, options: dict[str, Any]) -> dict[str, Any]:
    return hash_file(File(data, file.limits), {"types": options["types"], "variants": True})


def _cost(
    file: File, costs: Mapping[str, Callable[[File], object]], rounds: int
) -> dict[str, float]:
    """Seconds of processor time from bytes to signals, by tier."""
    return {tier: min(_seconds(file, make) for _ in range(rounds)) for tier, make in costs.items()}


def _seconds(file: File, make: Callable[[File], object]) -> float:
    start = time.process_time()
    make(File(file.data, file.limits))
    return time.process_time() - start
