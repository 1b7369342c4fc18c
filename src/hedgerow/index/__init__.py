"""Exact range search over 256-bit codes, kept on disk; a library of its own.

>>> from hedgerow.index import Index, codes_from_hex
>>> with Index.open("my-index") as index:
...     index.add(codes_from_hex(["f" * 64]), [1])
...     index.search(codes_from_hex(["f" * 63 + "e"]), radius=31).distance
1
array([1])

Knows numbers and paths, nothing of banks or pictures.
"""

from typing import TYPE_CHECKING

from hedgerow.index.codes import Codes, Keys, codes_from_bytes, codes_from_hex, codes_to_hex
from hedgerow.index.errors import IndexDamaged, IndexLocked, IndexProblem, IndexReadOnly
from hedgerow.index.hits import EVERY_KEY, Grouping, Hits
from hedgerow.index.limits import SEAL_AT
from hedgerow.index.lock import delete_index
from hedgerow.lazy import late

if TYPE_CHECKING:
    from hedgerow.index.catalogue import Catalogue, Feed, Step
    from hedgerow.index.index import Index
    from hedgerow.index.pairs import pairs_within

__all__ = [
    "EVERY_KEY",
    "SEAL_AT",
    "Catalogue",
    "Codes",
    "Feed",
    "Grouping",
    "Hits",
    "Index",
    "IndexDamaged",
    "IndexLocked",
    "IndexProblem",
    "IndexReadOnly",
    "Keys",
    "Step",
    "codes_from_bytes",
    "codes_from_hex",
    "codes_to_hex",
    "delete_index",
    "pairs_within",
]

__getattr__ = late(
    __name__,
    {
        "Catalogue": "catalogue",
        "Feed": "catalogue",
        "Index": "index",
        "Step": "catalogue",
        "pairs_within": "pairs",
    },
)
