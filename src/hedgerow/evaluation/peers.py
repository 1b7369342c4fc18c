"""Other people's hashes, measured beside ours where their packages are installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from hedgerow.evaluation.edits import Pixels
from hedgerow.evaluation.methods import Method

Bits = npt.NDArray[np.bool_]
Hash = Callable[[Pixels], Any]
"""RGB pixels to an array of truth values of any shape."""


@dataclass(frozen=True)
class Peer:
    """A hash of another package.

    package: as it is installed; module: as it is imported. threshold: the one that was published
    for it, in bits of `bits`. make: gives the hashing function, given the module.
    """

    key: str
    title: str
    package: str
    module: str
    bits: int
    threshold: int
    make: Callable[[Any], Hash]

    def method(self) -> Method:
        """How it is told of."""
        return Method(
            self.key, self.title, f"bits of {self.bits}", self.threshold,
            tuple(range(self.bits // 4 + 1)), ours=False, version=version(self.package),
        )  # fmt: skip


def _imagehash(side: int) -> Callable[[Any], Hash]:
    return lambda module: lambda pixels: module.phash(Image.fromarray(pixels), hash_size=side).hash


PEERS = (
    # ThreatExchange publishes 31 for PDQ.
    Peer("pdqhash", "pdqhash", "pdqhash", "pdqhash", 256, 31,
         lambda module: lambda pixels: module.compute(pixels)[0] > 0),
    # N. Krawetz, "Looks Like It" (2011), on hashes of 64 bits: more than 10 bits apart are most
    # likely different pictures. For 256 bits nothing is published; it is the same share.
    Peer("imagehash-64", "imagehash phash, 64 bits", "ImageHash", "imagehash", 64, 10,
         _imagehash(8)),
    Peer("imagehash-256", "imagehash phash, 256 bits", "ImageHash", "imagehash", 256, 40,
         _imagehash(16)),
    Peer("perception", "perception PHash", "Perception", "perception.hashers", 64, 10,
         lambda module: lambda pixels: module.PHash().compute(pixels, hash_format="vector")),
)  # fmt: skip
"""All that are known, one a package and size."""


def installed() -> tuple[list[Peer], list[str]]:
    """Those that can be used here, and a sentence on each that is installed but fails."""
    usable, problems = [], []
    for peer in PEERS:
        try:
            version(peer.package)
        except PackageNotFoundError:
            continue
        try:
            import_module(peer.module)
        except ImportError as problem:
            problems.append(f"{peer.package} is installed but can't be used: {problem}")
        else:
            usable.append(peer)
    return usable, problems


@cache
def _hasher(key: str) -> Hash:
    [peer] = [peer for peer in PEERS if peer.key == key]
    return peer.make(import_module(peer.module))


def hashed(pixels: Pixels, keys: Iterable[str]) -> dict[str, str]:
    """The hash of each of the named peers, as hexadecimal digits."""
    return {
        key: np.packbits(np.asarray(_hasher(key)(pixels), bool).ravel()).tobytes().hex()
        for key in keys
    }
