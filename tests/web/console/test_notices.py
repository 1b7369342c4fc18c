"""Removal notices in the console: their clock, who asks, which is asked for, and answers."""

import asyncio
import html
import re
from datetime import timedelta

import pytest
from tests.web.console.browsing import words_of
from tests.web.console.making import notice_of, own_of
from tests.web.console.owning import Hotline
from tests.web.console.owning import hotline as hotline
from tests.web.console.owning import open_hotline as open_hotline

from hedgerow.fetch import FetchCode, FetchRefused
from hedgerow.store import now
from hedgerow.survivors import NoticeState
from hedgerow.survivors.models import NoticeRow

ROSA = "Rosa Example"
WHERE = "https://photos.example.org/p/17"


def moved(hotline: Hotline, notice_id: int, due: timedelta) -> None:
    """Let a notice be due so much from now."""
    with hotline.desk.service.database.write() as session:
        row = session.get_one(NoticeRow, notice_id)
        row.due_at = now() + due
        row.received_at = row.due_at - timedelta(hours=48)


def state_of(hotline: Hotline, notice_id: int) -> NoticeState:
    return hotline.desk.service.survivors.mine(notice_id).notice.state


def opened(hotline: Hotline, notice_id: int, name: str = "companion") -> str:
    found = hotline.browser(name).post(f"/console/notices/{notice_id}/open")
    assert found.status_code == 200
    return found.text


@pytest.fixture
def sites(hotline: Hotline, monkeypatch, photographs):
    """What is at which address; what isn't there can't be reached."""
    there = {WHERE: photographs["coffee"]}

    async def fetch(url, _take):
        if url not in there:
            raise FetchRefused(FetchCode.UNREACHABLE, "the host does not answer")
        return there[url]

    monkeypatch.setattr(hotline.desk.service.fetcher, "fetch", fetch)
    return there


def test_a_notice_shows_its_clock(hotline: Hotline):
    for due, words, tag in (
        (timedelta(hours=-3), "late by 3 hours", "late"),
        (timedelta(hours=5), "5 hours left", "very little time"),
        (timedelta(hours=20), "20 hours left", "little time"),
        (timedelta(hours=47), "2 days left", "in time"),
    ):
        number = notice_of(hotline.desk).id
        moved(hotline, number, due - timedelta(seconds=1))
        page = hotline.browser().get(f"/console/notices/{number}").text
        assert words in words_of(page)
        assert re.search(rf'<span class="tag \w+">{tag}</span>', page)
        hotline.desk.service.survivors.delete(number)


def test_the_list_is_in_the_order_of_the_clocks(hotline: Hotline):
    numbers = [notice_of(hotline.desk).id for _ in range(3)]
    for number, minutes in zip(numbers, (30, 10, 20), strict=True):
        moved(hotline, number, timedelta(minutes=-minutes))
    page = hotline.browser().get("/console/notices").text
    listed = [int(each) for each in re.findall(r'href="/console/notices/([0-9]+)"', page)]
    assert listed[:3] == [numbers[0], numbers[2], numbers[1]]
    assert ROSA not in page
    for number in numbers:
        hotline.desk.service.survivors.delete(number)


def test_who_asks_is_shown_only_where_that_is_asked_for_and_leaves_a_line(hotline: Hotline):
    number = notice_of(hotline.desk, 1).id
    hotline.desk.service.survivors.write(number, "Call me under 0151.")
    page = hotline.browser().get(f"/console/notices/{number}").text
    for secret in (ROSA, "rosa@example.org", WHERE, "without my consent", "0151"):
        assert secret not in page
    assert "notice.opened" not in hotline.actions(number)
    page = opened(hotline, number)
    for told in (ROSA, "rosa@example.org", WHERE, "without my consent", "0151"):
        assert told in page
    assert hotline.actions(number)[-1] == "notice.opened"
    (line,) = [
        each
        for each in hotline.desk.service.audit.entries(None, 50)
        if each.action == "notice.opened" and each.subject == f"own:{number}"
    ]
    assert line.actor.number == hotline.desk.people["companion"]


def test_addresses_are_text(hotline: Hotline):
    number = notice_of(hotline.desk, urls=(WHERE, "javascript:alert(1)")).id
    page = opened(hotline, number)
    assert f'data-copies="{WHERE}"' in page
    assert not re.search(r'(href|src)="(?!/console/|#)', page)


def test_the_parts_that_each_law_asks_for(hotline: Hotline):
    page = words_of(opened(hotline, notice_of(hotline.desk).id))
    assert "TAKE IT DOWN Act, section 3 complete" in page
    assert "Digital Services Act, article 16 complete" in page
    number = notice_of(hotline.desk, accurate=False, email="", phone="0151").id
    page = words_of(opened(hotline, number))
    assert "TAKE IT DOWN Act, section 3 complete" in page
    assert "incomplete missing: an e-mail address; that it is true and complete" in page


