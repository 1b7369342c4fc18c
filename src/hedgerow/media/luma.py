"""A decoded frame of a video to luma as a person sees it."""

from __future__ import annotations

import struct
from typing import cast

import cv2
import numpy as np
from av.sidedata.sidedata import SideDataContainer, Type
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from hedgerow.media.orientation import upright

# Formats whose first plane is luma of eight bits, a byte a pixel.
_WITH_LUMA = frozenset(
    {
        *("yuv420p", "yuv422p", "yuv444p", "yuv410p", "yuv411p", "yuv440p", "nv12", "nv21"),
        *("yuvj420p", "yuvj422p", "yuvj444p", "yuvj411p", "yuvj440p", "nv16", "nv24"),
        *("yuva420p", "yuva422p", "yuva444p", "gray"),
    }
)
# As FFmpeg has it, these are never limited to 16..235.
_FULL_RANGE = frozenset({"yuvj420p", "yuvj422p", "yuvj444p", "yuvj411p", "yuvj440p", "gray"})
_JPEG_RANGE = 2

_BLACK, _WHITE = 16, 235
_EXPANDED = np.clip(np.rint((np.arange(256) - _BLACK) * (255 / (_WHITE - _BLACK))), 0, 255).astype(
    np.uint8
)
_LUMA_WEIGHTS = np.array([[0.299, 0.587, 0.114]], np.float32)

# The signs of a display matrix (a, b, c, d) to the EXIF orientation that means the same.
_ORIENTATIONS: dict[tuple[int, ...], int] = {
    (1, 0, 0, 1): 1,
    (-1, 0, 0, 1): 2,
    (-1, 0, 0, -1): 3,
    (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5,
    (0, 1, -1, 0): 6,
    (0, -1, -1, 0): 7,
    (0, -1, 1, 0): 8,
}
# Degrees that the frame is to be turned counterclockwise.
_TURNS = {90: 8, 180: 3, 270: 6}


def luma_of(frame: VideoFrame) -> NDArray[np.uint8]:
    """Luma (h, w), 0 to 255, upright; a copy that outlives the frame.

    Of eight-bit YUV it is the Y that is there, expanded where it is limited to 16..235, so that
    the PDQ is that of the colours; everything else goes by way of RGB.
    """
    ours = True
    if frame.format.name in _WITH_LUMA:
        plane = frame.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        luma = rows[: frame.height, : frame.width]
        if frame.format.name not in _FULL_RANGE and frame.color_range != _JPEG_RANGE:
            luma = cast("NDArray[np.uint8]", cv2.LUT(luma, _EXPANDED))
        else:
            ours = False  # the decoder's memory, which it uses again
    else:
        colours = frame.reformat(format="rgb24", threads=1).to_ndarray()
        luma = cast("NDArray[np.uint8]", cv2.transform(colours, _LUMA_WEIGHTS))
    turned = upright(luma, orientation_of(frame))
    return np.ascontiguousarray(turned) if ours else np.array(turned, order="C")


def orientation_of(frame: VideoFrame) -> int:
    """The EXIF orientation (1 to 8) that a frame's display matrix comes to; 1 for any skew one."""
    try:
        matrix = cast("SideDataContainer", frame.side_data)[Type.DISPLAYMATRIX]
    except KeyError:
        return 1
    # PyAV knows no name for something else that came with the frame: then no mirrors, only turns.
    except ValueError:
        return _TURNS.get(frame.rotation % 360, 1)
    numbers = struct.unpack_from("=9i", memoryview(matrix))
    parts = [numbers[at] for at in (0, 1, 3, 4)]
    # Fixed-point numbers: what is nearly a quarter turn is one.
    largest = max(map(abs, parts))
    return _ORIENTATIONS.get(tuple((n > largest / 2) - (n < -largest / 2) for n in parts), 1)
