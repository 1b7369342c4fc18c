"""The test picture: harmless, of our own drawing, and banked in every installation.

Like the EICAR file of virus scanners: its upload runs through everything that a real match would,
and so shows that an integration works.
"""

from __future__ import annotations

import io


def sentinel_png() -> bytes:
    """The test picture as a PNG file, 512 pixels a side."""
    return _encoded("PNG", optimize=True)


def sentinel_jpeg() -> bytes:
    """The test picture as a JPEG file; it is known by the same hash."""
    return _encoded("JPEG", quality=90)


def _encoded(kind: str, **options: int) -> bytes:
    # Loaded late: who only looks up hashes needs no drawing.
    from PIL import Image

    from hedgerow.signals.landscape import landscape

    file = io.BytesIO()
    Image.fromarray(landscape()).save(file, kind, **options)
    return file.getvalue()
