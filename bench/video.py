"""Videos: hashing against decoding alone, and what looking at keyframes alone costs and finds.

`python -m bench --only video` measures all of it; `python -m bench.video` only what is found, as
the table in docs/video.md. Most of the fourteen samples are versions of one film, or of another:
with a logo, in grey, smaller. They don't stand for fourteen films.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import av
import cv2
import numpy as np

from bench.pictures import folder
from bench.report import Row
from bench.timing import seconds_each
from hedgerow.media import File, Limits
from hedgerow.signals.frames import Sought
from hedgerow.signals.pdq import pdq
from hedgerow.signals.vpdq import VPDQ

GROUP = "Video"
LIMITS = Limits()
WITHIN, GOOD = 31, 50

HEADINGS = (
    "frames of the source within 31 bits", "frames of the copy that are near one",
    "videos with any",
)  # fmt: skip

# Muxer, encoder, its options, part of each side, frames a second where others.
COPIES = {
    "H.264, quality 35": ("mp4", "libx264", {"crf": "35", "preset": "veryfast"}, 1.0, None),
    "half the size": ("mp4", "libx264", {"crf": "28", "preset": "veryfast"}, 0.5, None),
    "15 frames a second": ("mp4", "libx264", {"crf": "28", "preset": "veryfast"}, 1.0, 15),
    "VP8 in WebM": (
        "webm",
        "libvpx",
        {"b": "600k", "deadline": "realtime", "cpu-used": "8"},
        1.0,
        None,
    ),
    "MPEG-4 in AVI": ("avi", "mpeg4", {"b": "800k"}, 1.0, None),
}


def copy_of(data: bytes, muxer: str, encoder: str, options: dict, part: float, rate: int | None):
    """The video encoded again."""
    stream = io.BytesIO()
    with av.open(io.BytesIO(data)) as source, av.open(stream, "w", format=muxer) as container:
        video = source.streams.video[0]
        every = 1 if rate is None else round(float(video.average_rate) / rate)
        made = container.add_stream(encoder, rate=rate or video.average_rate)
        made.width = int(video.codec_context.width * part) // 2 * 2
        made.height = int(video.codec_context.height * part) // 2 * 2
        made.pix_fmt, made.options = "yuv420p", options
        for number, frame in enumerate(source.decode(video)):
            if number % every == 0:
                again = frame.reformat(made.width, made.height, "yuv420p")
                again.pts, again.time_base = number // every, 1 / made.codec_context.rate
                container.mux(made.encode(again))
        container.mux(made.encode())
    return stream.getvalue()


def decode_alone(data: bytes) -> int:
    """All frames, by one thread, and nothing done with them."""
    with av.open(io.BytesIO(data)) as container:
        video = container.streams.video[0]
        video.thread_type, video.codec_context.thread_count = "NONE", 1
        return sum(1 for _ in container.decode(video))


def codes_of(data: bytes, *, keyframes: bool = False) -> np.ndarray:
    """Codes of the frames of good quality, from every look at the video."""
    file = File(data, LIMITS)
    file.keyframes = keyframes
    sought = Sought.unpack(VPDQ.compute(file).payload)
    rows = np.concatenate([look.frames for look in sought.looks])
    return rows["codes"][rows["quality"] >= GOOD][:, 0]


def near(codes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Of each code, whether one of the others is within the threshold."""
    apart = np.bitwise_count(codes[:, np.newaxis] ^ others[np.newaxis]).sum(axis=2)
    return (apart <= WITHIN).any(axis=1)


class Recall(NamedTuple):
    """What is found of copies, in per cent: of the frames of their sources those that have one of
    the copy's near, of the frames of the copies those that are near one; and of how many of the
    videos there is any.
    """

    source: float
    copy: float
    videos: int
    of: int


def recall_of(
    banked: Mapping[str, np.ndarray], files: Mapping[str, bytes], *, keyframes: bool
) -> Recall:
    """What is found of copies, each by the frames of its own source."""
    of_source, of_copy = [], []
    for name, data in files.items():
        codes = codes_of(data, keyframes=keyframes)
        of_source.append(near(banked[name], codes))
        of_copy.append(near(codes, banked[name]))
    return Recall(
        100 * float(np.concatenate(of_source).mean()),
        100 * float(np.concatenate(of_copy).mean()),
        sum(bool(each.any()) for each in of_source),
        len(files),
    )


def samples() -> Iterator[tuple[str, bytes]]:
    for path in sorted((folder() / "videos").glob("*.mp4")):
        yield path.stem, path.read_bytes()


