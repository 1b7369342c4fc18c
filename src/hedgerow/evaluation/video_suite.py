"""The suite of video edits: what is done to each video, and what recall is promised."""

from __future__ import annotations

from hedgerow.evaluation.edits import PAIR_GOAL, step
from hedgerow.evaluation.films import Recipe, VideoEdit
from hedgerow.evaluation.geometry import cropped, mirrored
from hedgerow.evaluation.screenshots import screenshot
from hedgerow.evaluation.surroundings import barred, captioned, with_logo
from hedgerow.evaluation.tones import brighter, greyscale, negative, resized

_VP9 = {"deadline": "realtime", "cpu-used": "8", "crf": "36", "b": "0"}

VIDEO_EDITS: tuple[VideoEdit, ...] = (
    VideoEdit("compressed hard", Recipe(settings={"crf": "40", "preset": "veryfast"})),
    VideoEdit(
        "low bit rate, AVI",
        Recipe(muxer="avi", encoder="mpeg4", settings={"b": "150000"}),
    ),
    VideoEdit("half size", Recipe((step(resized, scale=0.5),))),
    VideoEdit("15 frames a second", Recipe(rate=15)),
    VideoEdit("60 frames a second", Recipe(rate=60)),
    VideoEdit("mirrored", Recipe((step(mirrored),))),
    VideoEdit("negative", Recipe((step(negative),))),
    VideoEdit("letterbox", Recipe((step(barred, across=0, down=0.15),))),
    VideoEdit("pillarbox", Recipe((step(barred, across=0.15, down=0),))),
    VideoEdit("logo", Recipe((step(with_logo, share=0.15),))),
    VideoEdit("caption above", Recipe((step(captioned, least=0.15, most=0.2, at="top"),))),
    VideoEdit("greyscale", Recipe((step(greyscale),))),
    VideoEdit("brighter by half", Recipe((step(brighter, factor=1.5),))),
    VideoEdit("the middle third", Recipe(start=1 / 3, end=2 / 3)),
    VideoEdit("without the first fifth", Recipe(start=0.2)),
    VideoEdit("in a long compilation", Recipe(before=60, after=60, rate=10)),
    VideoEdit("slideshow, a still a second", Recipe(stills=True, rate=10)),
    VideoEdit(
        "animated GIF",
        Recipe((step(resized, scale=0.5),), rate=10, muxer="gif", encoder="gif", settings={}),
    ),
    VideoEdit("WebM", Recipe(muxer="webm", encoder="libvpx-vp9", settings=_VP9)),
    VideoEdit("recorded on a phone", Recipe((step(screenshot, width=480, height=1040),), rate=15)),
    VideoEdit(
        "mirrored + the middle third", Recipe((step(mirrored),), start=1 / 3, end=2 / 3), PAIR_GOAL
    ),
    VideoEdit(
        "letterbox + compressed hard",
        Recipe((step(barred, across=0, down=0.15),), settings={"crf": "40", "preset": "veryfast"}),
        PAIR_GOAL,
    ),
    VideoEdit("twice as fast", Recipe(speed=2), None),
    VideoEdit("crop to 80 %", Recipe((step(cropped, share=0.8, at="centre"),)), None),
)
"""The whole suite for videos. What is promised of pictures is promised of these."""
