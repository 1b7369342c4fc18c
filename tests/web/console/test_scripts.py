"""What scripts add to the pages, in a real browser: keys, the lease, looking, the check-in."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.browser.chromium import chromium, context_of
from tests.media import videos
from tests.web.console.desks import Desk, staffed
from tests.web.console.making import bank_of, case_of
from tests.web.running import plan_for, running

from hedgerow.cases import Care, Choice, Limits, ReviewPolicy
from hedgerow.matching import Seen
from hedgerow.store import now
from hedgerow.web.console.cookies import SESSION

LEASE_SECONDS = 5


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A server that keeps uploads."""
    home = tmp_path_factory.mktemp("scripts")
    with running(plan_for(home, media_vault=str(home / "kept"))) as found:
        made = staffed(found)
        kept_bank(made)
        yield made


def kept_bank(desk: Desk) -> str:
    name = bank_of(desk, "kept")
    policy = ReviewPolicy(desk.service.banks.get(name).id, keep_media_hours=1)
    desk.service.cases.set_policy(desk.person("lead"), policy)
    return name


def picture() -> bytes:
    written = BytesIO()
    Image.effect_noise((400, 300), 90).convert("RGB").save(written, "PNG")
    return written.getvalue()


@contextmanager
def page_of(browser: Browser, desk: Desk, who: str, **window: str) -> Iterator[Page]:
    """Somebody's window; it must hear of no fault, and ask nothing of anybody else."""
    context = context_of(browser, **window)
    context.add_cookies(
        [
            {
                "name": SESSION, "value": desk.session(who), "domain": "127.0.0.1", "path": "/",
                "secure": True, "httpOnly": True, "sameSite": "Strict",
            }
        ]
    )  # fmt: skip
    page = context.new_page()
    faults, elsewhere = [], []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.on("request", lambda asked: elsewhere.append(asked.url))
    yield page
    assert [one for one in faults if "status of 4" not in one] == []
    assert [one for one in elsewhere if not one.startswith((desk.url, "blob:"))] == []
    context.close()


def go(page: Page, desk: Desk, path: str) -> None:
    page.goto(f"{desk.url}/console{path}")


def test_keys_lead_everywhere_and_are_silent_while_somebody_types(browser, desk):
    with page_of(browser, desk, "lead") as page:
        go(page, desk, "/overview")
        page.keyboard.press("o")  # the letter alone leads nowhere, right after loading neither
        page.keyboard.press("g")
        page.keyboard.press("q")
        page.wait_for_url("**/console/queue")
        page.keyboard.press("/")
        expect(page.get_by_label("Category")).to_be_focused()
        page.keyboard.type("gbt?")
        expect(page.get_by_label("Category")).to_have_value("gbt?")
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        sheet = page.get_by_role("dialog")
        expect(sheet).to_contain_text("Take the next case")
        expect(sheet).to_contain_text("Team care")
        sheet.get_by_label("Switch single keys off in this browser").check()
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        page.keyboard.press("g")
        page.keyboard.press("b")
        page.keyboard.press("?")
        expect(sheet).to_be_hidden()
        assert page.url.endswith("/console/queue")


def test_rows_are_walked_and_ticked_by_keys(browser, desk):
    bank = bank_of(desk)
    first, second = (case_of(desk, bank) for _ in range(2))
    with page_of(browser, desk, "moderator") as page:
        go(page, desk, f"/queue?bank={first.bank_id}")
        for key in ("j", "j", "x"):
            page.keyboard.press(key)
        expect(page.get_by_label(f"Tick case {second.id}")).to_be_checked()
        expect(page.get_by_label(f"Tick case {first.id}")).not_to_be_checked()
        page.get_by_label("Tick all on this page").check()
        expect(page.get_by_label(f"Tick case {first.id}")).to_be_checked()
        page.get_by_text("Decide the ticked cases together").click()
        page.get_by_label("All of them").select_option("confirm")
        page.get_by_role("button", name="Decide the ticked cases").click()
        expect(page.get_by_role("status").filter(has_text="2 cases: confirm.")).to_be_visible()


