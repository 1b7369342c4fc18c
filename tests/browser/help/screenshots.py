"""Pictures of every step for the docs: `python -m tests.browser.help.screenshots`.

Writes docs/help/NAME-LANGUAGE.webp, on a phone, and docs/help-pages.md, which shows them.
"""

from __future__ import annotations

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from tests.browser.chromium import chromium
from tests.browser.help.conftest import OPTIONS
from tests.browser.help.platform import begin
from tests.browser.help.visitor import Visitor
from tests.browser.help.walk import walk
from tests.photographs import small
from tests.survivors.conftest import CHEAP
from tests.web.running import plan_for, running

from hedgerow.survivors import Limits

DOCS = Path(__file__).parents[3] / "docs"
LANGUAGES_SHOWN = ("en", "ar")
QUALITY = 60
MOST_HIGH = 1_900

HEAD = """\
# The survivors' pages, step by step

Every page on a phone, in English and in Arabic. What is written there is made up; the photograph is
an ordinary one. [help.md](help.md) says what the pages are for. These pictures are made anew by
`python -m tests.browser.help.screenshots`.
"""


def keep(picture: bytes, name: str) -> None:
    """Write one picture, small enough for a repository."""
    with Image.open(BytesIO(picture)) as taken:
        cut = taken.convert("RGB").crop((0, 0, taken.width, min(taken.height, MOST_HIGH)))
        cut.save(DOCS / "help" / f"{name}.webp", quality=QUALITY, method=6)


def write_page(names: list[str]) -> None:
    """The page that shows them all."""
    lines = [HEAD]
    for name in names:
        lines.append(f"## {name.replace('-', ' ').capitalize()}\n")
        pictures = (f"![{name}, {each}](help/{name}-{each}.webp)" for each in LANGUAGES_SHOWN)
        lines.append(f"| English | Arabic |\n| --- | --- |\n| {' | '.join(pictures)} |\n")
    (DOCS / "help-pages.md").write_text("\n".join(lines))


def main() -> None:
    folder = DOCS / "help"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.webp"):
        old.unlink()
    photographs = small(640, 480)
    names: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as home, chromium() as browser:
        photograph = Path(home, "photograph.png")
        photograph.write_bytes(photographs["astronaut"])
        plan = plan_for(Path(home), help=OPTIONS, survivors=Limits(**CHEAP))
        with running(plan) as server:
            begin(server, photographs["coffee"])
            for language in LANGUAGES_SHOWN:
                sys.stdout.write(f"{language} …\n")
                visitor = Visitor(browser, server.url, language)
                names[language] = []
                for name, page in walk(visitor, server, photograph):
                    names[language].append(name)
                    keep(page.screenshot(full_page=True), f"{name}-{language}")
                visitor.close()
    write_page(names[LANGUAGES_SHOWN[0]])


if __name__ == "__main__":
    main()
