"""Whether a file that moves ends where it should, by the sizes that its own parts state.

Decoders take the end of a file for the end of the film. But most containers say at their
beginning how long they are, and a GIF has a last byte.
"""

from __future__ import annotations

from collections.abc import Iterator

_MOST_BOXES = 100_000
# The boxes that an MP4 or MOV is made of. What else comes after them was only added to the file.
_BOXES = frozenset(
    {
        *(b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"mfra", b"sidx", b"ssix", b"meta"),
        *(b"free", b"skip", b"wide", b"uuid", b"udta", b"pnot", b"prft", b"emsg", b"pdin"),
    }
)
_SEGMENT = b"\x18\x53\x80\x67"
_SEGMENT_WITHIN = 4096


def is_cut_off(data: bytes, name: str) -> bool:
    """Whether `data`, of the format `name`, end before they should. False where nothing tells."""
    if name in ("mp4", "mov"):
        return _boxes_are_cut(data)
    if name in ("webm", "mkv"):
        return _segment_is_cut(data)
    if name == "avi":
        return int.from_bytes(data[4:8], "little") + 8 > len(data)
    return name == "gif" and _gif_is_cut(data)


def holds_two_films(data: bytes, name: str) -> bool:
    """Whether an MP4 or MOV has a second header: of two files joined, FFmpeg shows the first.

    The films that were joined of other formats are all read.
    """
    if name not in ("mp4", "mov"):
        return False
    return sum(kind == b"moov" for kind, _end in _boxes(data)) > 1


def _boxes(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Each box's kind, and where it says that it ends."""
    at = 0
    for _ in range(_MOST_BOXES):
        if at + 8 > len(data):
            break
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8:  # 0: up to the end; else it is no box
            break
        yield data[at + 4 : at + 8], at + size
        at += size


def _boxes_are_cut(data: bytes) -> bool:
    # A text after the last box looks like a long one.
    return any(end > len(data) and kind in _BOXES for kind, end in _boxes(data))


def _segment_is_cut(data: bytes) -> bool:
    at = data.find(_SEGMENT, 0, _SEGMENT_WITHIN) + len(_SEGMENT)
    if not len(_SEGMENT) <= at < len(data):
        return False
    # The first byte's leading zeros are how many follow; all ones: of unknown size.
    length = 9 - data[at].bit_length()
    ones = (1 << 7 * length) - 1
    size = int.from_bytes(data[at : at + length], "big") & ones
    return size != ones and at + length + size > len(data)


def _gif_is_cut(data: bytes) -> bool:
    at = 13 + _colours(data[10:11])
    while at < len(data):
        kind = data[at]
        if kind == 0x2C:  # a frame: where it is, its colours, a byte for the decoder
            at += 11 + _colours(data[at + 9 : at + 10])
        elif kind == 0x21:
            at += 2
        else:
            return False  # the last byte, or nothing that a GIF has
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    return True


def _colours(flags: bytes) -> int:
    """Bytes of the table of colours that follows."""
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0
