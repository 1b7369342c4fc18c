"""The log's page: reading it, verifying it, and taking it along."""

import ast
import html
import json
import re
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.web.console.browsing import Browser, words_of
from tests.web.console.desks import Desk

import hedgerow
from hedgerow.accounts import Role
from hedgerow.store import (
    SERVICE,
    Actor,
    ActorKind,
    AuditProblem,
    VaultProblem,
    acting,
    record,
    verify_export,
)
from hedgerow.store.audit import recording
from hedgerow.web.console.logged_words import ACTIONS, FAMILIES
from hedgerow.web.console.pages import log as log_page

ROW = re.compile(r'<tr id="entry-(-?\d+)">(.*?)</tr>', re.DOTALL)

_numbers = count(770_001)


@pytest.fixture
def auditor(browser) -> Browser:
    return browser("auditor")


@pytest.fixture
def subject() -> str:
    """A case that nobody else writes about."""
    return f"case:{next(_numbers)}"


def write(desk: Desk, actor: Actor, action: str, subject: str, why: str = "", **details) -> int:
    with desk.service.database.write() as session, acting(actor):
        return record(session, action, subject, why, **details)


def person(desk: Desk, name: str) -> Actor:
    return Actor(ActorKind.PERSON, desk.people[name])


def sql(desk: Desk, statement: str, **values) -> None:
    with desk.service.database.write() as session:
        session.execute(text(statement), values)


def rows_of(browser: Browser, **query) -> dict[int, str]:
    """The entries that a page shows, by number, in its order."""
    answer = browser.get("/console/log", params=query)
    assert answer.status_code == 200
    assert len(answer.content) < 100_000
    return {int(number): words_of(row) for number, row in ROW.findall(answer.text)}


def recorded() -> set[str]:
    """The first parts or the whole of every action that the package writes in the log."""
    found: set[str] = set()
    for file in Path(hedgerow.__file__).parent.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            # The client has a function of the same name, which takes one thing alone.
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "record"
                and ast.unparse(node.args[0]) == "session"
            ):
                found |= _names(node.args[1], tree)
    return found


def _names(given: ast.AST, tree: ast.AST) -> set[str]:
    if isinstance(given, ast.Name):
        values = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == given.id
        ]
        return {name for value in values for name in _names(value, tree)}
    if isinstance(given, ast.IfExp):
        return _names(given.body, tree) | _names(given.orelse, tree)
    if isinstance(given, ast.JoinedStr):
        given = given.values[0]
    assert isinstance(given, ast.Constant), ast.unparse(given)
    return {given.value}


def test_every_action_has_words():
    names = recorded()
    assert {"case.decided", "case.said", "person.set_up", "proposal."} <= names
    for name in names:
        found = [each for each in ACTIONS if each == name or name == each.rpartition(".")[0] + "."]
        assert found, f"logged_words.ACTIONS has no words for {name}"
    assert {name.partition(".")[0] for name in ACTIONS} == set(FAMILIES)


def test_words_are_of_actions_that_there_are():
    names = recorded()
    for name in ACTIONS:
        assert name in names or f"{name.rpartition('.')[0]}." in names, name


def test_an_entry_in_plain_words(desk, auditor, subject):
    lead, moderator = person(desk, "lead"), person(desk, "moderator")
    number = write(
        desk, lead, "case.assigned", subject, "She knows <b>this</b>", to=moderator.number
    )
    (told,) = rows_of(auditor, subject=subject).values()
    assert f"No. {number} Lead Lead Gave a case to somebody" in told
    assert f"case {subject.partition(':')[2]}" in told
    assert "She knows <b>this</b>" in told
    assert "to: Moderator" in told
    assert "case.assigned" in told
    assert re.match(r"\d+ \w+ \d{4} \d\d:\d\d:\d\d ", told)


