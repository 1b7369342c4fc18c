"""The console: the room where people review matches, decide, and look after the installation."""

from hedgerow.web.console.limits import Limits
from hedgerow.web.console.mounting import install

__all__ = ["Limits", "install"]
