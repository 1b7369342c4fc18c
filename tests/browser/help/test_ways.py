"""By keyboard alone, without JavaScript, without a network for a while, and with old keyboards."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from tests.browser.help.visitor import ADULT, Kept, Visitor
from tests.survivors.making import companion
from tests.web.running import Running


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until that has the focus."""
    expect(page.locator(selector).first).to_be_attached()
    page.wait_for_load_state()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("sought => document.activeElement?.matches(sought)", selector):
            return
    raise AssertionError(f"Tab doesn't lead to {selector}")


def choose_by_key(page: Page, file: Path) -> None:
    """Press Space on the field for files, once more where a busy browser missed it."""
    for _ in range(5):
        with suppress(PlaywrightTimeout):
            with page.expect_file_chooser(timeout=5_000) as chooser:
                page.keyboard.press("Space")
            chooser.value.set_files(file)
            return
    raise AssertionError("Space opens no choice of files")


def test_all_by_keyboard(browser: Browser, server: Running, photograph: Path) -> None:
    visitor = Visitor(browser, server.url, screen="desktop")
    page = visitor.page
    visitor.go()
    tab_to(page, "a[href$='/protect']")
    page.keyboard.press("Enter")
    for name, value in ADULT.items():
        tab_to(page, f"input[name={name}]")
        for _ in range(3):
            if page.evaluate("() => document.activeElement.value") == value:
                break
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
    tab_to(page, "form.questions button")
    page.keyboard.press("Enter")
    expect(page.locator("#files")).to_be_visible()
    tab_to(page, "#files")
    choose_by_key(page, photograph)
    expect(page.locator("#after-hashing")).to_be_visible()
    tab_to(page, "summary")
    page.keyboard.press("Enter")
    expect(page.locator("#preview")).to_contain_text('"pdq"')
    tab_to(page, "#send")
    page.keyboard.press("Enter")
    expect(page.locator("#done-title")).to_be_focused()
    kept = visitor.kept()
    tab_to(page, "a[href$='/case']")
    page.keyboard.press("Enter")
    tab_to(page, "#f-number")
    page.keyboard.type(kept.number)
    page.keyboard.press("Tab")
    page.keyboard.type(kept.words)
    page.keyboard.press("Enter")
    expect(page.locator(".picture")).to_have_count(1)
    tab_to(page, "a[href*='withdraw?picture']")
    page.keyboard.press("Enter")
    tab_to(page, "button.danger")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Taken back")
    assert visitor.faults == []
    visitor.close()


def test_without_javascript(browser: Browser, server: Running, photograph: Path) -> None:
    with_scripts = Visitor(browser, server.url)
    kept = with_scripts.protect(photograph)
    with_scripts.close()
    visitor = Visitor(browser, server.url, java_script_enabled=False)
    page = visitor.page
    visitor.answer(ADULT | {"age": "under_18"})
    expect(page.locator("h1")).to_have_text("There is good help for you")
    page.locator("#country").select_option("GB")
    visitor.press("Show")
    expect(page.locator(".cards").first).to_contain_text("Report Remove")
    visitor.answer()
    expect(page.locator("#without")).to_be_visible()
    assert not page.locator("#files").is_visible()
    visitor.enter(kept, digits=True)
    page.locator("#f-words").fill("Can you tell me more?")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".messages .mine")).to_contain_text("Can you tell me more?")
    # The page of somebody who writes back.
    case_id = server.service.survivors.page(to_see=True)[0].id
    server.service.survivors.reply(companion(), case_id, "Yes. We are here.")
    page.reload()
    expect(page.locator(".messages .theirs")).to_contain_text("Yes. We are here.")
    visitor.press("I have read this")
    expect(page.get_by_role("button", name="I have read this")).to_have_count(0)
    visitor.press("Take it back")
    visitor.press("Take it back")
    expect(page.locator("h1")).to_have_text("Taken back")
    visitor.press("Back to my case")
    visitor.press("Delete my case")
    visitor.press("Delete it all")
    expect(page.locator("h1")).to_have_text("Your case is deleted")
    visitor.go("/my-case")
    expect(page.locator("h1")).to_have_text("Open my case")
    visitor.close()


def test_a_notice_without_javascript(browser: Browser, server: Running) -> None:
    visitor = Visitor(browser, server.url, java_script_enabled=False)
    page = visitor.page
    visitor.go("/notice")
    page.locator("#f-urls").fill("photos.example.org/p/17")
    page.locator("#f-statement").fill("I did not agree that this picture of me is shown.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("div.problem li")).to_have_count(3)
    assert page.locator("#f-urls").input_value() == "https://photos.example.org/p/17"
    page.locator("input[name=good_faith]").check()
    page.locator("#f-email").fill("rosa@example.org")
    page.locator("#f-signature").fill("Rosa Example")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("h1")).to_have_text("We have it. Thank you for telling us.")
    expect(page.locator("#receipt")).to_contain_text("TAKE IT DOWN")
    first = visitor.kept()
    page.reload()  # which sends it once more
    expect(page.locator(".problem")).to_contain_text("The ones from before no longer open")
    kept = visitor.kept()
    assert kept != first
    notice = server.service.survivors.notices(open_ones=True)[0]
    server.service.survivors.decline_notice(companion(), notice.case_id, "We cannot see you in it.")
    visitor.enter(kept)
    expect(page.locator("main")).to_contain_text("We did not take it down.")
    page.locator("#f-words").fill("Look at the left.")
    visitor.press("Send and have it looked at again")
    expect(page.locator("main")).to_contain_text("Somebody else looks at it now.")
    visitor.close()


