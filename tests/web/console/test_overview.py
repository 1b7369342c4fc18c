"""The overview: numbers for everybody who may see numbers, and nothing but numbers."""

from tests.web.console.browsing import Browser, words_of
from tests.web.console.making import case_of

from hedgerow.cases import Choice
from hedgerow.matching import Answer, Verdict


def test_an_empty_house_is_told_what_to_do(make_desk):
    desk = make_desk()
    lead = Browser(desk.url, desk.session("lead"))
    words = words_of(lead.get("/console/overview").text)
    assert "Nothing waits." in words
    assert "POST /api/v1/match" in words
    assert "Nothing has been decided yet." in words
    assert "Nothing waits" in words_of(lead.get("/console/queue").text)
    assert "Nothing is proposed" in words_of(lead.get("/console/proposals").text)
    lead.close()


def test_numbers_are_shown_to_the_analyst_and_no_way_to_a_case(make_desk):
    desk = make_desk()
    for number in range(3):
        case = case_of(desk, "known", distance=number + 3)
        if number:
            choice = Choice.CONFIRM if number == 1 else Choice.DISPUTE
            desk.service.cases.decide(desk.person("moderator"), case.id, choice, note="x")
    error = {"code": "timeout", "message": "too slow"}
    for _ in range(4):
        desk.service.tally.note(Answer(Verdict.UNCHECKED, 1, error=error))
    desk.service.tally.note(Answer(Verdict.CLEAR, 1))
    desk.service.tally.flush()
    analyst = Browser(desk.url, desk.session("analyst"))
    page = analyst.get("/console/overview").text
    words = words_of(page)
    assert "1 for a first person" in words
    assert "It took too long" in words
    assert "unchecked 4" in words
    assert "known" in words
    assert "50 %" in words
    for way in ("/console/queue", "/console/cases", "/console/banks", "Take the next"):
        assert way not in page, way
    lead = Browser(desk.url, desk.session("lead"))
    assert "/console/queue?status=waiting" in lead.get("/console/overview").text
    analyst.close()
    lead.close()
