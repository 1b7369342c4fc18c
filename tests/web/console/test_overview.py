"""The overview: numbers for everybody who may see numbers, and nothing but numbers."""

from datetime import timedelta

from tests.web.console.browsing import Browser, words_of
from tests.web.console.making import case_of, notice_of

from hedgerow.cases import Choice
from hedgerow.cases.webhooks.models import DeliveryRow
from hedgerow.matching import Answer, Verdict
from hedgerow.store import now
from hedgerow.survivors.models import NoticeRow
from hedgerow.web import HelpOptions


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


def shown_to(desk, name, query=""):
    somebody = Browser(desk.url, desk.session(name))
    found = somebody.get(f"/console/overview{query}")
    somebody.close()
    return found.text


def test_trouble_is_told_to_those_who_can_do_something_about_it(make_desk):
    desk = make_desk()
    hooks = desk.service.webhooks
    endpoint, _ = hooks.create("https://platform.example/told", ["case.decided"], "")
    quiet = words_of(shown_to(desk, "administrator"))
    assert "Platforms are not told" not in quiet
    assert "Deliveries" not in quiet
    delivery = hooks.send_test(endpoint.id)  # and no courier is at work
    page = shown_to(desk, "administrator")
    assert "Platforms are not told what becomes of cases: No courier" in words_of(page)
    assert '<a href="/console/webhooks">' in page
    with desk.service.database.write() as session:
        session.get_one(DeliveryRow, delivery).state = "failed"
    page = words_of(shown_to(desk, "administrator"))
    assert "Deliveries of webhooks were given up." in page
    assert "Platforms are not told" not in page
    for other in ("lead", "analyst"):
        assert "webhooks" not in shown_to(desk, other)


def test_that_uploads_cannot_be_checked_is_told_to_administrators_and_reviewers(
    make_desk, monkeypatch
):
    desk = make_desk()
    monkeypatch.setattr(desk.service.workers, "problem", lambda: "the workers are gone")
    words = "Uploads can't be checked now: The workers are gone."
    page = shown_to(desk, "administrator")
    assert f"{words} Whether everything works" in words_of(page)
    assert '<a href="/console/settings">' in page
    assert words in words_of(shown_to(desk, "moderator"))
    assert "Whether everything works" not in shown_to(desk, "moderator")
    assert words not in words_of(shown_to(desk, "analyst"))


def test_what_helps_is_told_to_administrators_alone(make_desk):
    desk = make_desk()
    desk.service.tally.note(Answer(Verdict.UNCHECKED, 1, error={"code": "timeout", "message": ""}))
    desk.service.tally.flush()
    helps = ("media.max_seconds", "media_vault")
    page = shown_to(desk, "administrator")
    assert all(each in page for each in helps)
    for other in ("moderator", "lead", "analyst"):
        page = shown_to(desk, other)
        assert "It took too long" in page
        assert not any(each in page for each in helps), other


def test_as_many_days_as_are_asked_for_and_as_a_file(make_desk):
    desk = make_desk()
    case = case_of(desk, "known")
    desk.service.cases.decide(desk.person("moderator"), case.id, Choice.CONFIRM)
    desk.service.tally.note(Answer(Verdict.CLEAR, 1))
    desk.service.tally.flush()
    for query, days in (("", 14), ("?days=90", 90), ("?days=91", 14), ("?days=x", 14)):
        words = words_of(shown_to(desk, "analyst", query))
        assert f"Uploads of the last {days} days" in words
    analyst = Browser(desk.url, desk.session("analyst"))
    answer = analyst.get("/console/overview/numbers.csv?days=30")
    analyst.close()
    assert answer.headers["content-type"].startswith("text/csv")
    head, *rows = answer.text.splitlines()
    assert head == "day,opened,decided,block,review,record,clear,unchecked"
    assert len(rows) == 30
    assert rows[-1].partition(",")[2] == "1,1,0,0,0,1,0"
    assert rows[0].partition(",")[2] == "0,0,0,0,0,0,0"
    auditor = Browser(desk.url, desk.session("auditor"))
    assert auditor.get("/console/overview/numbers.csv").status_code == 403
    auditor.close()


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


def test_late_notices_are_told_to_companions_and_as_numbers_to_leads(make_desk):
    desk = make_desk()
    lead, companion = (words_of(shown_to(desk, name)) for name in ("lead", "companion"))
    assert "removal notice" not in lead
    assert "removal notice" not in companion
    notice = notice_of(desk)
    assert "1 removal notices that wait" in words_of(shown_to(desk, "lead"))
    assert "is late" not in words_of(shown_to(desk, "lead"))
    with desk.service.database.write() as session:
        session.get_one(NoticeRow, notice.id).due_at = now() - timedelta(minutes=5)
    page = shown_to(desk, "companion")
    assert "1 removal notice is late." in words_of(page)
    assert '<a href="/console/notices">' in page
    page = shown_to(desk, "lead")
    assert "1 removal notice is late." in words_of(page)
    assert "/console/notices" not in page
    for other in ("moderator", "analyst", "administrator"):
        assert "removal notice" not in words_of(shown_to(desk, other))


def test_that_nobody_answers_survivors_is_told_to_administrators(make_desk):
    desk = make_desk(help=HelpOptions(enabled=True, languages=("en",)))
    words = "The survivors' pages are on, and nobody answers."
    assert words not in words_of(shown_to(desk, "administrator"))
    desk.service.people.deactivate(desk.people["companion"])
    assert words in words_of(shown_to(desk, "administrator"))
    assert words not in words_of(shown_to(desk, "lead"))
    settings = Browser(desk.url, desk.session("administrator"))
    assert "nobody who is active has the role companion" in words_of(
        settings.get("/console/settings").text
    )
    settings.close()
