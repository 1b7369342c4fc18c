"""How soon each page of the console can be used, in a real browser: `python -m bench.pages`.

Opens every page of an installation that looks as if people worked there, in headless Chromium:
in a new window with nothing of it in the browser's store, in a new window once more, and in a
window that shows another page of the console, as somebody who works there comes to it. A page can
be used once it is loaded and its scripts have run, which the browser itself tells (the end of its
`load` event, counted from the start of the navigation). Prints the median of some visits of each
page, the slowest last; and, for what the browser alone takes, of an answer of a few bytes.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from functools import partial
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
WAYS = ("new window", "once more", "from a page")
ELSEWHERE = "/console/sign-in"
NEARLY_NOTHING = "/health/live"
_WHEN_USABLE = "performance.getEntriesByType('navigation')[0].loadEventEnd"


def usable(page: Page) -> float:
    """Milliseconds from the start of the navigation until the page can be used."""
    page.wait_for_function(f"{_WHEN_USABLE} > 0")
    return float(page.evaluate(_WHEN_USABLE))


def visit(context: BrowserContext, place: Furnished, shown: Shown) -> tuple[float, ...]:
    """The page in each of the `WAYS`."""
    times = []
    for before in (None, None, ELSEWHERE):
        page = opened(context, place, shown, before=before)
        times.append(usable(page))
        page.close()
    return tuple(times)


def measure(
    browser: Browser, times: int, visited: Callable[[BrowserContext], tuple[float, ...]]
) -> list[float]:
    """The medians of some visits, each in a browser without anything kept."""
    visits = []
    for _ in range(times):
        context = context_of(browser)
        visits.append(visited(context))
        context.close()
    return [median(each) for each in zip(*visits, strict=True)]


def nearly_nothing(context: BrowserContext, place: Furnished) -> tuple[float, ...]:
    """As `visit`, of an answer of a few bytes that loads nothing."""
    times = []
    for before in (None, None, ELSEWHERE):
        page = context.new_page()
        if before is not None:
            page.goto(f"{place.desk.url}{before}")
        page.goto(f"{place.desk.url}{NEARLY_NOTHING}")
        times.append(usable(page))
        page.close()
    return tuple(times)


def show(
    found: list[tuple[list[float], str]], nothing: list[float], tell: Callable[[str], None]
) -> None:
    """One line a page."""
    tell(f"  {'':32}" + "".join(f"{way:>15}" for way in WAYS))
    for times, name in found:
        tell(_line(name, times) + (f"  over {GOAL_MS} ms" if max(times) > GOAL_MS else ""))
    columns = zip(*(times for times, _ in found), strict=True)
    tell(_line("median of the pages", [median(each) for each in columns]))
    tell(_line(NEARLY_NOTHING, nothing))


def _line(name: str, times: list[float]) -> str:
    return f"  {name:32}" + "".join(f"{each:12.0f} ms" for each in times)


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
            found = sorted(
                (
                    measure(browser, arguments.times, partial(visit, place=place, shown=each)),
                    each.name,
                )
                for each in place.pages
            )
            nothing = measure(browser, arguments.times, partial(nearly_nothing, place=place))
            show(found, nothing, print)


if __name__ == "__main__":
    main()
