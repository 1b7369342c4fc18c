"""Every page in every language: nobody is shut out, and each fits the smallest phone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from tests.browser.help.conftest import OPTIONS
from tests.browser.help.platform import begin
from tests.browser.help.screenshots import DOCS, LANGUAGES_SHOWN
from tests.browser.help.visitor import Visitor
from tests.browser.help.walk import walk
from tests.survivors.conftest import CHEAP
from tests.web.running import Running, plan_for, running

import hedgerow.web.help
from hedgerow.survivors import Limits
from hedgerow.web.help.limits import LANGUAGES
from hedgerow.web.help.rendering import Templates
from hedgerow.web.help.visit import Visit

TEMPLATES = Path(hedgerow.web.help.__path__[0], "templates")

NARROW = 320
DARK_TOO = ("en", "ar")
"""Colours are the same in all languages; one of each direction is looked at in the dark, too."""

_seen: dict[str, list[str]] = {}
_rendered: set[str] = set()


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, photographs: dict[str, bytes]
) -> Iterator[Running]:
    """A server that notes which templates its pages are made of."""
    with pytest.MonkeyPatch.context() as patch:
        render = Templates.render

        def noted(self: Templates, name: str, visit: Visit, context: Mapping[str, Any]) -> str:
            _rendered.add(name)
            return render(self, name, visit, context)

        patch.setattr(Templates, "render", noted)
        yield from _place(tmp_path_factory, photographs)


def _place(
    tmp_path_factory: pytest.TempPathFactory, photographs: dict[str, bytes]
) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("every")
    with running(plan_for(home, help=OPTIONS, survivors=Limits(**CHEAP))) as found:
        begin(found, photographs["coffee"])
        yield found


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_shut_out(
    browser: Browser, place: Running, photograph: Path, language: str
) -> None:
    visitor = Visitor(browser, place.url, language)
    wrong, wide, names = {}, [], []
    for name, page in walk(visitor, place, photograph):
        names.append(name)
        for scheme in ("light", "dark") if language in DARK_TOO else ("light",):
            page.emulate_media(color_scheme=scheme)
            if found := Axe().run(page).response["violations"]:
                told = [(each["id"], each["nodes"][0]["html"][:200]) for each in found]
                wrong[name, scheme] = told
        size = page.viewport_size
        assert size is not None
        page.set_viewport_size({"width": NARROW, "height": 640})
        if page.evaluate("document.documentElement.scrollWidth") > NARROW:
            wide.append(name)
        page.set_viewport_size(size)
    visitor.close()
    assert (wrong, wide, visitor.faults) == ({}, [], [])
    _seen[language] = names


def test_the_way_leads_through_every_template() -> None:
    """A new page has to be looked at, too."""
    pages = {
        each.relative_to(TEMPLATES).as_posix()
        for each in TEMPLATES.rglob("*.html")
        if "{% extends" in each.read_text()
    }
    assert pages == _rendered
    assert all(names == _seen["en"] for names in _seen.values())


def test_the_docs_show_them() -> None:
    """Each step is pictured in two languages: `python -m tests.browser.help.screenshots`."""
    shown = re.findall(r"!\[([\w-]+), (\w+)\]", (DOCS / "help-pages.md").read_text())
    wanted = [(name, language) for name in _seen["en"] for language in LANGUAGES_SHOWN]
    assert shown == wanted