def test_others_that_name_the_same(hotline: Hotline):
    url = "https://photos.example.org/alike"
    first = notice_of(hotline.desk, urls=(url,), email="a@example.org").id
    second = notice_of(hotline.desk, urls=(url,), email="b@example.org").id
    page = words_of(hotline.browser().get(f"/console/notices/{second}").text)
    assert f"Same address notice {first}" in page
    assert "Same person" not in page


def test_accepted_with_words_that_reach_them(hotline: Hotline):
    desk = hotline.desk
    number, somebody = notice_of(desk, 71).id, hotline.browser()
    assert "We accept what you asked for." in opened(hotline, number)
    here = f"/console/notices/{number}"
    refused = somebody.post(f"{here}/accept", {"accepting": " "})
    assert refused.status_code == 409
    assert state_of(hotline, number) is NoticeState.RECEIVED
    before = len(desk.service.banks.list_content("removal-notices"))
    told = somebody.post(f"{here}/accept", {"accepting": "It is taken down."})
    assert somebody.notice(told) == "The notice is accepted."
    assert state_of(hotline, number) is NoticeState.ACCEPTED
    assert desk.service.survivors.mine(number).messages[-1].words == "It is taken down."
    assert len(desk.service.banks.list_content("removal-notices")) == before + 1
    again = somebody.post(f"{here}/decline", {"declining": "Said too late."})
    assert again.status_code == 409
    assert "answered already" in words_of(again.text)
    assert "Said too late." in again.text
    answered = somebody.get("/console/notices?show=answered").text
    assert f'href="{here}"' in answered
    assert f'href="{here}"' not in somebody.get("/console/notices").text


def test_what_came_after_it_was_opened_stays_unread(hotline: Hotline, sites):
    survivors, somebody = hotline.desk.service.survivors, hotline.browser()
    answers = ("reply", "words"), ("accept", "accepting"), ("decline", "declining")
    for number, (below, field) in enumerate(answers, start=81):
        case_id = notice_of(hotline.desk, number).id
        survivors.write(case_id, "Please be quick.")
        page = opened(hotline, case_id)
        shown = re.findall(r'name="seen" value="(.*?)"', page)
        assert len(shown) == 4  # in each form that answers
        survivors.write(case_id, "It is at another place, too.")
        here, given = f"/console/notices/{case_id}", {"seen": shown[0], field: "We see."}
        if below == "accept":  # by way of what is at its addresses
            page = somebody.post(f"{here}/accept", given | {"fetch": "1"}).text
            assert re.findall(r'name="seen" value="(.*?)"', page) == shown[:1]
        somebody.notice(somebody.post(f"{here}/{below}", given))
        assert survivors.mine(case_id).unread == 1, below


def test_what_nobody_is_told_of_is_said_to_be_done_by_hand(hotline: Hotline, sites):
    number, somebody = notice_of(hotline.desk, 91).id, hotline.browser()
    webhooks, by_hand = hotline.desk.service.webhooks, "take the picture down by hand"

    def warned() -> list[bool]:
        fetched = {"accepting": "We see.", "fetch": "1"}
        found = somebody.post(f"/console/notices/{number}/accept", fetched).text
        return [by_hand in opened(hotline, number), by_hand in found]

    assert warned() == [True, True]
    made = webhooks.create("https://platform.example/hooks", ["case.opened"], "")[0].id
    assert warned() == [True, True]
    webhooks.update(made, events=["notice.accepted"])
    assert warned() == [False, False]
    webhooks.update(made, active=False)
    assert warned() == [True, True]
    webhooks.remove(made)


def test_what_is_at_the_addresses_is_shown_before_anything_is_accepted(hotline: Hotline, sites):
    desk, gone = hotline.desk, "https://photos.example.org/gone"
    sites["https://photos.example.org/page"] = b"<!doctype html><p>no picture</p>"
    urls = (WHERE, gone, "https://photos.example.org/page")
    number, somebody = notice_of(desk, urls=urls).id, hotline.browser()
    here = f"/console/notices/{number}"
    found = somebody.post(f"{here}/accept", {"accepting": "We take it down.", "fetch": "1"})
    assert found.status_code == 200
    words = words_of(found.text)
    assert "1 of 3 addresses could be hashed" in words
    assert "The host does not answer." in words
    assert found.text.count(">not hashed<") == 2
    assert "We take it down." in found.text
    assert state_of(hotline, number) is NoticeState.RECEIVED
    (sealed,) = re.findall(r'name="found" value="(.*?)"', found.text)
    held = {"accepting": "We take it down.", "found": html.unescape(sealed)}
    assert somebody.notice(somebody.post(f"{here}/accept", held)) == "The notice is accepted."
    with desk.running.client() as client:
        verdict = client.post("/api/v1/match", files={"file": sites[WHERE]}).json()
    assert verdict["verdict"] == "block"