def to_the_reference() -> list[Row]:
    distances = []
    for name, data in samples():
        lines = (folder() / "videos/vpdq-hashes" / f"{name}.txt").read_text().splitlines()
        reference = {int(line.split(",")[0]): line.split(",") for line in lines}
        for frame in File(data, LIMITS).frames():
            _number, quality, code, _seconds = reference[frame.number]
            if int(quality) >= GOOD:
                value, _quality = pdq(frame.pixels)
                distances.append((int(value, 16) ^ int(code, 16)).bit_count())
    return [
        Row(GROUP, f"largest distance to its hash, {len(distances)} frames", "vpdq (recorded)",
            None, max(distances), "bits", None, "≤ 30", max(distances) <= 30),
        Row(GROUP, "mean distance to its hash", "vpdq (recorded)", None,
            float(np.mean(distances)), "bits", None, "", None),
    ]  # fmt: skip


def copied_of(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those that are encoded again: of the seven versions of one film only the original."""
    return {
        name: data
        for name, data in sources.items()
        if not name.startswith("chair") or name == "chair-orig-22-sd-bar"
    }


def copies_of(copied: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """The copies by kind and name; the first kind is the same files."""
    print(f"  encoding {len(copied)} videos in {len(COPIES)} ways …", flush=True)
    made = {
        kind: {name: copy_of(data, *how) for name, data in copied.items()}
        for kind, how in COPIES.items()
    }
    return {"the same file": dict(copied), **made}


def measure() -> list[Row]:
    cv2.setNumThreads(1)
    sources = _sources()
    copied = copied_of(sources)
    copies = copies_of(copied)
    print("  hashing them …", flush=True)
    rows = to_the_reference()
    for kind, files in {**copies, "the same file": sources}.items():
        rows += _times(kind, list(files.values()))
    for kind, keyframes, found in _recalls(copied, copies):
        rows += _recall_rows(kind, "by keyframes alone" if keyframes else "in full", found)
    return rows


def _sources() -> dict[str, bytes]:
    sources = dict(samples())
    if not sources:
        raise SystemExit("no videos to measure with: set HEDGEROW_TEST_DATA to a folder of them")
    return sources


def _recalls(
    copied: Mapping[str, bytes], copies: Mapping[str, Mapping[str, bytes]]
) -> Iterator[tuple[str, bool, Recall]]:
    banked = {name: codes_of(data) for name, data in copied.items()}
    for kind, files in copies.items():
        for keyframes in (False, True):
            yield kind, keyframes, recall_of(banked, files, keyframes=keyframes)


def table() -> str:
    """What is found, as docs/video.md tells it."""
    copied = copied_of(_sources())
    lines = [
        f"| copy | looked at | {' | '.join(HEADINGS)} |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for kind, keyframes, found in _recalls(copied, copies_of(copied)):
        first, how = ("", "by keyframes") if keyframes else (kind, "in full")
        shares = " | ".join(
            f"{each:.1f}".removesuffix(".0") + " %" for each in (found.source, found.copy)
        )
        lines.append(f"| {first} | {how} | {shares} | {found.videos} of {found.of} |")
    return "\n".join(lines)


def _times(kind: str, files: list[bytes]) -> list[Row]:
    taken = seconds_each(
        {
            "decoded": lambda: [decode_alone(data) for data in files],
            "hashed": lambda: [codes_of(data) for data in files],
            "keyframes": lambda: [codes_of(data, keyframes=True) for data in files],
        },
        rounds=3,
    )
    parts = taken["hashed"] / taken["decoded"]
    faster = taken["hashed"] / taken["keyframes"]
    return [
        Row(GROUP, f"hashed, {kind}: times its decoding", "PyAV decoding alone",
            taken["decoded"], taken["hashed"], "s", taken["decoded"] / taken["hashed"],
            "≤ 1.2× the time", parts <= 1.2),
        Row(GROUP, f"keyframes alone, {kind}", "hashed in full", taken["hashed"],
            taken["keyframes"], "s", faster, "≥ 5×", faster >= 5),
    ]  # fmt: skip


def _recall_rows(kind: str, mode: str, found: Recall) -> list[Row]:
    told = {
        f"frames of the source found {mode}, {kind}": found.source,
        f"frames of the copy near one of the source, {mode}, {kind}": found.copy,
        f"videos of which a frame is found {mode}, {kind}": 100 * found.videos / found.of,
    }
    return [Row(GROUP, what, "", None, share, "%", None, "", None) for what, share in told.items()]


if __name__ == "__main__":
    cv2.setNumThreads(1)
    print(table())
