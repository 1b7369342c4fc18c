"""Opening pages of a furnished installation as whoever looks at them sees them."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page
from tests.browser.furnished import Furnished, Shown

_STATUS = {"refused": 403, "nothing-here": 404}


def opened(context: BrowserContext, place: Furnished, shown: Shown) -> Page:
    """The page, in a window where only its person is signed in."""
    context.clear_cookies()
    if shown.who is not None:
        context.add_cookies(
            [
                {
                    "name": "__Host-hedgerow",
                    "value": place.desk.session(shown.who, shown.stage),
                    "url": place.desk.url.replace("http://", "https://"),
                    "secure": True,
                    "httpOnly": True,
                    "sameSite": "Strict",
                }
            ]
        )
    page = context.new_page()
    answer = page.goto(f"{place.desk.url}/console{shown.path}")
    assert answer is not None
    assert answer.status == _STATUS.get(shown.name, 200), (shown, answer.status)
    return page
