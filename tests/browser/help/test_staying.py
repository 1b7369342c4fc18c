"""Nothing is lost by an accident: neither number and code, nor hashes that aren't sent yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Request, expect
from tests.browser.help.test_leaving import Weather
from tests.browser.help.visitor import Visitor
from tests.web.running import Running

UNKNOWN = b"\x00\x00\x00\x18ftypheic" + b"\x00" * 100
"""It begins like a picture of a telephone, and no browser can show it."""


class Asked:
    """Whether the browser asks before a page is left; then it stays."""

    def __init__(self, visitor: Visitor) -> None:
        self.times = 0
        visitor.page.on("dialog", self._stay)

    def _stay(self, dialog: Dialog) -> None:
        assert dialog.type == "beforeunload"
        self.times += 1
        dialog.dismiss()


@pytest.fixture
def visitor(browser: Browser, server: Running) -> Iterator[Visitor]:
    made = Visitor(browser, server.url)
    yield made
    assert made.faults == []
    made.close()


def tries_to_go_home(visitor: Visitor) -> None:
    visitor.page.locator("a.home").click(no_wait_after=True)
    visitor.page.wait_for_timeout(500)


def test_number_and_code_are_left_by_no_accident(visitor: Visitor, photograph: Path) -> None:
    asked = Asked(visitor)
    page = visitor.page
    visitor.answer()
    visitor.choose(photograph)
    visitor.send()
    expect(page.locator("footer")).to_be_hidden()
    tries_to_go_home(visitor)
    assert asked.times == 1
    expect(page.locator("#step-done")).to_be_visible()
    visitor.press("I have written it down")
    page.wait_for_url("**/help/en/case")
    assert asked.times == 1
    expect(page.locator("footer")).to_be_visible()


@pytest.mark.parametrize("kept", ["#save", "#print"])
def test_what_is_saved_or_printed_is_asked_about_no_more(
    visitor: Visitor, photograph: Path, kept: str
) -> None:
    asked = Asked(visitor)
    visitor.protect(photograph)
    visitor.page.evaluate("() => { window.print = () => {}; }")
    visitor.page.locator(kept).click()
    tries_to_go_home(visitor)
    visitor.page.wait_for_url("**/help/en")
    assert asked.times == 0


def test_the_exit_asks_nothing(visitor: Visitor, photograph: Path) -> None:
    asked = Asked(visitor)
    Weather(visitor)
    visitor.protect(photograph)
    visitor.page.locator("#exit").click()
    expect(visitor.page).to_have_title("Weather")
    visitor.answer()
    visitor.choose(photograph)
    visitor.page.locator("#exit").click()
    expect(visitor.page).to_have_title("Weather")
    assert asked.times == 0


def test_a_receipt_is_left_by_no_accident(visitor: Visitor) -> None:
    asked = Asked(visitor)
    page = visitor.page
    visitor.go("/notice")
    page.locator("#f-urls").fill("https://photos.example.org/p/17")
    page.locator("#f-statement").fill("I did not agree to this.")
    page.locator("input[name=good_faith]").check()
    page.locator("#f-email").fill("rosa@example.org")
    page.locator("#f-signature").fill("Rosa Example")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#keeping")).to_be_visible()
    expect(page.locator("footer")).to_be_hidden()
    tries_to_go_home(visitor)
    assert asked.times == 1
    visitor.press("I have written it down")
    page.wait_for_url("**/help/en/case")
    assert asked.times == 1


def test_hashes_that_are_not_sent_are_asked_about(visitor: Visitor, photograph: Path) -> None:
    asked = Asked(visitor)
    page = visitor.page
    visitor.answer()
    visitor.choose(photograph)
    page.locator("summary").click()
    tries_to_go_home(visitor)
    assert asked.times == 1
    visitor.press("Remove from the list")
    tries_to_go_home(visitor)
    page.wait_for_url("**/help/en")
    page.go_back()  # which led nowhere while the page was the answer to a form
    expect(page.locator("#files")).to_be_visible()
    page.locator("footer a[href$='/de/protect/choose']").click()
    expect(page.locator("#files")).to_be_visible()
    assert asked.times == 1


def test_a_case_stays_open_while_pictures_are_chosen(visitor: Visitor, photograph: Path) -> None:
    page = visitor.page
    visitor.enter(visitor.protect(photograph))
    page.clock.install()
    visitor.go("/my-case/add")
    light: list[str] = []

    def noted(request: Request) -> None:
        if request.method == "HEAD":
            light.append(request.url)

    page.on("request", noted)
    expect(page.locator("#files")).to_be_visible()
    page.clock.run_for(9 * 60_000)
    assert light == []  # nothing is chosen: the case closes by itself
    page.locator("#files").set_input_files(photograph)
    page.clock.run_for(1_000)
    expect(page.locator("#after-hashing")).to_be_visible(timeout=60_000)
    with page.expect_response(lambda each: each.request.method == "HEAD") as answer:
        page.clock.run_for(4 * 60_000)
    assert answer.value.status == 200
    assert light == [f"{visitor.url}/help/en/my-case/add"]


def test_more_than_a_case_takes(visitor: Visitor, photograph: Path) -> None:
    page = visitor.page
    visitor.answer()
    page.locator("#protect").evaluate("(element) => { element.dataset.most = '1'; }")
    visitor.choose(photograph, photograph)
    expect(page.locator("#chosen li")).to_have_count(1)
    expect(page.locator("#too-many")).to_be_visible()
    expect(page.locator("#too-many")).to_contain_text("This many fit: 1.")
    visitor.press("Remove from the list")
    expect(page.locator("#too-many")).to_be_hidden()


def test_added_pictures_are_told(visitor: Visitor, photograph: Path, tmp_path: Path) -> None:
    visitor.enter(visitor.protect(photograph))
    visitor.go("/my-case/add")
    other = tmp_path / "other.heic"
    other.write_bytes(UNKNOWN)
    visitor.choose(other)
    visitor.press("Add to my case")
    expect(visitor.page.locator("p.told")).to_have_text("Added: 1.")


def test_exact_copies_only_is_said_until_the_end(
    visitor: Visitor, photograph: Path, tmp_path: Path
) -> None:
    page = visitor.page
    other = tmp_path / "other.heic"
    other.write_bytes(UNKNOWN)
    visitor.answer()
    visitor.choose(photograph, other)
    row = page.locator("#chosen li").last
    expect(row).to_contain_text("we can only find exact copies of it.")
    expect(row).to_contain_text("You can make a screenshot of it")
    visitor.send()
    expect(page.locator("#exact-ones")).to_have_text(
        "We can only find exact copies of these: Picture 2."
    )


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.pdf", b"%PDF-1.7 " + b"x" * 300), ("a.jpg", b"PK\x03\x04" + b"x" * 300), ("a.txt", b"x")],
)
def test_what_is_neither_picture_nor_video_is_refused(
    visitor: Visitor, tmp_path: Path, name: str, data: bytes
) -> None:
    page = visitor.page
    visitor.answer()
    expect(page.locator("#files")).to_be_visible()
    other = tmp_path / name
    other.write_bytes(data)
    page.locator("#files").set_input_files(other)
    expect(page.locator("#chosen li.bad")).to_contain_text("This is no picture and no video.")
    expect(page.locator("#after-hashing")).to_be_hidden()