def test_details_in_words(desk, auditor, subject):
    lead = person(desk, "lead")
    details = {"choice": "not_sure", "colour": True, "to": None, "bank": 3, "lead": lead.number}
    write(desk, lead, "media.revealed", subject, **details, events=["case.opened"])
    (told,) = rows_of(auditor, subject=subject).values()
    write(desk, SERVICE, "person.signed_in", "", number=7)
    assert "session: 7" in next(iter(rows_of(auditor, action="person.signed_in").values()))
    for words in ("choice: not sure", "in colour: yes", "to: nobody in particular",
                  "bank: number 3", "events: case.opened"):  # fmt: skip
        assert words in told
    assert "by:" not in told  # it is who acted


def test_who_it_was(desk, auditor, subject):
    key, _secret = desk.service.keys.create("the forum", ["match"])
    actors = {
        Actor(ActorKind.KEY, key.id): "API key the forum",
        Actor(ActorKind.KEY, 999_999): "API key 999999",
        Actor(ActorKind.PERSON, 999_999): "somebody who is gone",
        Actor(ActorKind.COMMAND): "A command on the machine",
        SERVICE: "The service",
    }
    for actor, name in actors.items():
        number = write(desk, actor, "case.opened", subject)
        assert name in rows_of(auditor, subject=subject)[number]
    for actor, name in actors.items():
        chosen = str(actor).replace(" ", ":")
        answer = auditor.get("/console/log", params={"who": chosen, "subject": subject})
        assert len(ROW.findall(answer.text)) == 1
        assert f'<option value="{chosen}" selected>{name}</option>' in answer.text


def test_narrowed_to_a_person(desk, auditor, subject):
    mine = write(desk, person(desk, "lead"), "case.held", subject, days=2)
    write(desk, person(desk, "moderator"), "case.woken", subject)
    who = f"person:{desk.people['lead']}"
    assert list(rows_of(auditor, subject=subject, who=who)) == [mine]
    page = auditor.get("/console/log", params={"who": who}).text
    assert f'<option value="{who}" selected>Lead</option>' in page


def test_narrowed_to_actions(desk, auditor, subject):
    held = write(desk, SERVICE, "case.held", subject)
    opened = write(desk, SERVICE, "media.opened", subject)
    woken = write(desk, SERVICE, "case.woken", subject)
    assert list(rows_of(auditor, subject=subject)) == [woken, opened, held]
    assert list(rows_of(auditor, subject=subject, action="case.")) == [woken, held]
    assert list(rows_of(auditor, subject=subject, action="media.opened")) == [opened]
    page = auditor.get("/console/log").text
    for value in ("case.", "case.held", "media.opened"):
        assert f'<option value="{value}">' in page


def test_a_subject_as_people_type_it(desk, auditor, subject):
    number = write(desk, SERVICE, "case.opened", subject)
    write(desk, SERVICE, "case.opened", f"{subject}0")
    for typed in (subject, f"  {subject.replace(':', ' ').title()} ", subject.replace(":", " #")):
        assert list(rows_of(auditor, subject=typed)) == [number]


def test_narrowed_to_days(desk, auditor, subject, monkeypatch):
    numbers = []
    for moment in ("2031-03-01T23:59:59.999999", "2031-03-02T00:00:00", "2031-03-03T00:00:00"):
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        monkeypatch.setattr(recording, "now", lambda at=at: at)
        numbers.append(write(desk, SERVICE, "case.opened", subject))
    first, second, third = numbers
    day = {"from": "2031-03-02", "to": "2031-03-02"}
    assert list(rows_of(auditor, subject=subject, **day)) == [second]
    page = auditor.get("/console/log", params=day).text
    assert page.count('type="date" value="2031-03-02"') == 2
    assert list(rows_of(auditor, subject=subject, to="2031-03-02")) == [second, first]
    assert list(rows_of(auditor, subject=subject, **{"from": "2031-03-02"})) == [third, second]


def test_what_can_not_be_read_narrows_nothing(desk, auditor, subject):
    number = write(desk, SERVICE, "case.opened", subject)
    odd = [
        {"who": "person:x"}, {"who": "person:" + "9" * 40}, {"who": "person"}, {"who": "nobody:1"},
        {"from": "yesterday"}, {"to": "9999-12-31"}, {"from": "0001-01-01"}, {"after": "-1"},
        {"after": "9" * 40}, {"action": "\0"}, {"action": "case.\ud800".encode("utf-8", "replace")},
    ]  # fmt: skip
    for query in odd:
        answer = auditor.get("/console/log", params=query)
        assert answer.status_code == 200, query
    assert number in rows_of(auditor, subject=subject, to="9999-12-31")
    assert auditor.get("/console/log", params={"subject": "\0"}).status_code == 200


