"""Every page of the console in a real browser: nobody is shut out, and nobody else is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.chromium import context_of
from tests.browser.furnished import Furnished, furnished
from tests.browser.screenshots import DOCS, names_of
from tests.browser.visiting import opened

from hedgerow.web.console import mounting as mounting
from hedgerow.web.console.routing import PAGES

MAX_BYTES = 100_000
"""Of a page with everything that it loads, in a browser that has nothing of it yet."""

ELSEWHERE = {
    "/", "/static/{mark}/{name:path}", "/oidc/start", "/oidc/answer",
    "/set-up/{token}", "/overview/numbers.csv",
}  # fmt: skip
"""Routes that are no page of this installation: redirects, files, and what is set up already."""

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
NARROW = 320


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, photographs: dict[str, bytes]
) -> Iterator[Furnished]:
    home = tmp_path_factory.mktemp("furnished")
    with furnished(home, f"sqlite:///{home}/hedgerow.db", photographs) as found:
        yield found


def test_they_are_all_here(place: Furnished) -> None:
    """A new page has to be looked at, too."""
    routes = {page.path for page in PAGES if page.method == "GET"} - ELSEWHERE
    patterns = {route: re.compile(re.sub(r"{\w+(:\w+)?}", "[^/]+", route)) for route in routes}
    paths = [shown.path.partition("?")[0] for shown in place.pages]
    assert {
        route
        for route, pattern in patterns.items()
        if not any(pattern.fullmatch(path) for path in paths)
    } == set()


def test_the_docs_show_them_all(place: Furnished) -> None:
    """A page that was added is to be shown, too: `python -m tests.browser.screenshots`."""
    shown = re.findall(r"!\[([\w-]+), light\]", (DOCS / "pages.md").read_text())
    assert shown == names_of(place.pages)


def test_nobody_is_shut_out_and_nobody_else_is_asked(browser: Browser, place: Furnished) -> None:
    """Each page is opened once; it is weighed, and looked at in light, in dark, on a phone."""
    wrong = {}
    wide: list[str] = []
    heavy: dict[str, float] = {}
    asked: set[str] = set()
    faults: list[str] = []
    context = context_of(browser)
    context.on("request", lambda request: asked.add(request.url))
    context.on("weberror", lambda fault: faults.append(str(fault.error)))
    for shown in place.pages:
        page = opened(context, place, shown)
        size = loaded_anew(context, page)
        if size > MAX_BYTES:
            heavy[shown.name] = size
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            if found := Axe().run(page).response["violations"]:
                told = [(each["id"], each["nodes"][0]["html"][:200]) for each in found]
                wrong[shown.name, scheme] = told
        page.set_viewport_size({"width": NARROW, "height": 640})
        if page.evaluate("document.documentElement.scrollWidth") > NARROW:
            wide.append(shown.name)
        page.close()
    context.close()
    assert wrong == {}
    assert wide == []
    assert heavy == {}
    assert faults == []
    assert {url for url in asked if not url.startswith((place.desk.url, "blob:"))} == set()


def loaded_anew(context: BrowserContext, page: Page) -> float:
    """Bytes that come over the wire where a page and all it needs is loaded without a cache."""
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    page.reload()
    page.wait_for_load_state("networkidle")
    assert len(sizes) > 2
    return sum(sizes)