def test_a_case_is_decided_by_keys_alone(browser, desk):
    case = case_of(desk)
    with page_of(browser, desk, "moderator") as page:
        go(page, desk, f"/cases/{case.id}")
        page.keyboard.press("d")
        for key, name in (("2", "List it as a false positive"), ("3", "Tighten the threshold")):
            page.keyboard.press(key)
            expect(page.get_by_label(name)).to_be_checked()
        page.keyboard.press("m")
        page.keyboard.type("a beach")
        page.keyboard.press("Escape")
        page.keyboard.press("x")
        expect(page.get_by_label("Then the next case")).not_to_be_checked()
        page.keyboard.press("s")
        expect(page.get_by_text(f"Case {case.id}: you said “dispute”.")).to_be_visible()
    assert desk.service.cases.get(case.id).decisions[0].note == "a beach"
    (made,) = (one for one in desk.service.cases.proposals() if one.case_id == case.id)
    assert made.proposed == case.distance - 1


def test_what_a_threshold_would_have_done_is_told_as_it_is_typed(browser, desk):
    bank = bank_of(desk)
    for distance in (4, 9):
        decided = case_of(desk, bank, distance=distance)
        desk.service.cases.decide(desk.person("lead"), decided.id, Choice.CONFIRM)
    case = case_of(desk, bank)
    with page_of(browser, desk, "moderator") as page:
        go(page, desk, f"/cases/{case.id}")
        page.keyboard.press("d")
        expect(
            page.get_by_text("With 11: 2 confirmed matches still found, 0 missed")
        ).to_be_visible()
        page.get_by_role("spinbutton", name="Bits").fill("8")
        expect(
            page.get_by_text("With 8: 1 confirmed matches still found, 1 missed")
        ).to_be_visible()
        expect(page.get_by_label("Tighten the threshold")).to_be_checked()


def test_all_that_decides_is_in_sight_on_a_small_screen(browser, desk):
    case = case_of(desk)
    desk.service.cases.take(desk.person("moderator"), case.id)
    with page_of(browser, desk, "moderator") as page:
        page.set_viewport_size({"width": 1360, "height": 850})
        go(page, desk, f"/cases/{case.id}")
        for name in ("Decide", "Skip", "Give back"):
            box = page.get_by_role("button", name=re.compile(f"^{name}")).bounding_box()
            assert box["y"] + box["height"] < 850, name
        desk_card = page.locator(".desk")
        assert desk_card.evaluate("each => each.scrollHeight - each.clientHeight") == 0


def test_the_lease_is_renewed_while_somebody_works_and_ends_when_they_do_not(tmp_path, browser):
    limits = Limits(lease_seconds=LEASE_SECONDS)
    with running(plan_for(tmp_path, cases=limits)) as found:
        desk = staffed(found)
        case = case_of(desk)
        with page_of(browser, desk, "moderator") as page:
            go(page, desk, f"/cases/{case.id}")
            expect(page.get_by_text("Nobody has it in hand.")).to_be_visible()
            note = page.get_by_label("Note")
            note.fill("as seen")
            note.blur()
            page.keyboard.press("t")
            expect(page.get_by_text("In your hands for")).to_be_visible()
            expect(page.get_by_role("button", name="Give back")).to_be_visible()
            expect(note).to_have_value("as seen")
            page.route("**/renew", lambda route: route.fulfill(status=429, json={}), times=1)
            with page.expect_response("**/renew") as busy:
                page.mouse.move(50, 50)
            assert busy.value.status == 429  # too much at once, for a moment
            with page.expect_response("**/renew") as renewed:
                page.mouse.move(100, 100)
            assert renewed.value.status == 200
            desk.service.cases.release(desk.person("moderator"), case.id)
            desk.service.cases.take(desk.person("moderator2"), case.id)
            with page.expect_response("**/renew") as refused:
                page.mouse.move(200, 200)
            assert refused.value.status == 409
            expect(page.get_by_text("somebody else may have it").first).to_be_visible()
            expect(page.get_by_text("In your hands for")).to_be_hidden()


