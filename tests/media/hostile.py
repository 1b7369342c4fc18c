"""A seeded generator of hostile files, made from sound ones."""

import io
import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401  # registers the writer
from PIL import Image

pillow_heif.register_heif_opener()

# Format and options to save with; together they reach every decoder by several of its ways.
_WAYS = (
    ("JPEG", "RGB", {"quality": 80}),
    ("JPEG", "RGB", {"quality": 80, "progressive": True}),
    ("JPEG", "L", {}),
    ("JPEG", "CMYK", {}),
    ("PNG", "RGB", {}),
    ("PNG", "RGBA", {}),
    ("PNG", "P", {}),
    ("PNG", "1", {}),
    ("PNG", "I;16", {}),
    ("GIF", "P", {}),
    ("WEBP", "RGB", {}),
    ("WEBP", "RGBA", {"lossless": True}),
    ("TIFF", "RGB", {}),
    ("TIFF", "RGB", {"compression": "tiff_lzw"}),
    ("TIFF", "RGB", {"compression": "tiff_deflate"}),
    ("TIFF", "RGB", {"compression": "jpeg"}),
    ("TIFF", "1", {"compression": "group4"}),
    ("TIFF", "F", {}),
    ("BMP", "RGB", {}),
    ("BMP", "P", {}),
    ("HEIF", "RGB", {}),
    ("AVIF", "RGB", {"speed": 10}),
    ("JXL", "RGB", {"effort": 1}),
    ("JXL", "RGB", {"effort": 1, "lossless": True}),
)


def pattern(width=160, height=120) -> Image.Image:
    """A colourful picture that no orientation or channel order leaves as it is."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    red = 128 + 100 * np.sin(x / 11)
    green = 255 * y / height
    blue = 128 + 100 * np.sin(x * y / 900)
    return Image.fromarray(np.stack([red, green, blue], -1).astype(np.uint8), "RGB")


def in_mode(image: Image.Image, mode: str) -> Image.Image:
    """`image` in a mode, also in those that Pillow does not convert to."""
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    if mode == "RGBA":
        image = image.copy()
        image.putalpha(Image.linear_gradient("L").resize(image.size))
        return image
    return image.convert(mode)


def save(image: Image.Image, form: str, **options: object) -> bytes:
    """The bytes of `image` in a format."""
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def seeds() -> list[bytes]:
    """Sound files: the pattern in every format, and some that scikit-image ships."""
    made = [save(in_mode(pattern(), mode), form, **options) for form, mode, options in _WAYS]
    frames = [pattern(), pattern().rotate(180)]
    moving = [
        save(frames[0], form, save_all=True, append_images=frames[1:])
        for form in ("GIF", "PNG", "WEBP", "TIFF")
    ]
    return made + moving + shipped()


def shipped() -> list[bytes]:
    """The small pictures inside the scikit-image package; none where it isn't installed."""
    try:
        import skimage
    except ImportError:
        return []
    folder = Path(skimage.__file__).parent / "data"
    found = sorted(p for p in folder.iterdir() if p.suffix in {".png", ".jpg", ".gif"})
    return [path.read_bytes() for path in found if path.stat().st_size < 200_000]


