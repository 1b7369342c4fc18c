"""How soon each page of the console can be used, in a real browser: `python -m bench.pages`.

Opens every page of an installation that looks as if people worked there, in headless Chromium:
first with nothing of it in the browser's store, then again. A page can be used once it is loaded
and its scripts have run, which the browser itself tells (the end of its `load` event, counted from
the start of the navigation). Prints the median of some visits of each page, the slowest last.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.chromium import chromium, context_of
from tests.browser.furnished import Furnished, Shown, furnished
from tests.browser.visiting import opened
from tests.photographs import small

from bench.databases import KINDS, database_url

GOAL_MS = 200
TIMES = 7
_WHEN_USABLE = "performance.getEntriesByType('navigation')[0].loadEventEnd"


def usable(page: Page) -> float:
    """Milliseconds from the start of the navigation until the page can be used."""
    page.wait_for_function(f"{_WHEN_USABLE} > 0")
    return float(page.evaluate(_WHEN_USABLE))


def visit(context: BrowserContext, place: Furnished, shown: Shown) -> tuple[float, float]:
    """The page twice in one browser: with an empty store, and with what the first time left."""
    page = opened(context, place, shown)
    first = usable(page)
    page.close()
    page = opened(context, place, shown)
    again = usable(page)
    page.close()
    return first, again


def measure(browser: Browser, place: Furnished, times: int) -> list[tuple[float, float, str]]:
    """By page: both medians and its name, the quickest first."""
    found = []
    for shown in place.pages:
        visits = []
        for _ in range(times):
            context = context_of(browser)
            visits.append(visit(context, place, shown))
            context.close()
        first, again = (median(each) for each in zip(*visits, strict=True))
        found.append((first, again, shown.name))
    return sorted(found)


def show(found: list[tuple[float, float, str]], tell: Callable[[str], None]) -> None:
    """One line a page."""
    tell(f"  {'page':32} {'first':>9} {'again':>9}")
    for first, again, name in found:
        over = f"  over {GOAL_MS} ms" if max(first, again) > GOAL_MS else ""
        tell(f"  {name:32} {first:6.0f} ms {again:6.0f} ms{over}")
    firsts, agains, _ = zip(*found, strict=True)
    tell(f"  {'median of the pages':32} {median(firsts):6.0f} ms {median(agains):6.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--only", choices=KINDS, action="append")
    arguments = parser.parse_args()
    for kind in arguments.only or KINDS:
        print(kind, flush=True)
        with (
            tempfile.TemporaryDirectory() as folder,
            database_url(kind) as url,
            furnished(Path(folder), url, small(640, 480)) as place,
            chromium() as browser,
        ):
            show(measure(browser, place, arguments.times), print)


if __name__ == "__main__":
    main()