def test_a_part_is_there_only_while_it_is_held(browser, desk):
    case = case_of(desk, "kept", file=picture(), media="png", width=400, height=300)
    with page_of(browser, desk, "moderator") as page:
        asked = []
        page.on("request", lambda one: asked.append(one.url) if one.method == "POST" else None)
        go(page, desk, f"/cases/{case.id}")
        assert asked == []
        page.keyboard.press("o")
        parts = page.get_by_role("group", name="Parts of the upload")
        expect(parts.get_by_role("button")).to_have_count(12)
        expect(page.get_by_text("In your hands for")).to_be_visible()
        assert [url.rpartition("/")[2] for url in asked] == ["veil"]
        shown = parts.locator(".parts img")
        page.keyboard.press("ArrowRight")
        expect(parts.get_by_role("button", name="Row 1, column 2")).to_be_focused()
        page.keyboard.down(" ")
        expect(shown).to_have_count(1)
        page.keyboard.up(" ")
        expect(shown).to_have_count(0)
        box = parts.get_by_role("button", name="Row 3, column 4").bounding_box()
        page.mouse.move(box["x"] + 9, box["y"] + 9)
        page.mouse.down()
        expect(shown).to_have_count(1)
        page.mouse.up()
        expect(shown).to_have_count(0)
        before = len(asked)
        page.mouse.down()
        page.mouse.up()  # a slip asks for nothing
        page.wait_for_timeout(500)
        assert len(asked) == before
        expect(page.locator("[data-left]")).to_have_text("198")
        page.keyboard.press("o")
        expect(parts).to_be_hidden()
        assert page.locator("#media img").count() == 0


def test_a_part_goes_by_itself_and_limits_are_told(browser, desk):
    case = case_of(desk, "kept", file=picture(), media="png", width=400, height=300)
    few = Care(reveals_a_day=1, reveal_seconds=1)
    desk.service.cases.set_care(desk.person("lead"), desk.people["moderator2"], few)
    with page_of(browser, desk, "moderator2") as page:
        go(page, desk, f"/cases/{case.id}")
        page.keyboard.press("o")
        shown = page.locator(".parts img")
        expect(page.locator(".parts")).to_be_visible()
        page.keyboard.down(" ")
        expect(shown).to_have_count(1)
        expect(shown).to_have_count(0, timeout=5_000)  # the key is still held
        page.keyboard.up(" ")
        page.keyboard.down(" ")
        expect(page.get_by_role("alert")).to_contain_text("as much as a day allows")
        page.keyboard.up(" ")


def test_a_strip_of_stills_says_when_they_are_and_which_matched(browser, desk):
    film = videos.film(videos.scenes(100))
    case = case_of(
        desk, "kept", file=film, media="mp4", seconds=10.0, seen=[Seen(seconds=(6.0, 8.0))]
    )
    with page_of(browser, desk, "moderator") as page:
        go(page, desk, f"/cases/{case.id}")
        page.keyboard.press("o")
        stills = page.get_by_role("group", name="Stills of the video").get_by_role("button")
        expect(stills).to_have_count(9)
        told = stills.all_inner_texts()
        assert told == sorted(told)
        matched = [words for words in told if words.endswith(" match")]
        assert len(matched) == 6
        for words in matched:
            assert re.fullmatch(r"0:0[678]\.\d match", words)
        # What is shown first is of what matched.
        chosen = page.locator("[data-strip] [aria-pressed=true]")
        expect(chosen).to_have_text(matched[0])


def test_a_break_is_taken_and_ended_by_keys(browser, desk):
    with page_of(browser, desk, "moderator2") as page:
        go(page, desk, "/care")
        page.keyboard.press("?")
        sheet = page.get_by_role("dialog")
        expect(sheet).to_contain_text("Take a break now")
        expect(sheet).to_contain_text("How long to rest")
        page.keyboard.press("Escape")
        page.keyboard.press("m")
        page.keyboard.press("ArrowDown")  # from 10 minutes to 15
        page.keyboard.press("Escape")
        page.keyboard.press("b")
        expect(page.get_by_text("You rest until")).to_be_visible()
        until = desk.service.cases.standing(desk.people["moderator2"]).break_until
        assert 840 < (until - now()).total_seconds() <= 900
        assert Axe().run(page).response["violations"] == []
        page.keyboard.press("b")
        expect(page.get_by_text("Welcome back")).to_be_visible()