def png_header(width: int, height: int, depth: int = 8, colour: int = 0) -> bytes:
    """The beginning of a PNG up to its first IDAT."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_bomb(width: int, height: int) -> bytes:
    """A small PNG that is width x height zeros."""
    # One row is squeezed and its bytes repeated: squeezing them all would take seconds.
    size = (width + 1) * height
    squeeze = zlib.compressobj(9, wbits=-15)
    row = squeeze.compress(bytes(width + 1)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    checksum = struct.pack(">HH", size % 65_521, 1)
    body = b"\x78\xda" + row * height + squeeze.flush() + checksum
    return png_header(width, height) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def jpeg_of_size(width: int, height: int) -> bytes:
    """A JPEG whose header tells another size than its data hold."""
    data = bytearray(save(pattern(), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def gif_of_size(width: int, height: int, frame: tuple[int, int] | None = None) -> bytes:
    """A GIF with a lying screen and, where given, a lying first frame."""
    data = bytearray(save(pattern(), "GIF"))
    data[6:10] = struct.pack("<HH", width, height)
    if frame:
        at = data.index(b"\x2c\x00\x00\x00\x00")
        data[at + 5 : at + 9] = struct.pack("<HH", *frame)
    return bytes(data)


def tiff_of_size(width: int, height: int, **options: object) -> bytes:
    """A TIFF whose width and height tags lie over the strips that it has."""
    data = bytearray(save(pattern(), "TIFF", **options))
    at = struct.unpack("<I", data[4:8])[0]
    for entry in range(struct.unpack("<H", data[at : at + 2])[0]):
        place = at + 2 + 12 * entry
        tag = struct.unpack("<H", data[place : place + 2])[0]
        if tag in (256, 257):
            value = width if tag == 256 else height
            data[place + 2 : place + 12] = struct.pack("<HII", 4, 1, value)
    return bytes(data)


def webp_of_size(width: int, height: int) -> bytes:
    """A WebP with a lying canvas (at most 16384 x 16384)."""
    data = bytearray(save(in_mode(pattern(), "RGBA"), "WEBP", exif=b"Exif\0\0" + bytes(20)))
    assert data[12:16] == b"VP8X"
    data[24:27] = (width - 1).to_bytes(3, "little")
    data[27:30] = (height - 1).to_bytes(3, "little")
    return bytes(data)


def jxl_of_size(width: int, height: int) -> bytes:
    """The header of a JPEG XL of any size, and noise."""
    bits, at = 0, 0
    for value, count in ((0, 1), (3, 2), (height - 1, 30), (0, 3), (3, 2), (width - 1, 30)):
        bits |= value << at
        at += count
    return b"\xff\x0a" + bits.to_bytes(9, "little") + bytes(range(200))


def box_of_size(data: bytes, width: int, height: int) -> bytes:
    """A HEIF or AVIF whose every `ispe` box lies."""
    parts = data.split(b"ispe")
    lie = b"\0\0\0\0" + struct.pack(">II", width, height)
    return parts[0] + b"".join(b"ispe" + lie + part[12:] for part in parts[1:])


def bombs() -> list[bytes]:
    """Small files that say, or hold, that they are large."""
    made = [
        png_bomb(30_000, 30_000),
        png_bomb(5_000, 4_000),
        png_header(2**31 - 1, 2**31 - 1) + _chunk(b"IDAT", b"x"),
        jpeg_of_size(65_500, 65_500),
        jpeg_of_size(65_500, 300),
        gif_of_size(65_535, 65_535),
        gif_of_size(10, 10, (65_535, 65_535)),
        gif_of_size(65_535, 300),
        tiff_of_size(2**31 - 1, 2**31 - 1),
        tiff_of_size(60_000, 60_000, compression="tiff_lzw"),
        tiff_of_size(4_000, 4_000),
        tiff_of_size(4_000, 4_000, compression="tiff_deflate"),
        webp_of_size(16_384, 16_384),
        webp_of_size(4_000, 4_000),
        jxl_of_size(2**30, 2**30),
        jxl_of_size(4_000, 4_000),
    ]
    for form in ("HEIF", "AVIF"):
        data = save(pattern(), form)
        made += [box_of_size(data, 2**31 - 1, 2**31 - 1), box_of_size(data, 4_000, 4_000)]
    return made


def hostile(count: int, seed: int = 0) -> Iterator[bytes]:
    """`count` hostile files, the same for the same seed: the bombs, then mutated seeds."""
    chance = random.Random(seed)
    sound = seeds()
    yield from bombs()[:count]
    for _ in range(count - len(bombs())):
        data = chance.choice(sound)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            data = chance.choice(_MUTATIONS)(chance, data, sound)
        yield data


def _flip(chance, data, _):
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 10, 100))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _flip_header(chance, data, _):
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 10))):
        if changed:
            changed[chance.randrange(min(len(changed), 200))] = chance.choice(
                (0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256))
            )
    return bytes(changed)


def _run(chance, data, _):
    at, length = _span(chance, data)
    filler = chance.choice((b"\0", b"\xff", bytes([chance.randrange(256)])))
    return data[:at] + filler * length + data[at + length :]


def _noise(chance, data, _):
    at, length = _span(chance, data)
    return data[:at] + chance.randbytes(length) + data[at + length :]


def _cut(chance, data, _):
    return data[: chance.randrange(len(data) + 1)]


def _remove(chance, data, _):
    at, length = _span(chance, data)
    return data[:at] + data[at + length :]


def _insert(chance, data, _):
    at, length = _span(chance, data)
    return data[:at] + chance.randbytes(length) + data[at:]


def _repeat(chance, data, _):
    at, length = _span(chance, data)
    return data[:at] + data[at : at + length] * chance.choice((2, 3, 50)) + data[at + length :]


def _large_number(chance, data, _):
    at = chance.randrange(max(1, len(data) - 4))
    order = chance.choice("<>")
    value = chance.choice((2**31 - 1, 2**32 - 1, 2**31, 0x7FFF7FFF, 65_535, 100_000, 0))
    return data[:at] + struct.pack(order + "I", value) + data[at + 4 :]


def _splice(chance, data, sound):
    other = chance.choice(sound)
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other)) :]


def _wrong_head(chance, data, sound):
    # The look of one format, the body of another.
    return chance.choice(sound)[:16] + data[16:]


def _junk(chance, data, _):
    return chance.choice((b"", b"\0", b"%PDF-1.7", b"<svg>", chance.randbytes(500))) + data


def _span(chance, data):
    at = chance.randrange(len(data) + 1)
    return at, min(chance.choice((1, 4, 30, 500, 5_000)), len(data) - at)


_MUTATIONS = (
    *(_flip, _flip_header, _run, _noise, _cut, _remove, _insert, _repeat),
    *(_large_number, _splice, _wrong_head, _junk),
)