def test_page_by_page(desk, auditor, subject):
    written = [write(desk, SERVICE, "case.opened", subject) for _ in range(55)]
    page = auditor.get("/console/log", params={"subject": subject, "action": "case."}).text
    more = re.search(r'rel="next"[^>]*href="([^"]+)"', page)
    assert more
    assert "First page" not in page
    second = auditor.get(html.unescape(more[1])).text
    assert "First page" in second
    assert 'rel="next"' not in second
    shown = [int(number) for number, _ in ROW.findall(page) + ROW.findall(second)]
    assert shown == written[::-1]
    assert len(ROW.findall(page)) == desk.running.plan.console.page_rows
    past = auditor.get("/console/log", params={"subject": subject, "after": written[0]}).text
    assert "To the first page" in past


def test_empty_pages_say_what_to_do(auditor, make_desk):
    assert "Show all" in auditor.get("/console/log", params={"subject": "case:1000000"}).text
    desk = make_desk()
    sql(desk, "DELETE FROM audit_entry")
    own = Browser(desk.url, desk.session("auditor"))
    sql(desk, "DELETE FROM audit_entry")
    page = words_of(own.get("/console/log").text)
    own.close()
    assert "the entries were taken out: verify the log" in page


def test_the_auditor_begins_here_and_sees_nothing_else(auditor):
    assert auditor.get("/console/").headers["location"] == "/console/log"
    page = auditor.get("/console/log").text
    assert re.search(r'href="/console/log"[^>]*aria-current="page"', page)
    assert set(re.findall(r'href="/console/(\w+)"', page)) == {"log", "account", "help"}


@pytest.mark.parametrize("who", ["moderator", "lead", "administrator", "analyst"])
def test_others_are_refused(desk, browser, who):
    somebody = browser(who)
    newest = desk.service.audit.entries(None, 1)[0].number
    assert somebody.get("/console/log").status_code == 403
    assert somebody.post("/console/log/export").status_code == 403
    assert somebody.post("/console/log/verify").status_code == 403
    assert [each.number for each in desk.service.audit.entries(None, 1)] == [newest]


def test_subjects_lead_to_their_pages_for_who_can_open_them(desk, browser, subject):
    write(desk, SERVICE, "case.opened", subject)
    about = f"person:{desk.people['moderator2']}"
    write(desk, SERVICE, "person.unlocked", about)
    link = f'href="/console/people/{desk.people["moderator2"]}"'

    def pages(somebody: Browser) -> list[str]:
        return [
            somebody.get("/console/log", params={"subject": each}).text for each in (subject, about)
        ]

    auditor = browser("auditor")
    assert link not in pages(auditor)[1]
    assert "Moderator2" in words_of(ROW.findall(pages(auditor)[1])[0][1])
    both = (Role.AUDITOR, Role.ADMINISTRATOR)
    desk.service.people.change_roles(desk.people["auditor"], both)
    try:
        of_case, of_person = pages(auditor)
        assert link in of_person
        assert "/console/cases/" not in of_case  # nobody who reads the log opens it
    finally:
        desk.service.people.change_roles(desk.people["auditor"], [Role.AUDITOR])


@pytest.fixture
def own(make_desk):
    """A server of one's own with a log to tamper with, and its auditor's browser."""
    desk = make_desk()
    browser = Browser(desk.url, desk.session("auditor"))
    for number in range(1, 4):
        write(
            desk, person(desk, "lead"), "case.held", f"case:{number}", "To be asked.", days=number
        )
    yield desk, browser
    browser.close()


def verified(browser: Browser) -> str:
    answer = browser.post("/console/log/verify", page="/console/log")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return words_of(answer.text)


