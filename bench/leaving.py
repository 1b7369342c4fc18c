"""How soon nothing is left on the screen when somebody leaves: `python -m bench.leaving`.

Opens pages of the survivors in headless Chromium, also on a slowed processor, presses the exit,
and takes the time until the page is empty and until the browser has drawn that. The harmless page
that comes next is no part of it: it never answers here. Prints the median and the slowest.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser
from tests.browser.chromium import chromium
from tests.browser.help.conftest import EXIT, OPTIONS
from tests.browser.help.visitor import Visitor
from tests.survivors.conftest import CHEAP
from tests.web.running import plan_for, running

from hedgerow.survivors import Limits

GOAL_MS = 100
TIMES = 20
SLOWED = (1, 4)
"""Times slower than this machine; four is about a cheap phone."""

PAGES = ("", "/protect", "/people?country=GB", "/notice", "/safety")

_WATCH = """() => {
  window.times = new Promise((resolve) => {
    let pressed = 0;
    addEventListener("click", ({ timeStamp }) => (pressed = timeStamp), { capture: true });
    new MutationObserver(() => {
      if (document.body.childElementCount > 0) return;
      const empty = performance.now() - pressed;
      const drawn = () => resolve([empty, performance.now() - pressed]);
      requestAnimationFrame(() => requestAnimationFrame(drawn));
    }).observe(document.body, { childList: true });
  });
}"""


def leave(browser: Browser, url: str, below: str, slowed: int) -> tuple[float, float]:
    """Milliseconds until the page is empty, and until that is drawn."""
    visitor = Visitor(browser, url)
    visitor.context.route(f"{EXIT}**", lambda route: route.fulfill(status=204))
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    visitor.go(below)
    visitor.page.evaluate(_WATCH)
    visitor.page.locator("#exit").click(no_wait_after=True)
    empty, drawn = visitor.page.evaluate("window.times")
    visitor.close()
    return float(empty), float(drawn)


def measure(browser: Browser, url: str, below: str, slowed: int, times: int) -> None:
    """Print a line of one page."""
    found = [leave(browser, url, below, slowed) for _ in range(times)]
    empty, drawn = (list(each) for each in zip(*found, strict=True))
    print(
        f"  /help/en{below:22} empty {median(empty):6.1f} ms, slowest {max(empty):6.1f}"
        f"   drawn {median(drawn):6.1f} ms, slowest {max(drawn):6.1f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.leaving", description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, chromium() as browser:
        plan = plan_for(Path(home), help=OPTIONS, survivors=Limits(**CHEAP))
        with running(plan) as server:
            for slowed in SLOWED:
                print(f"goal {GOAL_MS} ms; processor {slowed} times slower")
                for below in PAGES:
                    measure(browser, server.url, below, slowed, arguments.times)


if __name__ == "__main__":
    main()
