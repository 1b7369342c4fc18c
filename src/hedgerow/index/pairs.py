"""Every code of a few with every one of a few others: no index, and no need of one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hedgerow.index import kernels
from hedgerow.index.codes import Codes, as_codes
from hedgerow.index.processor import readonly


def pairs_within(codes: Codes, queries: Codes, radius: int) -> npt.NDArray[np.int64]:
    """All pairs within `radius` bits: rows (query, code, distance), in no order.

    By comparing everything, of `codes` (n, 4) and `queries` (m, 4): about 2 ms for a million pairs.
    Raises ValueError or TypeError where these are no codes.
    """
    found: npt.NDArray[np.int64] = kernels.scan(
        readonly(as_codes(codes)), readonly(as_codes(queries)), radius
    )
    return found