def test_hashes_of_another_notice_or_person_are_not_taken(hotline: Hotline, sites):
    first, second = (notice_of(hotline.desk).id for _ in range(2))
    somebody, other = hotline.browser(), hotline.browser("second")
    asked = {"accepting": "Yes.", "fetch": "1"}
    found = somebody.post(f"/console/notices/{first}/accept", asked).text
    (sealed,) = re.findall(r'name="found" value="(.*?)"', found)
    held = {"accepting": "Yes.", "found": html.unescape(sealed)}
    for browser, number in ((somebody, second), (other, first)):
        refused = browser.post(f"/console/notices/{number}/accept", held)
        assert refused.status_code == 409
        assert "begin again" in words_of(refused.text)
    made_up = {"accepting": "Yes.", "found": "bm90IG91cnM="}
    assert somebody.post(f"/console/notices/{first}/accept", made_up).status_code == 409
    assert state_of(hotline, first) is state_of(hotline, second) is NoticeState.RECEIVED


def test_addresses_that_never_answer_do_not_hold_it_up(hotline: Hotline, monkeypatch, sites):
    async def never(_url, _take):
        await asyncio.sleep(60)

    monkeypatch.setattr(hotline.desk.service.fetcher, "fetch", never)
    urls = tuple(f"https://photos.example.org/{each}" for each in range(6))
    number = notice_of(hotline.desk, urls=urls).id
    asked = {"accepting": "Yes.", "fetch": "1"}
    found = words_of(hotline.browser().post(f"/console/notices/{number}/accept", asked).text)
    assert found.count("took longer than 5 seconds") == 6
    assert "0 of 6 addresses" in found


def test_somebody_else_looks_at_a_complaint(hotline: Hotline):
    desk = hotline.desk
    number, somebody = notice_of(desk, 81).id, hotline.browser()
    here = f"/console/notices/{number}"
    assert somebody.post(f"{here}/decline", {"declining": ""}).status_code == 409
    told = somebody.post(f"{here}/decline", {"declining": "It is no picture of you."})
    assert "they can disagree" in somebody.notice(told)
    desk.service.survivors.complain(number, "It is me.")
    page = opened(hotline, number)
    assert "somebody else has to look at it" in page
    assert f'action="{here}/accept"' not in page
    refused = somebody.post(f"{here}/accept", {"accepting": "Well, yes."})
    assert refused.status_code == 409
    assert state_of(hotline, number) is NoticeState.COMPLAINED
    fetching = somebody.post(f"{here}/accept", {"accepting": "Well, yes.", "fetch": "1"})
    assert fetching.status_code == 409
    page = opened(hotline, number, "second")
    assert "Companion gave it, and can’t look at the complaint." in words_of(page)
    other = hotline.browser("second")
    assert "accepted" in other.notice(other.post(f"{here}/accept", {"accepting": "You are right."}))


def test_messages_of_answered_ones_are_not_missed(hotline: Hotline):
    survivors, number = hotline.desk.service.survivors, notice_of(hotline.desk).id
    somebody, here = hotline.browser(), f"/console/notices/{number}"
    somebody.post(f"{here}/decline", {"declining": "No."})
    assert f'href="{here}"' not in somebody.get("/console/notices").text
    waited = survivors.waiting()[1]
    survivors.write(number, "Why?")
    assert survivors.waiting()[1] == waited + 1
    page = somebody.get(f"/console/notices?x={number}").text
    assert f'href="{here}"' in page or "There are more" in page
    refused = somebody.post(f"{here}/reply", {"words": "As I said. " * 500})
    assert refused.status_code == 409
    assert refused.text.count("As I said. As I said.") >= 200  # kept, to be made shorter
    assert somebody.notice(somebody.post(f"{here}/reply", {"words": "As I said."}))
    assert survivors.waiting()[1] == waited
    survivors.write(number, "I see.")
    assert somebody.notice(somebody.post(f"{here}/read")) == "Noted as read."
    assert survivors.waiting()[1] == waited


def test_what_was_destroyed_is_told_to_be(hotline: Hotline):
    number, somebody = notice_of(hotline.desk).id, hotline.browser()
    somebody.post(f"/console/notices/{number}/decline", {"declining": "No."})
    with hotline.desk.service.database.write() as session:
        session.get_one(NoticeRow, number).particulars = None
    page = opened(hotline, number)
    assert "has been destroyed" in page
    assert ROSA not in page


def test_own_pictures_are_no_notice(hotline: Hotline):
    mine, somebody = own_of(hotline.desk).id, hotline.browser()
    assert somebody.get(f"/console/notices/{mine}").status_code == 404
    assert somebody.post(f"/console/notices/{mine}/open").status_code == 404
    assert "notice.opened" not in hotline.actions(mine)
