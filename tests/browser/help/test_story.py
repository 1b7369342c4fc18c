"""The whole way: protected, stopped, seen, taken back; and the log tells it without a name."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect
from tests.browser.help.platform import begin, edited, review, uploaded
from tests.browser.help.visitor import Kept, Visitor
from tests.web.running import Running


def test_from_protecting_to_taking_back(
    browser: Browser, server: Running, photograph: Path, photographs: dict[str, bytes]
) -> None:
    begin(server, photographs["coffee"])
    copy = edited(photograph)
    assert uploaded(server, copy)["verdict"] == "clear"
    visitor = Visitor(browser, server.url)
    kept = visitor.protect(photograph)

    found = uploaded(server, copy)
    assert found["verdict"] == "review"
    assert found["matches"][0]["bank"] == "own-pictures"
    assert 0 < found["matches"][0]["distance"] <= 31
    review(server, found["case"]["id"])

    visitor.enter(kept)
    page = visitor.page
    expect(page.locator(".picture")).to_contain_text("1 of them was yours, and was stopped.")
    expect(page.locator(".picture")).to_contain_text("photos.example.org")
    assert "rosa" not in page.content()
    assert "5512" not in page.content()

    # What comes after is a copy of what was decided: nobody has to look twice.
    assert uploaded(server, copy)["case"]["outcome"] == "confirmed"
    page.reload()
    expect(page.locator(".picture")).to_contain_text("2 of them were yours, and were stopped.")

    visitor.press("Take it back")
    expect(page.locator("h1")).to_have_text("Take this picture back?")
    visitor.press("Take it back")
    expect(page.locator("h1")).to_have_text("Taken back")
    assert uploaded(server, copy)["verdict"] == "clear"
    visitor.press("Back to my case")
    expect(page.locator("main")).to_contain_text("There are none in your case now.")

    # Whoever protects it anew is told what has been found of it.
    again = Visitor(browser, server.url)
    protected = again.protect(photograph)
    assert uploaded(server, copy)["case"]["outcome"] == "confirmed"
    again.enter(protected)
    expect(again.page.locator(".picture")).to_contain_text("3 of them were yours")
    again.close()
    assert visitor.faults == []
    tells_without_naming(server, kept)
    visitor.close()


def tells_without_naming(server: Running, kept: Kept) -> None:
    """The log has each step, by whom as far as it is known, and nothing that leads to a person."""
    entries = sorted(server.service.audit.entries(None, 200), key=lambda each: each.number)
    told = [(str(each.actor), each.action) for each in entries]
    wanted = [
        ("visitor", "own.pictures_added"),
        ("visitor", "own.opened"),
        ("command", "case.decided"),
        ("visitor", "content.removed"),
        ("visitor", "own.withdrawn"),
    ]
    places = [told.index(each) for each in wanted]
    assert places == sorted(places)
    text = repr(entries)
    for secret in (kept.number, kept.words, kept.digits, "127.0.0.1", "rosa"):
        assert secret not in text
        assert secret.replace(" ", "") not in text
