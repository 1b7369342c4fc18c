"""Pictures of every page for the docs: `python -m tests.browser.screenshots [NAME…]`.

Writes docs/console/NAME-light.webp, -dark and -phone, and docs/pages.md, which shows them.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Page
from tests.browser.chromium import chromium, context_of
from tests.browser.furnished import Furnished, Shown, furnished
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


def take(context: BrowserContext, place: Furnished, mode: str, only: Sequence[str]) -> None:
    """Take a picture of each page, or of some; and, of what opens there, another one."""
    for shown in place.pages:
        if only and shown.name not in only:
            continue
        page = opened(context, place, shown)
        page.wait_for_load_state("networkidle")
        keep(page.screenshot(full_page=True), f"{shown.name}-{mode}")
        if shown.name in OPENING:
            name, open_it = OPENING[shown.name]
            open_it(page)
            # The window alone: on a picture of the whole page, what stays in it would float.
            keep(page.screenshot(), f"{name}-{mode}")
        page.close()


def look(page: Page) -> None:
    """Hold a part of the veiled upload, so that it is seen."""
    page.keyboard.press("o")
    page.locator("[data-picture] button").first.wait_for()
    page.keyboard.press("ArrowRight")
    page.locator("[data-picture]").scroll_into_view_if_needed()
    page.keyboard.down(" ")
    page.locator("[data-picture] button img").first.wait_for()


def strip(page: Page) -> None:
    """Open the stills of a video."""
    page.keyboard.press("o")
    page.locator("[data-strip] img").first.wait_for()
    page.locator("[data-picture] button").first.wait_for()
    page.locator("#media").scroll_into_view_if_needed()


OPENING: Mapping[str, tuple[str, Callable[[Page], None]]] = {
    "case": ("look", look),
    "case-video": ("look-video", strip),
}
"""Pages on which something opens: the name of its picture, and how it is opened."""


def names_of(pages: Sequence[Shown]) -> list[str]:
    """All pictures in their order."""
    names = []
    for shown in pages:
        names.append(shown.name)
        names.extend(OPENING[shown.name][:1] if shown.name in OPENING else ())
    return names


def keep(picture: bytes, name: str) -> None:
    """Write one picture, small enough for a repository."""
    with Image.open(BytesIO(picture)) as taken:
        cut = taken.convert("RGB").crop((0, 0, taken.width, min(taken.height, MOST_HIGH)))
        cut.save(DOCS / "console" / f"{name}.webp", quality=QUALITY, method=6)


def write_page(names: list[str]) -> None:
    """The page that shows them all."""
    lines = [HEAD]
    for old in (DOCS / "console").glob("*.webp"):
        if old.stem.rpartition("-")[0] not in names:
            old.unlink()
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
    # From within, so that the page of settings names no folder of this machine.
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        here = furnished(Path(), "sqlite:///hedgerow.db", small(640, 480))
        with here as place, chromium() as browser:
            for mode, screen, scheme in MODES:
                sys.stdout.write(f"{mode} …\n")
                context = context_of(browser, screen, scheme)
                take(context, place, mode, sys.argv[1:])
                context.close()
            write_page(names_of(place.pages))


if __name__ == "__main__":
    main()
