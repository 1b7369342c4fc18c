"""Leaving fast: blank at once, the case closed, nothing to come back to."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect
from sqlalchemy import text
from tests.browser.help.conftest import EXIT
from tests.browser.help.visitor import Kept, Visitor
from tests.survivors.conftest import CHEAP
from tests.survivors.making import pictures, ticket
from tests.web.running import Running, plan_for, running

from hedgerow.survivors import Limits
from hedgerow.web import HelpOptions


class Weather:
    """The harmless page. comes: whether it does; else the browser stays where it is, as if it
    waited for an answer. headers: of the request for it."""

    def __init__(self, visitor: Visitor, *, comes: bool = True) -> None:
        self.headers: dict[str, str] | None = None
        self._comes = comes
        visitor.context.route(f"{EXIT}**", self._answer)

    def _answer(self, route: Route) -> None:
        self.headers = route.request.headers
        if self._comes:
            route.fulfill(body="<title>Weather</title><p>Sunny.</p>", content_type="text/html")
        else:
            route.fulfill(status=204)


@pytest.fixture
def visitor(browser: Browser, server: Running) -> Iterator[Visitor]:
    made = Visitor(browser, server.url)
    yield made
    made.close()


def is_blank(visitor: Visitor) -> bool:
    """Whether nothing is left on the page, though the next one hasn't come."""
    return bool(
        visitor.page.evaluate(
            "() => document.body.childElementCount === 0 && document.body.innerText === ''"
            " && document.title === ''"
        )
    )


def open_sessions(server: Running) -> int:
    """How many browsers have a case open."""
    with server.service.database.read() as session:
        return session.execute(text("SELECT count(*) FROM own_session")).scalar_one()


def by_button(visitor: Visitor) -> None:
    visitor.page.locator("#exit").click(no_wait_after=True)


def by_keys(visitor: Visitor) -> None:
    for _ in range(3):
        visitor.page.keyboard.press("Shift")


@pytest.mark.parametrize("leave", [by_button, by_keys])
def test_the_screen_is_blank_before_the_other_page_is_there(visitor: Visitor, leave: Any) -> None:
    weather = Weather(visitor, comes=False)
    visitor.go("/safety")
    assert not is_blank(visitor)
    leave(visitor)
    while weather.headers is None:
        visitor.page.wait_for_timeout(20)
    assert is_blank(visitor)


@pytest.mark.parametrize("leave", [by_button, by_keys])
def test_the_other_page_takes_its_place(visitor: Visitor, leave: Any) -> None:
    weather = Weather(visitor)
    visitor.go()
    visitor.go("/safety")
    leave(visitor)
    visitor.page.wait_for_url(f"{EXIT}**")
    assert weather.headers is not None
    assert "referer" not in weather.headers
    # In place of the page that was left: going back doesn't lead there.
    visitor.page.go_back()
    assert "/safety" not in visitor.page.url


def test_an_open_case_is_closed(visitor: Visitor, server: Running, photograph: Path) -> None:
    Weather(visitor)
    visitor.enter(visitor.protect(photograph))
    assert open_sessions(server) == 1
    by_button(visitor)
    visitor.page.wait_for_url(f"{EXIT}**")
    # Nobody waited for the server to hear of it.
    server.wait_until(lambda: not open_sessions(server))
    visitor.go("/my-case")
    expect(visitor.page.locator("h1")).to_have_text("Open my case")


def test_two_shifts_or_capitals_leave_nothing(visitor: Visitor) -> None:
    visitor.go()
    for _ in range(2):
        visitor.page.keyboard.press("Shift")
    expect(visitor.page.locator("#exit-said")).to_contain_text("once more to leave")
    visitor.page.keyboard.press("A")
    for _ in range(2):
        visitor.page.keyboard.press("Shift")
    expect(visitor.page.locator("h1")).to_be_visible()
    assert visitor.page.url.endswith("/help/en")


def test_the_button_is_always_in_sight(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 320, "height": 480})
    for below in ("", "/protect", "/notice", "/safety", "/people?country=GB", "/case", "/how"):
        visitor.go(below)
        for _ in range(3):
            box = visitor.page.locator("#exit").bounding_box()
            assert box is not None
            assert 0 <= box["y"] <= 480 - box["height"]
            assert 0 <= box["x"] <= 320 - box["width"]
            covering = visitor.page.evaluate(
                "([x, y]) => document.elementFromPoint(x, y).closest('#exit') !== null",
                [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
            )
            assert covering
            visitor.page.mouse.wheel(0, 700)


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """A harmless page at an address of its own: what a form's answer leads to, no route catches."""

    class Sunny(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>Weather</title><p>Sunny.</p>")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Sunny) as served:
        Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}/weather"
        served.shutdown()


@pytest.mark.parametrize("scripts", [False, True])
def test_an_open_case_is_closed_without_scripts_too(
    browser: Browser, database_url: str, tmp_path: Path, elsewhere: str, scripts: bool
) -> None:
    options = HelpOptions(enabled=True, exit_url=elsewhere)
    plan = plan_for(tmp_path, database_url, help=options, survivors=Limits(**CHEAP))
    with running(plan) as server:
        receipt = server.service.survivors.protect(pictures(1), ticket=ticket(1), language="en")
        visitor = Visitor(browser, server.url, java_script_enabled=scripts)
        visitor.enter(Kept(receipt.number, " ".join(receipt.words), ""))
        assert open_sessions(server) == 1
        by_button(visitor)
        visitor.page.wait_for_url(elsewhere)
        server.wait_until(lambda: not open_sessions(server))
        visitor.page.go_back()
        expect(visitor.page.locator("h1")).to_have_text("Open my case")
        visitor.go("/my-case")
        expect(visitor.page.locator("h1")).to_have_text("Open my case")
        visitor.close()


def test_without_scripts_it_is_a_link(browser: Browser, server: Running) -> None:
    visitor = Visitor(browser, server.url, java_script_enabled=False)
    weather = Weather(visitor)
    visitor.go()
    by_button(visitor)
    visitor.page.wait_for_url(f"{EXIT}**")
    assert weather.headers is not None
    assert "referer" not in weather.headers
    visitor.close()
