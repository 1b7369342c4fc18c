"""Somebody at the survivors' pages, with a phone of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect
from tests.browser.chromium import SCREENS

ADULT = {"age": "adult", "me": "yes", "intimate": "yes", "have": "yes"}
"""The answers of whoever the pages are for."""


@dataclass(frozen=True)
class Kept:
    """What somebody has written down."""

    number: str
    words: str
    digits: str


class Visitor:
    """A window without any past. asked: the addresses that it has asked for; faults: of scripts."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        language: str = "en",
        *,
        screen: str = "phone",
        **more: Any,
    ) -> None:
        width, height = SCREENS[screen]
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", **more
        )
        self.url = url
        self.language = language
        self.page: Page = self.context.new_page()
        self.asked: list[str] = []
        self.faults: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def go(self, below: str = "") -> None:
        """Open a page in this visitor's language."""
        self.page.goto(f"{self.url}/help/{self.language}{below}")

    def answer(self, answers: Mapping[str, str] = ADULT) -> None:
        """Answer the questions and go on."""
        self.go("/protect")
        for name, value in answers.items():
            self.page.locator(f"input[name={name}][value={value}]").check()
        self.page.locator("form.questions button").click()

    def choose(self, *files: Path) -> None:
        """Choose files, and wait until all are hashed."""
        expect(self.page.locator("#files")).to_be_visible()  # all that hashing needs is loaded
        self.page.locator("#files").set_input_files([str(each) for each in files])
        expect(self.page.locator("#after-hashing")).to_be_visible(timeout=60_000)

    def send(self) -> Kept:
        """Send the hashes, and write number and code down."""
        self.page.locator("#send").click()
        expect(self.page.locator("#step-done")).to_be_visible()
        return self.kept()

    def kept(self) -> Kept:
        """What the page shows this once."""
        names = "number", "words", "digits"
        return Kept(*(self.page.locator(f"#{each}").inner_text() for each in names))

    def protect(self, *files: Path) -> Kept:
        """All the way from the questions to number and code."""
        self.answer()
        self.choose(*files)
        return self.send()

    def enter(self, kept: Kept, *, digits: bool = False) -> None:
        """Open the case."""
        self.go("/case")
        self.page.locator("#f-number").fill(kept.number)
        self.page.locator("#f-code").fill(kept.digits if digits else kept.words)
        self.page.locator("main form button").click()
        expect(self.page.locator("#messages")).to_be_visible()

    def press(self, name: str) -> None:
        """Press a button, or a link that looks like one, by what it says (English)."""
        self.page.get_by_role("button", name=name).or_(
            self.page.get_by_role("link", name=name)
        ).first.click()

    def close(self) -> None:
        """Close the window."""
        self.context.close()
