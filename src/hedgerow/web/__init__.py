"""The service: HTTP to the rooms, for platforms (`api`) and for clients of HMA (`hma`)."""

from typing import TYPE_CHECKING

from hedgerow.lazy import late
from hedgerow.web.console.limits import Limits as ConsoleLimits
from hedgerow.web.help.errors import BadFile
from hedgerow.web.help.limits import Options as HelpOptions
from hedgerow.web.limits import Limits, Logging, Options
from hedgerow.web.listening import BadListening, Listening

if TYPE_CHECKING:
    from hedgerow.web.app import create_app
    from hedgerow.web.help.door import check_files
    from hedgerow.web.logs import configure
    from hedgerow.web.metrics import prepare_metrics
    from hedgerow.web.service import Plan
    from hedgerow.web.serving import bind, config_for, run, url_of

__all__ = [
    "BadFile",
    "BadListening",
    "ConsoleLimits",
    "HelpOptions",
    "Limits",
    "Listening",
    "Logging",
    "Options",
    "Plan",
    "bind",
    "check_files",
    "config_for",
    "configure",
    "create_app",
    "prepare_metrics",
    "run",
    "url_of",
]

__getattr__ = late(
    __name__,
    {
        "Plan": "service",
        "bind": "serving",
        "check_files": "help.door",
        "config_for": "serving",
        "configure": "logs",
        "create_app": "app",
        "prepare_metrics": "metrics",
        "run": "serving",
        "url_of": "serving",
    },
)
