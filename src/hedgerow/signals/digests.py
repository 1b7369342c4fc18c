"""Digests of a file's bytes: the same file or not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from hedgerow.media import File
from hedgerow.signals.hexadecimal import parse_hexadecimal
from hedgerow.signals.types import Comparison, Computed


@dataclass(frozen=True)
class Digest:
    """A signal type whose value is a digest of the whole file."""

    name: str
    digits: int
    comparison: Comparison = Comparison.EQUAL
    needs_picture: bool = False
    max_distance: int = 0
    default_threshold: int = 0
    minimum_quality: int = 0

    def parse(self, text: str) -> str:
        """`text` in lower case; raises BadSignal where it isn't such a digest."""
        return parse_hexadecimal(text, self.digits, self.name)

    def compute(self, file: File) -> Computed:
        """The digest of the file's bytes."""
        # Lists name files by MD5 and SHA-1; nothing here rests on their being hard to forge.
        return Computed(hashlib.new(self.name, file.data, usedforsecurity=False).hexdigest())


MD5 = Digest("md5", 32)
SHA1 = Digest("sha1", 40)
SHA256 = Digest("sha256", 64)
