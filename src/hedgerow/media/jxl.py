"""The size of a JPEG XL picture from its header.

The decoder's plugin decodes the whole picture before it tells the size, which is too late for
the limit on pixels. Everything here is ISO/IEC 18181-1 (the codestream) and -2 (the boxes).
"""

from __future__ import annotations

_CODESTREAM = b"\xff\x0a"
_MAX_BOXES = 1000
_HEADER_BYTES = 16
_WIDTHS = (9, 13, 18, 30)
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


class _Bits:
    """Bits of a byte string, the least significant of each byte first."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        taken = self._value & ((1 << count) - 1)
        self._value >>= count
        return taken


def jxl_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) as the header tells it, or None where there is no header to be found.

    The two are the size before the orientation in the header is applied: good for a product.
    """
    header = _header(data)
    if len(header) < 4 or not header.startswith(_CODESTREAM):
        return None
    bits = _Bits(header[2:])
    small = bits.take(1) == 1
    height = _length(bits, small)
    ratio = bits.take(3)
    if ratio == 0:
        return _length(bits, small), height
    numerator, denominator = _RATIOS[ratio - 1]
    return height * numerator // denominator, height


def _length(bits: _Bits, small: bool) -> int:
    if small:
        return 8 * (bits.take(5) + 1)
    return 1 + bits.take(_WIDTHS[bits.take(2)])


def _header(data: bytes) -> bytes:
    """The first bytes of the codestream, which may lie bare or in one or more boxes."""
    if data.startswith(_CODESTREAM):
        return data[:_HEADER_BYTES]
    at = 0
    for _ in range(_MAX_BOXES):
        size, kind, start = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], at + 8
        if size == 1:
            size, start = int.from_bytes(data[start : start + 8], "big"), start + 8
        if kind == b"jxlc":
            return data[start : start + _HEADER_BYTES]
        if kind == b"jxlp":
            # A part begins with its number; a first part shorter than the header is not worth
            # putting together: no encoder makes one, and None is refused.
            return data[start + 4 : start + 4 + _HEADER_BYTES]
        if size < 8:
            break
        at += size
    return b""
