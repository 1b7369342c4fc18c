"""The API of its own, version 1."""

from hedgerow.web.api import banks, cases, content, keys, lists, match, state

ROUTERS = (
    match.router, banks.router, content.router, lists.router, cases.router, keys.router,
    state.router,
)  # fmt: skip
"""Those of most requests first: they are looked through in this order."""

__all__ = ["ROUTERS"]
