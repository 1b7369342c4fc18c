"""The API of its own, version 1."""

from hedgerow.web.api import banks, content, keys, lists, match, state

ROUTERS = (match.router, banks.router, content.router, lists.router, keys.router, state.router)
"""Those of most requests first: they are looked through in this order."""

__all__ = ["ROUTERS"]
