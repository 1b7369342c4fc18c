"""Edits of videos: decoded, changed frame by frame, and really encoded again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any

import av
import cv2
import numpy as np
from PIL import Image

from hedgerow.evaluation.edits import SINGLE_GOAL, Pixels, Step, generator, key_of

MAX_SECONDS = 30.0
"""Of a longer video, its beginning is edited."""

MAX_SIDE = 640
"""Pixels of the longer side; larger frames are made smaller before they are edited."""

MAX_RATE = 30
"""Frames a second, where an edit asks for no other rate."""

_COLOURS_OF_GIF = 128

_REPEATABLE = {"libx264": {"mbtree": "0", "rc-lookahead": "0"}}
# With its look ahead, x264 doesn't always give the same bytes for the same frames.


@dataclass(frozen=True)
class Recipe:
    """What is done to a video, and how it is encoded.

    steps: done to each frame, all by the same chance. start, end: the part that is taken, as shares
    of its length. speed: how many times as fast it is played. rate: frames a second, the source's
    where None. stills: one frame a second, shown for a second. before, after: seconds of other
    footage around it. muxer, encoder: FFmpeg's names; Pillow makes GIFs. settings: the encoder's.
    """

    steps: tuple[Step, ...] = ()
    start: float = 0.0
    end: float = 1.0
    speed: float = 1.0
    rate: int | None = None
    stills: bool = False
    before: float = 0.0
    after: float = 0.0
    muxer: str = "mp4"
    encoder: str = "libx264"
    settings: Mapping[str, str] = field(default_factory=lambda: {"crf": "28", "preset": "veryfast"})

    def __str__(self) -> str:
        told = [" → ".join(map(str, self.steps))] if self.steps else []
        plain = Recipe()
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name not in {"steps", "settings"} and value != getattr(plain, each.name):
                shown = f"{value:.3g}" if isinstance(value, float) else value
                told.append(f"{each.name}={shown}")
        told += [f"{name}={value}" for name, value in self.settings.items()]
        return ", ".join(told)


@dataclass(frozen=True)
class VideoEdit:
    """An edit of the suite for videos; as `Edit` is for pictures."""

    name: str
    recipe: Recipe
    goal: float | None = SINGLE_GOAL

    @property
    def key(self) -> str:
        """The name as it is typed; no picture edit has it."""
        return f"video-{key_of(self.name)}"

    @property
    def parameters(self) -> str:
        """All that is done, for people and for the results."""
        return str(self.recipe)

    def file(self, data: bytes, of: str, seed: int = 0) -> bytes:
        """The edited video as a file, of a video that FFmpeg can open."""
        frames = _edited(data, self.recipe, generator(seed, of, self.key))
        if self.recipe.muxer == "gif":
            return _gif(frames, self.recipe.rate or MAX_RATE)
        return _encoded(frames, self.recipe, _rate(data, self.recipe))


def _rate(data: bytes, recipe: Recipe) -> int:
    if recipe.rate is not None:
        return recipe.rate
    with av.open(io.BytesIO(data), "r") as container:
        return max(1, min(MAX_RATE, round(container.streams.video[0].average_rate or MAX_RATE)))


def _edited(data: bytes, recipe: Recipe, rng: np.random.Generator) -> Iterator[Pixels]:
    """The frames of the edited video, so many a second as it is to have, of one even size."""
    rate = _rate(data, recipe)
    drawn = int(rng.integers(2**32))
    size: tuple[int, int] | None = None
    waiting = round(recipe.before * rate)
    for pixels in _paced(_shown(data, recipe), rate, recipe):
        for each in recipe.steps:
            # The same chance for each frame: a logo stays where it is.
            pixels = each.change(pixels, np.random.default_rng(drawn), **each.parameters)  # noqa: PLW2901  # the frame is what is changed
        if size is None:
            size = pixels.shape[1] // 2 * 2, pixels.shape[0] // 2 * 2
            yield from _other(waiting, rate, size, drawn)
        yield np.ascontiguousarray(pixels[: size[1], : size[0]])
    if size is not None:
        yield from _other(round(recipe.after * rate), rate, size, drawn + 1)


def _shown(data: bytes, recipe: Recipe) -> Iterator[tuple[float, Pixels]]:
    """Seconds and pixels of the frames of the part that is taken, upright, not too large."""
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.video[0]
        length = MAX_SECONDS
        if container.duration:
            length = min(length, container.duration / av.time_base)
        first: float | None = None
        for frame in container.decode(stream):
            if frame.pts is None:
                continue
            first = frame.time if first is None else first
            seconds = frame.time - first
            if seconds >= recipe.end * length:
                return
            if seconds >= recipe.start * length:
                pixels = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
                pixels = np.rot90(pixels, round(frame.rotation / 90) % 4)
                yield (seconds - recipe.start * length) / recipe.speed, _shrunk(pixels)


def _shrunk(pixels: Pixels) -> Pixels:
    scale = min(1.0, MAX_SIDE / max(pixels.shape[:2]))
    size = round(pixels.shape[1] * scale), round(pixels.shape[0] * scale)
    pixels = np.ascontiguousarray(pixels)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _paced(frames: Iterable[tuple[float, Pixels]], rate: int, recipe: Recipe) -> Iterator[Pixels]:
    """At each place of an even pace the frame that is shown then; stills stay for a second."""
    step = 1.0 if recipe.stills else 1 / rate
    repeated = rate if recipe.stills else 1
    number, last = 0, None
    for seconds, pixels in frames:
        while last is not None and number * step < seconds:
            for _ in range(repeated):
                yield last
            number += 1
        last = pixels
    if last is not None:
        for _ in range(repeated):
            yield last


def _other(count: int, rate: int, size: tuple[int, int], seed: int) -> Iterator[Pixels]:
    """Other footage: a new drawn scene every four seconds, over which a camera moves."""
    rng = np.random.default_rng(seed)
    width, height = size
    scene = np.zeros((1, 1, 3), np.uint8)
    move = (0.0, 0.0)
    for number in range(count):
        if number % (4 * rate) == 0:
            coarse = rng.integers(0, 256, (9, 12, 3)).astype(np.uint8)
            wide, high = round(width * 1.5), round(height * 1.5)
            scene = np.asarray(cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_CUBIC))
            for _ in range(12):
                centre = int(rng.integers(wide)), int(rng.integers(high))
                colour = tuple(map(int, rng.integers(0, 256, 3)))
                cv2.circle(scene, centre, int(rng.integers(8, max(9, high // 5))), colour, -1)
            move = float(rng.uniform(-1, 1)), float(rng.uniform(-1, 1))
        share = (number % (4 * rate)) / (4 * rate) * 2 - 1
        left = round((scene.shape[1] - width) * (0.5 + 0.5 * share * move[0]))
        top = round((scene.shape[0] - height) * (0.5 + 0.5 * share * move[1]))
        yield scene[top : top + height, left : left + width]


def _encoded(frames: Iterator[Pixels], recipe: Recipe, rate: int) -> bytes:
    stream = io.BytesIO()
    with av.open(stream, "w", format=recipe.muxer) as container:
        video: Any = None
        for number, pixels in enumerate(frames):
            if video is None:
                video = container.add_stream(recipe.encoder, rate=rate)
                video.height, video.width = pixels.shape[:2]
                video.pix_fmt = "yuv420p"
                video.codec_context.thread_count = 1
                # FFmpeg's own name for the bit rate is "b".
                video.options = _REPEATABLE.get(recipe.encoder, {}) | dict(recipe.settings)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(video.encode(frame))
        if video is not None:
            container.mux(video.encode())
    return stream.getvalue()


def _gif(frames: Iterator[Pixels], rate: int) -> bytes:
    pictures = [
        Image.fromarray(pixels).quantize(_COLOURS_OF_GIF, Image.Quantize.FASTOCTREE)
        for pixels in frames
    ]
    file = io.BytesIO()
    if pictures:
        pictures[0].save(
            file, "GIF", save_all=True, append_images=pictures[1:], duration=1000 // rate, loop=0
        )
    return file.getvalue()
