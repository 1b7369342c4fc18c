"""The console: the room where people review matches, decide, and look after the installation.

`mounting` serves it; it is not shown here, as the settings need the limits alone, in every command.
"""

from hedgerow.web.console.limits import Limits

__all__ = ["Limits"]
