"""Tell a file's format by its first bytes; names and extensions are never believed."""

from __future__ import annotations

# Brands are the four-letter names in the `ftyp` box that begins HEIF, AVIF and MP4 files alike.
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEVC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_CONTAINER_BRANDS = frozenset({b"mif1", b"mif2", b"msf1", b"miaf"})
_MAX_BRANDS = 64

# A BMP begins with two letters only, so the size of its second header is looked at too.
_BMP_HEADER_SIZES = frozenset({12, 16, 40, 52, 56, 64, 108, 124})

_PREFIXES = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"\xff\x0a", "jxl"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "jxl"),
)

FORMATS = ("jpeg", "png", "gif", "webp", "tiff", "bmp", "heif", "avif", "jxl")

VIDEO_FORMATS = ("mp4", "mov", "webm", "mkv", "avi")

MOVING_FORMATS = frozenset({"png", "gif", "webp", "avif"})
"""Formats of pictures that may be animations."""

# QuickTime files from before there was `ftyp` begin with one of these boxes.
_BOXES_OF_MOV = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip"})
_EBML, _DOC_TYPE = b"\x1a\x45\xdf\xa3", b"\x42\x82"
_EBML_HEADER_BYTES = 64


def sniff(data: bytes) -> str | None:
    """The name of the format (one of FORMATS) that `data` begins like, or None."""
    for prefix, name in _PREFIXES:
        if data.startswith(prefix):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADER_SIZES:
        return "bmp"
    if data[4:8] == b"ftyp":
        return _by_brand(data)
    return None


def _by_brand(data: bytes) -> str | None:
    end = min(int.from_bytes(data[:4], "big"), 16 + 4 * _MAX_BRANDS, len(data))
    major = data[8:12]
    brands = {data[at : at + 4] for at in range(16, end, 4)} | {major}
    # The major brand decides where it names a codec; `mif1` and its like leave it to the others.
    if major in _AVIF_BRANDS:
        return "avif"
    if major in _HEVC_BRANDS:
        return "heif"
    if major not in _CONTAINER_BRANDS:
        return None
    return "avif" if brands & _AVIF_BRANDS else "heif"


def sniff_video(data: bytes) -> str | None:
    """The name of the video format (one of VIDEO_FORMATS) that `data` begins like, or None."""
    if data[:4] == b"RIFF" and data[8:12] == b"AVI ":
        return "avi"
    if data.startswith(_EBML):
        # WebM is Matroska with fewer codecs; one demuxer reads both.
        _, _, doc_type = data[:_EBML_HEADER_BYTES].partition(_DOC_TYPE)
        return "webm" if doc_type[1:5] == b"webm" else "mkv"
    if data[4:8] == b"ftyp":
        if _by_brand(data) is not None:
            return None
        return "mov" if data[8:12] == b"qt  " else "mp4"
    return "mov" if data[4:8] in _BOXES_OF_MOV else None
