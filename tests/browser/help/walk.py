"""Every page of the survivors' pages, in every state, in the order in which somebody comes there.

No word of the pages is needed for it: the same way leads through every language.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.browser.help.platform import edited, review, uploaded
from tests.browser.help.visitor import ADULT, Visitor
from tests.survivors.making import companion
from tests.web.running import Running

from hedgerow.survivors import CaseKind

STATEMENT = "…, ohne dass ich zugestimmt habe."  # people write in their own language


def walk(visitor: Visitor, server: Running, photograph: Path) -> Iterator[tuple[str, Page]]:
    """The pages, each with a name; look at one before going on to the next."""
    yield from _reading(visitor)
    yield from _asking(visitor)
    yield from _protecting(visitor, server, photograph)
    yield from _notice(visitor, server)


def _reading(visitor: Visitor) -> Iterator[tuple[str, Page]]:
    for name, below in (
        ("start", ""),
        ("how", "/how"),
        ("safety", "/safety"),
        ("people", "/people?country=GB"),
        ("nothing-here", "/none"),
    ):
        visitor.go(below)
        yield name, visitor.page


def _asking(visitor: Visitor) -> Iterator[tuple[str, Page]]:
    visitor.go("/protect")
    yield "questions", visitor.page
    visitor.answer({"age": "adult"})
    yield "questions-missing", visitor.page
    for name, answers in (
        ("under-18", {"age": "under_18"}),
        ("somebody-else", {"me": "no"}),
        ("other-pictures", {"intimate": "no"}),
        ("no-file", {"have": "no"}),
    ):
        visitor.answer(ADULT | answers)
        yield name, visitor.page


def _protecting(visitor: Visitor, server: Running, photograph: Path) -> Iterator[tuple[str, Page]]:
    page = visitor.page
    visitor.answer()
    expect(page.locator("#files")).to_be_visible()
    yield "choose", page
    visitor.choose(photograph)
    page.locator("details summary").click()
    yield "preview", page
    kept = visitor.send()
    yield "number-and-code", page
    found = uploaded(server, edited(photograph))
    if found["case"]["outcome"] is None:  # otherwise it is a copy of what was looked at
        review(server, found["case"]["id"])
    visitor.go("/case")
    yield "enter", page
    page.locator("#f-number").fill("123456789")
    page.locator("#f-code").fill(kept.words)
    page.locator("main form button").click()
    expect(page.locator(".problem")).to_be_visible()
    yield "enter-refused", page
    visitor.enter(kept)
    page.locator("#f-words").fill("شكرا / Danke / Thank you.")
    page.locator("form[action$='/write'] button").click()
    expect(page.locator(".messages .mine")).to_be_visible()
    case = next(each for each in server.service.survivors.page(to_see=True) if each.unread)
    server.service.survivors.reply(companion(), case.id, "We are here. ❤")
    visitor.go("/my-case")
    yield "case", page
    visitor.go("/my-case/add")
    expect(page.locator("#files")).to_be_visible()
    yield "add", page
    visitor.go("/my-case")
    page.locator("a[href*='withdraw']").first.click()
    yield "withdraw", page
    page.locator("button.danger").click()
    expect(page.locator("button.danger")).to_have_count(0)
    yield "withdrawn", page
    visitor.go("/my-case/delete")
    yield "delete", page
    page.locator("button.danger").click()
    expect(page.locator("button.danger")).to_have_count(0)
    yield "deleted", page


def _notice(visitor: Visitor, server: Running) -> Iterator[tuple[str, Page]]:
    page = visitor.page
    visitor.go("/notice")
    yield "notice", page
    page.locator("#f-urls").fill("https://photos.example.org/p/17")
    page.locator("#f-statement").fill(STATEMENT)
    page.locator("form.notice > .actions button").click()
    expect(page.locator("div.problem")).to_be_visible()
    yield "notice-missing", page
    page.locator("input[name=good_faith]").check()
    page.locator("input[name=accurate]").check()
    page.locator("#f-name").fill("Rosa Example")
    page.locator("#f-email").fill("rosa@example.org")
    page.locator("#f-signature").fill("Rosa Example")
    page.locator("form.notice > .actions button").click()
    expect(page.locator("#receipt")).to_be_visible()
    yield "notice-receipt", page
    kept = visitor.kept()
    visitor.enter(kept)
    yield "notice-case", page
    notice = server.service.survivors.notices(open_ones=True)[-1]
    assert server.service.survivors.get(notice.case_id).kind is CaseKind.NOTICE
    server.service.survivors.decline_notice(companion(), notice.case_id, "We cannot see you in it.")
    visitor.go("/my-case")
    yield "notice-declined", page
    page.locator("form[action$='/leave'] button").click()
    expect(page.locator(".ways-in")).to_be_visible()
