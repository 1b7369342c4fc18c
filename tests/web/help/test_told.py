"""What was done is told, and what may not be done says what to do instead."""

from __future__ import annotations

import re

import pytest
from tests.survivors.conftest import CHEAP
from tests.survivors.making import hashes
from tests.web.help.conftest import OPTIONS
from tests.web.help.visiting import Visitor
from tests.web.running import plan_for, running

from hedgerow.survivors import Limits, Particulars
from hedgerow.web import HelpOptions

ADULT = {"age": "adult", "me": "yes", "intimate": "yes", "have": "yes"}


def test_choosing_has_an_address_of_its_own(visitor) -> None:
    answer = visitor.post("/help/de/protect", ADULT)
    assert (answer.status_code, answer.headers["location"]) == (303, "/help/de/protect/choose")
    tickets = [
        visitor.get("/help/de/protect/choose").text.partition('data-ticket="')[2].partition('"')[0]
        for _ in range(2)
    ]
    assert len(set(tickets)) == 2
    assert all(len(each) > 16 for each in tickets)


def test_a_message_is_told(insider) -> None:
    answer = insider.post("/help/en/my-case/write", {"words": "Hello."})
    assert answer.headers["location"] == "/help/en/my-case?sent=1"
    assert "Your message is sent." in insider.get(answer.headers["location"]).text
    assert "Your message is sent." not in insider.get("/help/en/my-case").text


@pytest.mark.parametrize(("given", "told"), [("2", True), ("0", False), ("x", False), ("", False)])
def test_added_pictures_are_told(insider, given, told) -> None:
    page = insider.get(f"/help/en/my-case?added={given}").text
    assert (f"Added: {given}." in page) == told
    assert ('role="status">Added' in page) == told


def test_no_more_can_be_chosen_than_there_is_room_for(insider, server) -> None:
    most = server.service.survivors.limits.max_pictures
    assert f'data-most="{most}"' in insider.get("/help/en/protect/choose").text
    assert f'data-most="{most - 1}"' in insider.get("/help/en/my-case/add").text


@pytest.fixture
def few(database_url, tmp_path):
    """A server that one address can't ask for much."""
    limits = Limits(**CHEAP, cases_an_hour=1, address_tries=1, code_minutes=17)
    plan = plan_for(tmp_path, database_url, help=HelpOptions(**OPTIONS), survivors=limits)
    with running(plan) as found:
        visitor = Visitor(found.url)
        yield visitor
        visitor.close()


def test_too_many_codes_are_told_with_the_minutes(few) -> None:
    wrong = {"number": "123 456 789", "code": "0000" * 6}
    assert few.post("/help/en/case", wrong).status_code == 422
    answer = few.post("/help/en/case", wrong)
    assert answer.status_code == 429
    assert "Minutes to wait: 17." in answer.text
    assert answer.headers["retry-after"] == "1020"
    assert answer.text.count('href="/help/en/people"') == 2


def test_too_many_cases_are_told_as_the_network_s(few) -> None:
    def send(number):
        sent = {"ticket": f"made up for sending {number}", "pictures": [hashes(number)]}
        return few.send("/protect/send", sent)

    assert send(1).status_code == 200
    answer = send(2)
    assert answer.status_code == 429
    assert answer.json()["words"].startswith("Many people use your network right now.")


def test_a_notice_is_deleted_as_a_notice(visitor, server) -> None:
    given = Particulars(
        urls=("https://photos.example.org/p/1",),
        statement="I did not agree to this.",
        good_faith=True,
        accurate=True,
        email="rosa@example.org",
        signature="Rosa Example",
    )
    visitor.enter(
        server.service.survivors.ask_removal(given, [], ticket="made up for this test of deletion")
    )
    for below in ("/my-case", "/my-case/delete"):
        page = visitor.get(f"/help/en{below}").text
        assert "what you asked us" in page
        assert "looking for your pictures" not in page
    moment = re.search(r"We received it: ([^<]*)", visitor.get("/help/en/my-case").text)
    assert moment is not None
    assert re.fullmatch(r"\w+ \d+, \d{4}, \d+:\d\d\s[AP]M UTC", moment[1])


def test_each_field_has_one_direction(visitor) -> None:
    for below in ("/case", "/notice"):
        fields = re.findall(r"<(?:input|textarea) [^>]*>", visitor.get(f"/help/ar{below}").text)
        assert fields
        assert all(each.count(" dir=") <= 1 for each in fields)
    assert re.search(r'<input id="f-code"[^>]* dir="ltr"', visitor.get("/help/ar/case").text)


def test_what_a_helpline_says_in_english_is_marked_as_english(visitor) -> None:
    def said(code):
        return re.findall(
            r'<p dir="auto" lang="en">[^<]', visitor.get(f"/help/{code}/people?country=DE").text
        )

    assert said("hi")
    assert not said("en")
