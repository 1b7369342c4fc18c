"""Finding cases by number, reference or uploader; and all copies of one."""

import re

from tests.web.console.browsing import words_of
from tests.web.console.making import case_of
from tests.web.console.test_queue import listed

from hedgerow.cases import Context
from hedgerow.cases.models import CaseRow, CopyRow
from hedgerow.store import now


def found(browser, text, **more):
    return browser("moderator").get("/console/find", params={"text": text, **more})


def test_the_box_is_on_the_queue_and_has_a_key(browser):
    page = browser("moderator").get("/console/queue").text
    assert re.search(r'action="/console/find".*name="text"[^>]*data-key="f"', page)


def test_a_number_leads_to_its_case(desk, browser):
    case = case_of(desk)
    assert found(browser, f" {case.id} ").headers["location"] == f"/console/cases/{case.id}"


def test_a_reference_leads_to_its_case_and_an_uploader_to_all_of_theirs(desk, browser):
    one = case_of(desk, context=Context(uploader="mole & co", reference="burrow <1>"))
    two = case_of(desk, context=Context(uploader="mole & co", reference="burrow <2>"))
    assert found(browser, "burrow <1>").headers["location"] == f"/console/cases/{one.id}"
    page = found(browser, "mole & co")
    assert listed(page) == [two.id, one.id]
    assert f"{one.id} · waiting" in words_of(page.text)


def test_a_number_that_is_a_reference_too_leads_to_both(desk, browser):
    case = case_of(desk)
    other = case_of(desk, context=Context(reference=str(case.id)))
    page = found(browser, str(case.id))
    assert listed(page) == [other.id]
    assert f'There is a <a href="/console/cases/{case.id}">' in page.text


def test_what_is_called_nothing_is_told(browser):
    for text in ("nobody at all", "999999999", "9" * 30, "٣"):
        page = found(browser, text)
        assert page.status_code == 200
        assert "Nothing is called so" in page.text, text
    assert "Nothing is called so" not in found(browser, "").text


def test_many_are_told_page_by_page(desk, browser):
    made = [case_of(desk, context=Context(uploader="badger")).id for _ in range(52)]
    page = found(browser, "badger")
    assert listed(page) == made[:-6:-1]
    more = re.search(r'href="([^"]+)">There are more', page.text)[1].replace("&amp;", "&")
    page = browser("moderator").get(more)
    assert listed(page) == made[:1:-1]
    more = re.search(r'rel="next"[^>]*href="([^"]+)"', page.text)[1].replace("&amp;", "&")
    page = browser("moderator").get(more)
    assert listed(page) == made[1::-1]
    assert 'rel="next"' not in page.text


def test_all_copies_are_told_with_all_that_was_said(desk, browser):
    case = case_of(desk, context=Context(uploader="first fox"))
    page = browser("moderator").get(f"/console/cases/{case.id}").text
    assert "All copies" not in page
    context = {
        "uploader": "owl", "url": "https://talk.example/p/77", "thread": "night walks",
        "at": "2026-01-02T03:04:00+00:00", "address": "198.51.100.9", "reference": "tawny 9",
    }  # fmt: skip
    with desk.service.database.write() as session:
        for _ in range(110):
            session.add(
                CopyRow(
                    case_id=case.id, seen_at=now(), same_file=False, distance=3, context=context
                )
            )
        session.get_one(CaseRow, case.id).copies = 111
    page = browser("moderator").get(f"/console/cases/{case.id}?bank=3").text
    assert f'href="/console/cases/{case.id}/copies?bank=3"' in page
    page = browser("moderator").get(f"/console/cases/{case.id}/copies?bank=3")
    told = words_of(page.text)
    for each in ("owl", "https://talk.example/p/77", "night walks", "2 Jan 2026, 03:04 UTC",
                 "198.51.100.9", "tawny 9", "3 bits"):  # fmt: skip
        assert told.count(each) == 50, each
    seen = 0
    while True:
        seen += page.text.count("<tr><td>")
        more = re.search(r'rel="next"[^>]*href="([^"]+)"', page.text)
        if more is None:
            break
        page = browser("moderator").get(more[1].replace("&amp;", "&"))
    assert seen == 111
    assert "first fox" in page.text
    assert browser("moderator").get("/console/cases/999999/copies").status_code == 404
