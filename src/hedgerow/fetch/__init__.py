"""URLs from strangers to bytes, without being turned against what is inside. See docs/fetch.md."""

from hedgerow.fetch.fetcher import Fetcher
from hedgerow.fetch.limits import Limits
from hedgerow.fetch.refusals import FetchCode, FetchRefused

__all__ = ["FetchCode", "FetchRefused", "Fetcher", "Limits"]
