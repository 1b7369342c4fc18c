"""Ordinary photographs to test with, which come with scikit-image."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from hedgerow.cli.demo_pictures import photographs

NAMES = ("astronaut", "coffee", "chelsea")


def folder() -> Path:
    """Where they are."""
    return photographs()


def small(width: int, height: int) -> dict[str, bytes]:
    """Three of them by name, as PNG of this size."""
    made = {}
    for name in NAMES:
        with Image.open(folder() / f"{name}.png") as opened:
            written = BytesIO()
            opened.convert("RGB").resize((width, height)).save(written, "PNG")
        made[name] = written.getvalue()
    return made
