"""URLs from strangers to bytes, without being turned against what is inside. See docs/fetch.md."""

from typing import TYPE_CHECKING

from hedgerow.fetch.limits import Limits
from hedgerow.fetch.refusals import FetchCode, FetchRefused
from hedgerow.lazy import late

if TYPE_CHECKING:
    from hedgerow.fetch.fetcher import Fetcher

__all__ = ["FetchCode", "FetchRefused", "Fetcher", "Limits"]

__getattr__ = late(__name__, {"Fetcher": "fetcher"})
