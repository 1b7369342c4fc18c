"""The style sheet, the scripts and the picture of the survivors' pages."""

from pathlib import Path

from hedgerow.web.help.headers import PREFIX
from hedgerow.web.html.headers import NO_STORE
from hedgerow.web.html.static_files import StaticFiles

# A browser that kept them would tell for a year that somebody was here.
FILES = StaticFiles(Path(__file__).parent / "static", f"{PREFIX}/static", NO_STORE)