def test_verified_in_plain_words(own):
    desk, browser = own
    made = desk.service.audit.checkpoint()
    assert made is not None
    told = verified(browser)
    assert "The log is in order" in told
    assert f"{made.sequence} entries were read, and each is as it was written" in told
    assert f"up to entry {made.sequence}, at {made.at[:10]} {made.at[11:19]} UTC" in told
    assert desk.service.audit.public_key().hex() in told
    write(desk, SERVICE, "case.woken", "case:1")
    assert "the chain alone vouches for the last 1" in verified(browser)


def test_nothing_is_said_to_be_signed_before_it_is(own):
    desk, browser = own
    sql(desk, "DELETE FROM audit_checkpoint")
    sql(desk, "DELETE FROM counter WHERE name = 'audit checkpoints'")
    if desk.running.plan.checkpoints is not None:
        desk.running.plan.checkpoints.unlink(missing_ok=True)
    assert "Signed nothing yet" in verified(browser)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entry SET why = 'Never mind.' WHERE number = :number",
        "UPDATE audit_entry SET actor_number = actor_number + 1 WHERE number = :number",
        "DELETE FROM audit_entry WHERE number = :number",
    ],
    ids=["why", "who", "deleted"],
)
def test_what_was_tampered_with_is_named(own, change):
    desk, browser = own
    number = next(e.number for e in desk.service.audit.entries(None, 9, subject="case:2"))
    desk.service.audit.checkpoint()
    sql(desk, change, number=number)
    told = verified(browser)
    assert "The log is not as it was written" in told
    assert "in order" not in told
    assert f"ntry {number}" in told.partition("What is wrong")[2].partition("What to do")[0]
    assert "keep the database" in told
    assert f"Entries read {number - 1}; those after a broken link were not" in told
    assert "Signed no entry: no signature ends before what is wrong" in told


def test_altered_entries_are_shown_as_such(own):
    desk, browser = own
    entry = desk.service.audit.entries(None, 1, subject="case:2")[0]
    sql(desk, "UPDATE audit_entry SET details = '[' WHERE number = :n", n=entry.number)
    sql(desk, "UPDATE audit_entry SET actor = 'ghost' WHERE number = :n", n=entry.number)
    sql(desk, "UPDATE audit_entry SET why = :w WHERE number = :n", n=entry.number, w="y" * 90_000)
    told = rows_of(browser, subject="case:2")[entry.number]
    assert "Who it was was altered" not in told
    assert "Who it was: altered" in told
    assert "What else it tells: altered" in told
    assert len(told) < 2_000


def test_one_verification_at_a_time(auditor):
    with log_page._verifying:
        answer = auditor.post("/console/log/verify", page="/console/log")
    assert answer.status_code == 429
    assert "already" in words_of(answer.text)
    assert auditor.post("/console/log/verify", page="/console/log").status_code == 200


def test_a_key_that_can_not_be_used_is_told(desk, auditor, monkeypatch):
    def refuse() -> None:
        raise VaultProblem("the key file /somewhere/vault.key is gone")

    monkeypatch.setattr(desk.service.audit, "public_key", refuse)
    for be, answer in (
        ("verified", auditor.post("/console/log/verify", page="/console/log")),
        ("exported", auditor.post("/console/log/export")),
    ):
        assert answer.status_code == 503
        assert f"The log can't be {be} now" in words_of(answer.text)
        assert "/somewhere" not in answer.text


def test_a_file_of_checkpoints_that_can_not_be_read_is_told(make_desk, tmp_path):
    file = tmp_path / "checkpoints.ndjson"
    desk = make_desk(checkpoints=file)
    browser = Browser(desk.url, desk.session("auditor"))
    file.unlink(missing_ok=True)
    file.mkdir()
    try:
        answer = browser.post("/console/log/verify", page="/console/log")
        assert answer.status_code == 503
        assert str(file) not in answer.text
    finally:
        file.rmdir()
        browser.close()