def test_a_notice_says_what_is_missing_as_one_types(
    browser: Browser, server: Running, photograph: Path
) -> None:
    visitor = Visitor(browser, server.url)
    page = visitor.page
    visitor.go("/notice")
    there = page.locator("#parts li.there")
    expect(there).to_have_count(0)
    page.locator("#f-statement").fill("I did not agree to this.")
    expect(there).to_have_count(1)
    expect(page.locator("#with-file")).to_be_visible()
    page.locator("#files").set_input_files(photograph)
    expect(page.locator("#files-said")).to_contain_text("Hashes ready: 1.")
    expect(there).to_have_count(2)
    page.locator("input[name=good_faith]").check()
    page.locator("#f-phone").fill("+44 20 7946 0000")
    page.locator("#f-signature").fill("Rosa Example")
    expect(there).to_have_count(5)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#receipt")).to_contain_text("With the hash of 1 file.")
    assert visitor.faults == []
    visitor.close()


def test_the_network_may_go_away(browser: Browser, server: Running, photograph: Path) -> None:
    before = server.service.survivors.pictures_protected()
    visitor = Visitor(browser, server.url)
    page = visitor.page
    visitor.answer()
    expect(page.locator("#files")).to_be_visible()
    visitor.context.set_offline(True)
    visitor.choose(photograph)
    page.locator("#send").click()
    expect(page.locator("#problem")).to_contain_text("Nothing is lost")
    visitor.context.set_offline(False)
    # The answer gets lost on its way: it is sent once more, and is still one case.
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().text())
        route.abort()

    page.route("**/protect/send", lose, times=1)
    page.locator("#send").click()
    expect(page.locator("#problem")).to_contain_text("Please try again")
    kept = visitor.send()
    assert len(lost) == 1
    assert kept.number not in lost[0]
    assert server.service.survivors.pictures_protected() == before + 1
    visitor.enter(kept)
    visitor.close()


def test_wrong_codes(browser: Browser, server: Running, photograph: Path) -> None:
    visitor = Visitor(browser, server.url)
    kept = visitor.protect(photograph)
    page = visitor.page

    def told(number: str, code: str) -> str:
        visitor.go("/case")
        page.locator("#f-number").fill(number)
        page.locator("#f-code").fill(code)
        page.locator("main form button").click()
        return page.locator(".problem").inner_text()

    others = kept.words.split()[1:]
    assert "Please check word 1" in told(kept.number, f"zzzz {' '.join(others)}")
    assert "six words" in told(kept.number, "only three words")
    wrong = told(kept.number, " ".join(reversed(kept.words.split())))
    unknown = told("123 456 789", kept.words)
    assert wrong == unknown
    visitor.enter(Kept(kept.number.replace(" ", "-"), kept.words.upper(), ""))
    visitor.close()


def test_what_was_written_outlives_the_session(
    browser: Browser, server: Running, photograph: Path
) -> None:
    visitor = Visitor(browser, server.url)
    kept = visitor.protect(photograph)
    visitor.enter(kept)
    page = visitor.page
    page.locator("#f-words").fill("It took me long to write this.")
    visitor.context.clear_cookies()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".problem")).to_contain_text("What you wrote is kept")
    page.locator("#f-number").fill(kept.number)
    page.locator("#f-code").fill("only two")
    page.locator("main form button").click()
    expect(page.locator(".problem")).to_contain_text("A code has six words")
    page.locator("#f-code").fill(kept.words)
    page.locator("main form button").click()
    expect(page.locator("#f-words")).to_have_value("It took me long to write this.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".messages .mine")).to_contain_text("It took me long")
    visitor.close()


HELD = """
const post = Worker.prototype.postMessage;
const held = [];
let holding = true;
Worker.prototype.postMessage = function (...given) {
  if (holding) held.push(() => post.apply(this, given));
  else post.apply(this, given);
};
window.goOn = () => { holding = false; held.splice(0).forEach((each) => each()); };
"""
"""Lets a page's hashing wait until the test says so."""


def test_a_notice_is_not_sent_before_its_files_are_hashed(
    browser: Browser, server: Running, photographs: dict[str, bytes], tmp_path: Path
) -> None:
    files = [tmp_path / f"{name}.png" for name in list(photographs)[:2]]
    for file in files:
        file.write_bytes(photographs[file.stem])
    visitor = Visitor(browser, server.url)
    page = visitor.page
    page.add_init_script(HELD)
    visitor.go("/notice")
    sending = page.locator("form.notice > .actions button")
    expect(page.locator("#with-file")).to_be_visible()
    expect(sending).to_be_enabled()
    page.locator("#files").set_input_files(files[0])
    expect(sending).to_be_disabled()
    expect(page.locator("#files-said")).to_contain_text("You can send this when the hash is made.")
    page.locator("#files").set_input_files(files[1])  # while the first is still hashed
    page.evaluate("goOn()")
    expect(page.locator("#files-said")).to_have_text("Hashes ready: 2.")
    expect(sending).to_be_enabled()
    page.locator("#files").set_input_files(files[0])  # once more: it is there already
    expect(page.locator("#files-said")).to_have_text("Hashes ready: 2.")
    sending.click()
    expect(page.locator("main")).to_contain_text("The hashes of 2 files are kept in this form.")
    visitor.close()
