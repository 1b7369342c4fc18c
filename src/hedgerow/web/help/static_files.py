"""The style sheet, the scripts and the picture of the survivors' pages."""

from pathlib import Path

from hedgerow.web.help.headers import PREFIX
from hedgerow.web.html.static_files import StaticFiles

FILES = StaticFiles(Path(__file__).parent / "static", f"{PREFIX}/static")
