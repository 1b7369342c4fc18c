"""PDQ: the same bits as the reference, and how quickly."""

from __future__ import annotations

import io

import imagehash
import numpy as np
import pdqhash
from PIL import Image
from threatexchange.signal_type.pdq.signal import PdqSignal

from bench.pictures import photographs, pictures
from bench.report import Row
from bench.timing import seconds_each
from hedgerow.media import File, Limits
from hedgerow.signals.pdq import pdq, pdq_of_file

PHOTOGRAPHS = 300
GROUP = "Hashing"


def as_hex(bits: np.ndarray) -> str:
    return np.packbits(bits).tobytes().hex()


def same_as_reference() -> list[Row]:
    """Bits and quality against pdqhash on the decoded pixels of every picture there is."""
    bits_differ = quality_differs = count = 0
    for path in pictures():
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("RGB"))
        reference, reference_quality = pdqhash.compute(pixels)
        value, quality = pdq(pixels)
        bits_differ += as_hex(reference) != value
        quality_differs += reference_quality != quality
        count += 1
    return [
        Row(GROUP, f"PDQ bits that differ, {count} pictures", "pdqhash", None, bits_differ,
            "pictures", None, "0", bits_differ == 0),
        Row(GROUP, f"PDQ quality that differs, {count} pictures", "pdqhash", None,
            quality_differs, "pictures", None, "0", quality_differs == 0),
    ]  # fmt: skip


def kernel() -> Row:
    """Decoded RGB pixels to PDQ."""
    decoded = []
    for path in photographs()[:PHOTOGRAPHS]:
        with Image.open(path) as picture:
            decoded.append(np.asarray(picture.convert("RGB")))
    taken = seconds_each(
        {
            "ours": lambda: [pdq(pixels) for pixels in decoded],
            "peer": lambda: [pdqhash.compute(pixels) for pixels in decoded],
        }
    )
    each = {name: 1000 * seconds / len(decoded) for name, seconds in taken.items()}
    ratio = each["peer"] / each["ours"]
    return Row(GROUP, "RGB pixels to PDQ", "pdqhash", each["peer"], each["ours"], "ms", ratio,
               "≥ 4×", ratio >= 4)  # fmt: skip


def from_bytes() -> list[Row]:
    """JPEG bytes to PDQ."""
    limits = Limits()
    files = [path.read_bytes() for path in photographs()[:PHOTOGRAPHS]]
    everything = [path.read_bytes() for path in photographs()]
    apart = np.array([_apart(data, limits) for data in everything])
    taken = seconds_each(
        {
            "ours": lambda: [pdq_of_file(File(data, limits)) for data in files],
            "python-threatexchange": lambda: [PdqSignal.hash_from_bytes(data) for data in files],
            "imagehash pHash": lambda: [
                imagehash.phash(Image.open(io.BytesIO(data)), hash_size=16) for data in files
            ],
        },
        rounds=7,
    )
    rate = {name: len(files) / seconds for name, seconds in taken.items()}
    ratio = rate["ours"] / rate["python-threatexchange"]
    alike = float((apart == 0).mean())
    return [
        Row(GROUP, "JPEG bytes to PDQ", "python-threatexchange", rate["python-threatexchange"],
            rate["ours"], "/s", ratio, "≥ 3×", ratio >= 3),
        Row(GROUP, "JPEG bytes to a 256-bit hash", "imagehash pHash", rate["imagehash pHash"],
            rate["ours"], "/s", rate["ours"] / rate["imagehash pHash"], "", None),
        Row(GROUP, f"largest distance to its PDQ, {len(apart)} JPEGs", "python-threatexchange",
            None, int(apart.max()), "bits", None, "≤ 4", bool(apart.max() <= 4)),
        Row(GROUP, "JPEGs with the very same PDQ", "python-threatexchange", None, 100 * alike, "%",
            None, "≥ 85 %", alike >= 0.85),
    ]  # fmt: skip


def _apart(data: bytes, limits: Limits) -> int:
    reference, _quality = pdqhash.compute(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))
    value, _quality = pdq_of_file(File(data, limits))
    return (int(value, 16) ^ int(as_hex(reference), 16)).bit_count()


def measure() -> list[Row]:
    return [*same_as_reference(), kernel(), *from_bytes()]
