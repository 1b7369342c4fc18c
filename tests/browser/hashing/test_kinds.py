"""What begins like a video isn't given to the decoder of pictures, which takes it whole."""

import io

import numpy as np
import pillow_heif
import pytest
from PIL import Image
from tests.media.videos import film, scenes

VIDEOS = {
    "mp4": "libx264",
    "mov": "libx264",
    "webm": "libvpx",
    "matroska": "libx264",
    "avi": "mpeg4",
    "mpeg": "mpeg2video",
    "flv": "flv",
}


@pytest.mark.parametrize("muxer", VIDEOS)
def test_videos(node, muxer):
    assert node.ask("isVideo", bytes=film(scenes(3), muxer, VIDEOS[muxer], rate=25)) is True


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "TIFF", "HEIF"])
def test_pictures(node, kind):
    picture, stream = Image.fromarray(scenes(1)[0]), io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(picture).save(stream)
    else:
        picture.save(stream, kind)
    assert node.ask("isVideo", bytes=stream.getvalue()) is False


def test_anything_else(node):
    noise = np.random.default_rng(1).integers(0, 256, 99, np.uint8).tobytes()
    for data in (b"", b"ftyp", b"a few words", noise):
        assert node.ask("isVideo", bytes=data) is False
