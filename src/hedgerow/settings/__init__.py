"""Every setting, its default, and where its value comes from.

The command line goes before the environment, that before the file `hedgerow.toml`, and that
before the defaults. A group's settings are joined to its name by two underscores in the
environment (`HEDGEROW_MEDIA__MAX_BYTES`), and stand in a table of its name in the file.
"""

from hedgerow.settings.catalogue import Entry, entries
from hedgerow.settings.checks import Check, State, check
from hedgerow.settings.errors import BadSettings
from hedgerow.settings.example import example, in_toml
from hedgerow.settings.loading import Loaded, Source, load, load_settings, value_shown
from hedgerow.settings.model import PREFIX, Settings

__all__ = [
    "PREFIX",
    "BadSettings",
    "Check",
    "Entry",
    "Loaded",
    "Settings",
    "Source",
    "State",
    "check",
    "entries",
    "example",
    "in_toml",
    "load",
    "load_settings",
    "value_shown",
]
