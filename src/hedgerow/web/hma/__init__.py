"""The API of Meta's Hasher-Matcher-Actioner, for clients that were written for that."""

from hedgerow.web.hma.mounting import install

__all__ = ["install"]
