"""Pictures of every page for the docs: `python -m tests.browser.screenshots`.

Writes docs/console/NAME-light.webp, -dark and -phone, and docs/pages.md, which shows them.
"""

from __future__ import annotations

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext
from tests.browser.chromium import chromium, context_of
from tests.browser.furnished import Furnished, furnished
from tests.browser.visiting import opened
from tests.photographs import small

DOCS = Path(__file__).parents[2] / "docs"
MODES = (("light", "desktop", "light"), ("dark", "desktop", "dark"), ("phone", "phone", "light"))
QUALITY = 70
MOST_HIGH = 2_400
"""Pixels of a picture from top to bottom; what is longer is cut off."""

HEAD = """\
# The console, page by page

Every page as it looks in light and dark, and on a phone. The cases are made up; the photographs are
ordinary ones. [console.md](console.md) says what each page is for. These pictures are made anew by
`python -m tests.browser.screenshots`.
"""


def take(context: BrowserContext, place: Furnished, mode: str) -> None:
    """Take a picture of each page; of the case, another one while a part is looked at."""
    for shown in place.pages:
        page = opened(context, place, shown)
        page.wait_for_load_state("networkidle")
        keep(page.screenshot(full_page=True), f"{shown.name}-{mode}")
        if shown.name == "case":
            page.keyboard.press("o")
            page.locator("[data-picture] button").first.wait_for()
            page.keyboard.press("ArrowRight")
            page.keyboard.down(" ")
            page.locator("[data-picture] button img").first.wait_for()
            keep(page.screenshot(full_page=True), f"look-{mode}")
            page.keyboard.up(" ")
        page.close()


def keep(picture: bytes, name: str) -> None:
    """Write one picture, small enough for a repository."""
    with Image.open(BytesIO(picture)) as taken:
        cut = taken.convert("RGB").crop((0, 0, taken.width, min(taken.height, MOST_HIGH)))
        cut.save(DOCS / "console" / f"{name}.webp", quality=QUALITY, method=6)


def write_page(names: list[str]) -> None:
    """The page that shows them all."""
    lines = [HEAD]
    for name in names:
        lines.append(f"## {name.replace('-', ' ').capitalize()}\n")
        lines.append("| light | dark | phone |\n| --- | --- | --- |")
        lines.append(
            "|" + "|".join(f" ![{name}, {mode}](console/{name}-{mode}.webp) " for mode, *_ in MODES)
            + "|\n"
        )  # fmt: skip
    (DOCS / "pages.md").write_text("\n".join(lines))


def main() -> None:
    (DOCS / "console").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url = f"sqlite:///{home}/hedgerow.db"
        with furnished(home, url, small(640, 480)) as place, chromium() as browser:
            for mode, screen, scheme in MODES:
                sys.stdout.write(f"{mode} …\n")
                context = context_of(browser, screen, scheme)
                take(context, place, mode)
                context.close()
            names = [shown.name for shown in place.pages]
    names.insert(names.index("case") + 1, "look")
    write_page(names)


if __name__ == "__main__":
    main()
