"""Arrays on disk: NumPy's own .npy files, opened without NumPy's reader.

That one parses the header as Python code, at which Python 3.11 fails now and then where several
threads do so at once (SystemError; CPython's issue 106905). This one knows the headers that NumPy
writes of our arrays, and no others.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_HEADER = re.compile(
    rb"\{'descr': '([<|][iu][1248])', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n"
)


def open_array(path: Path) -> npt.NDArray[Any]:
    """Map the array in `path`, read-only. Raises OSError, ValueError where it can't be."""
    with path.open("rb") as file:
        major, _minor = np.lib.format.read_magic(file)
        length = int.from_bytes(file.read(2 if major == 1 else 4), "little")
        header = _HEADER.fullmatch(file.read(length))
        if header is None:
            raise ValueError(f"{path.name} has no header of ours")
        shape = tuple(int(side) for side in header[2].split(b",") if side.strip())
        return np.memmap(file, header[1].decode(), "r", file.tell(), shape)