def test_a_check_in_stays_in_the_browser_until_it_is_forgotten(browser, desk):
    with page_of(browser, desk, "moderator") as page:
        asked = []
        go(page, desk, "/care")
        page.wait_for_load_state("networkidle")
        page.on("request", lambda one: asked.append(one.url))
        page.get_by_label("bad", exact=True).check()
        page.get_by_label("A few words").fill("a long day <b>")
        page.get_by_role("button", name="Keep it here").click()
        expect(page.get_by_text("a long day <b>")).to_be_visible()
        expect(page.get_by_text("You can stop for today")).to_be_visible()
        assert asked == []
        kept = page.evaluate("JSON.stringify(localStorage)")
        assert "a long day" in kept
        page.reload()
        expect(page.get_by_text("a long day <b>")).to_be_visible()
        page.get_by_role("button", name="Forget all of it").click()
        expect(page.get_by_text("a long day <b>")).to_be_hidden()
        assert "a long day" not in json.dumps(page.evaluate("({...localStorage})"))


def states(desk: Desk) -> list[str]:
    """Pages in states that differ in what is on them."""
    lead, moderator = desk.person("lead"), desk.person("moderator")
    kept = case_of(desk, "kept", ("intimate imagery", "adult"), file=picture(), media="png")
    held, mine, decided = (case_of(desk) for _ in range(3))
    desk.service.cases.hold(moderator, held.id, 2, "asked the uploader")
    desk.service.cases.take(lead, mine.id)
    desk.service.cases.decide(moderator, decided.id, Choice.DISPUTE, "3.2", "a beach")
    bank, content = kept.bank, kept.content_id
    cases = [f"/cases/{case.id}" for case in (kept, held, mine, decided)]
    return [
        *cases, f"{cases[0]}/alike", "/overview", "/queue", "/queue?status=decided", "/care",
        "/team", "/team/everybody", "/policy", "/proposals", "/help", "/search", "/banks",
        f"/banks/{bank}",
        f"/banks/{bank}/content", f"/banks/{bank}/content/{content}", f"/banks/{bank}/add",
        f"/banks/{bank}/thresholds/pdq?at=9", "/cases/999999",
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, desk, scheme):
    with page_of(browser, desk, "lead", scheme=scheme) as page:
        for path in states(desk):
            go(page, desk, path)
            if page.locator("[data-open]:visible").count():
                page.keyboard.press("o")
                expect(page.locator(".parts")).to_be_visible()
            found = Axe().run(page).response["violations"]
            assert [(path, one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_everything_fits_on_a_narrow_screen(browser, desk):
    with page_of(browser, desk, "lead") as page:
        page.set_viewport_size({"width": 320, "height": 640})
        for path in states(desk):
            go(page, desk, path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 320, path
        page.get_by_text("Menu", exact=True).click()
        expect(page.get_by_role("link", name="Proposals")).to_be_visible()


def test_everything_but_looking_works_without_scripts(browser, desk):
    case = case_of(desk, "kept", file=picture(), media="png")
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(
        [
            {
                "name": SESSION,
                "value": desk.session("moderator"),
                "url": desk.url.replace("http:", "https:"),
            }
        ]
    )
    page = context.new_page()
    go(page, desk, f"/cases/{case.id}")
    if page.url.endswith("sign-in"):
        pytest.fail("the session's cookie was not sent")
    expect(page.get_by_text("Looking needs a script")).to_be_visible()
    page.get_by_role("button", name=re.compile("Take it")).click()
    page.get_by_label("Confirm").check()
    page.get_by_label("Then the next case").uncheck()
    page.get_by_role("button", name=re.compile("^Decide")).click()
    expect(page.get_by_text(f"Case {case.id}: you said “confirm”.")).to_be_visible()
    context.close()
