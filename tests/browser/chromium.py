"""A real Chromium, driven as a person would: by keys, labels and what is on the page."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ARGUMENTS = ("--no-sandbox", "--disable-background-networking")
PASSWORD = "seven quiet hedges stand"
STEP_SECONDS = 30
SCREENS = {"desktop": (1360, 850), "phone": (390, 844)}

expect.set_options(timeout=30_000)


def program() -> str:
    """Chromium's path; the test is skipped where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium: apt-get install --no-install-recommends chromium")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with an empty profile of its own."""
    path = program()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def context_of(browser: Browser, screen: str = "desktop", scheme: str = "light") -> BrowserContext:
    """A window of somebody's own: no cookie is shared with another."""
    width, height = SCREENS[screen]
    return browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )


class Somebody:
    """A person at a browser of their own.

    secret: of their authenticator app. bodies: what the server has sent since `listen`.
    """

    def __init__(self, browser: Browser, console: str) -> None:
        self.console = console
        self.context = context_of(browser)
        self.page: Page = self.context.new_page()
        self.secret = ""
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._heard)
        self.page.on("request", self._asked)
        self.elsewhere: list[str] = []
        self._used_at = 0

    def _heard(self, message: Any) -> None:
        # A refusal that a page expects is no fault of a script.
        if message.type == "error" and "status of 4" not in message.text:
            self.faults.append(message.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.console.rpartition("/console")[0], "blob:", "data:")):
            self.elsewhere.append(request.url)

    def go(self, path: str) -> None:
        """Open a page of the console."""
        self.page.goto(f"{self.console}{path}")

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as on a keyboard."""
        for key in keys:
            self.page.wait_for_load_state()  # what is pressed before a page's script runs is lost
            self.page.keyboard.press(key)

    def join(self, link: str, *, name: str = "", login: str = "") -> None:
        """Take up an invitation, or set the installation up, as far as the second step."""
        self.page.goto(link)
        if login:
            self.page.get_by_role("textbox", name="Your name").fill(name)
            self.page.get_by_role("textbox", name="Login").fill(login)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_label("The same once more").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Set up your second step")

    def enrol_app(self) -> None:
        """Set an authenticator app up."""
        self.secret = self.page.locator("dd.secret").inner_text().replace(" ", "")
        self.page.get_by_label("Code from the app").fill(self.code())
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()

    def enrol_passkey(self) -> None:
        """Make a passkey, with an authenticator that is built into the browser."""
        session = self.context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                    "hasUserVerification": True, "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )  # fmt: skip
        self.page.get_by_label("What you call it").fill("this computer")
        self.page.get_by_role("button", name="Make a passkey").click()
        expect(self.page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()

    def code(self) -> str:
        """A code of the app that wasn't used before: of the next step, where need be."""
        step = max(int(time.time()) // STEP_SECONDS, self._used_at + 1)
        self._used_at = step
        return pyotp.TOTP(self.secret).at(step * STEP_SECONDS)

    def sign_out(self) -> None:
        """Sign out by the button on every page."""
        self.page.get_by_role("button", name="Sign out", exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Sign in")

    def sign_in(self, login: str, *, passkey: bool = False) -> None:
        """Sign in with both factors."""
        self.go("/sign-in")
        self.page.get_by_role("textbox", name="Login").fill(login)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("One more step")
        if passkey:
            self.page.get_by_role("button", name="Use a passkey").click()
        else:
            self.page.get_by_label("Code from the app").fill(self.code())
            self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