def test_a_log_that_can_not_be_signed_in_the_file_can_be_exported(make_desk, tmp_path):
    folder = tmp_path / "signed"
    desk = make_desk(checkpoints=folder / "checkpoints.ndjson")
    browser = Browser(desk.url, desk.session("auditor"))
    (folder / "checkpoints.ndjson").unlink(missing_ok=True)
    if folder.exists():
        folder.rmdir()
    folder.write_text("no folder", encoding="utf-8")
    try:
        answer = browser.post("/console/log/export")
        assert answer.status_code == 200
        file = tmp_path / "log.ndjson"
        file.write_bytes(answer.content)
        assert verify_export(file).ok
    finally:
        folder.unlink()
        browser.close()


def test_an_export_proves_itself(own, tmp_path):
    desk, browser = own
    for number in range(450):  # more than are read at a time
        write(desk, SERVICE, "case.opened", f"case:{number + 10}")
    answer = browser.post("/console/log/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["cache-control"] == "no-store"
    disposition = answer.headers["content-disposition"]
    assert re.fullmatch(r'attachment; filename="hedgerow-log-\d{4}-\d\d-\d\d\.ndjson"', disposition)
    file = tmp_path / "log.ndjson"
    file.write_bytes(answer.content)
    found = verify_export(file, known_keys=[desk.service.audit.public_key()])
    assert found.ok, found.problems
    newest = desk.service.audit.entries(None, 1)[0]
    assert (newest.action, newest.actor) == ("log.exported", person(desk, "auditor"))
    assert found.entries == found.signed == newest.number
    file.write_bytes(answer.content.replace(b"To be asked.", b"Never asked.", 1))
    assert not verify_export(file).ok


def test_what_the_log_is_narrowed_to_is_exported_and_says_that_it_proves_nothing(own, tmp_path):
    desk, browser = own
    with acting(person(desk, "lead")), desk.service.database.write() as session:
        for number in range(450):  # of several pages
            record(session, "case.held", f"case:{number}", why="nobody knows")
        record(session, "case.woken", "case:3")
    here = "/console/log?action=case.held"
    assert 'action="/console/log/part"' in browser.get(here).text
    assert 'action="/console/log/part"' not in browser.get("/console/log").text
    answer = browser.post("/console/log/part", {"action": "case.held"})
    assert "-part-" in answer.headers["content-disposition"]
    note, *lines = [json.loads(line) for line in answer.text.splitlines()]
    assert "proves nothing by itself" in note["note"]
    assert note["narrowed_to"] == {"action": "case.held"}
    mine = [each["subject"] for each in lines][:450]  # what comes after was there before
    assert mine == [f"case:{n}" for n in reversed(range(450))]
    assert {each["action"] for each in lines} == {"case.held"}
    assert lines[0]["why"] == "nobody knows"
    assert (lines[0]["actor"], lines[0]["action"]) == (f"person {desk.people['lead']}", "case.held")
    newest = desk.service.audit.entries(None, 1)[0]
    assert (newest.action, newest.details) == ("log.part_exported", {"narrowed_to": "action"})
    file = tmp_path / "part.ndjson"
    file.write_text(answer.text)
    with pytest.raises(AuditProblem):
        verify_export(file)
    refused = browser.post("/console/log/part", {"action": ""})
    assert refused.status_code == 422


def test_a_link_from_elsewhere_exports_nothing(desk, auditor):
    """The log tells who exported it: nobody else is to cause that line."""
    newest = desk.service.audit.entries(None, 1)[0].number
    page = auditor.get("/console/log").text
    assert re.search(r'<form method="post" action="/console/log/export">', page)
    assert auditor.get("/console/log/export").status_code == 405
    led = {"Sec-Fetch-Site": "cross-site"}
    assert auditor.get("/console/log/export", headers=led).status_code == 200  # the page between
    assert auditor.post("/console/log/export", headers=led).status_code == 403
    assert auditor.request("POST", "/console/log/export").status_code in (403, 415)
    assert desk.service.audit.entries(None, 1)[0].number == newest


def test_a_log_whose_end_is_gone_can_be_exported_all_the_same(own, tmp_path):
    desk, browser = own
    sql(desk, "UPDATE counter SET value = value + 5 WHERE name = 'audit'")
    answer = browser.post("/console/log/export")
    assert answer.status_code == 200
    file = tmp_path / "log.ndjson"
    file.write_bytes(answer.content)
    assert not verify_export(file).ok
