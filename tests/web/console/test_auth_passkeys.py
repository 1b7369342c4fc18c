"""Passkeys over HTTP: the question to a script, the answer in a form, each question once."""

import json
from collections.abc import Iterator

import pytest
from tests.accounts.authenticator import Authenticator
from tests.web.console.browsing import Browser, words_of
from tests.web.console.doors import PASSWORD, PUBLIC, QUICK, Door, problem_on
from tests.web.console.doors import door as door
from tests.web.console.doors import house as house
from tests.web.running import plan_for, running

from hedgerow.accounts import Person, Stage
from hedgerow.web.console.cookies import SESSION
from hedgerow.web.limits import Options

JSON = {"Accept": "application/json, image/jpeg"}


def ask(browser: Browser, path: str) -> dict:
    answer = browser.post(f"/console{path}/ask", headers=JSON)
    assert answer.status_code == 200, answer.text
    return answer.json()["options"]


def with_passkey(door: Door, *roles: str) -> tuple[Person, Authenticator]:
    """Somebody whose only second factor is a passkey, made over HTTP."""
    person, key = door.somebody(*roles), Authenticator(origin=PUBLIC)
    browser = door.signed_in(person, Stage.ENROL)
    fields = {"answer": json.dumps(key.make(ask(browser, "/enrol/passkey"))), "name": "blue key"}
    answer = browser.post("/console/enrol/passkey", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    assert browser.get("/console/account").status_code == 200
    return door.service.people.get(person.id), key


def at_second_step(door: Door, person: Person) -> Browser:
    browser = door.browser()
    fields = {"login": person.login, "password": PASSWORD}
    answer = browser.post("/console/sign-in", fields, page="/console/sign-in")
    assert answer.headers["location"] == "/console/sign-in/second-factor"
    return browser


def test_a_passkey_is_made_and_lets_in(door: Door) -> None:
    person, key = with_passkey(door)
    assert (person.passkeys, person.has_totp) == (1, False)
    browser = at_second_step(door, person)
    page = browser.get("/console/sign-in/second-factor").text
    assert 'data-passkey="show"' in page
    assert 'name="code"' not in page
    asked = ask(browser, "/sign-in/passkey")
    assert asked["publicKey"]["rpId"] == "hedgerow.example.org"
    before = browser.cookies[SESSION]
    answer = browser.post("/console/sign-in/passkey", {"answer": json.dumps(key.show(asked))})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    assert browser.cookies[SESSION] != before
    assert browser.get("/console/account").status_code == 200


def test_a_question_is_answered_once(door: Door) -> None:
    person, key = with_passkey(door)
    browser = at_second_step(door, person)
    asked = ask(browser, "/sign-in/passkey")
    for _ in range(2):  # the second time, no question is open any more
        answer = browser.post("/console/sign-in/passkey", {"answer": "{}"})
        assert answer.status_code == 422
        assert "not taken" in problem_on(answer.text)
    good = {"answer": json.dumps(key.show(asked))}
    assert browser.post("/console/sign-in/passkey", good).status_code == 422
    good = {"answer": json.dumps(key.show(ask(browser, "/sign-in/passkey")))}
    assert browser.post("/console/sign-in/passkey", good).status_code == 303


def test_an_answer_belongs_to_the_browser_that_was_asked(door: Door) -> None:
    person, key = with_passkey(door)
    one, other = at_second_step(door, person), at_second_step(door, person)
    ask(other, "/sign-in/passkey")
    good = {"answer": json.dumps(key.show(ask(one, "/sign-in/passkey")))}
    assert other.post("/console/sign-in/passkey", good).status_code == 422
    assert one.post("/console/sign-in/passkey", good).status_code == 303


def test_somebody_elses_passkey_lets_nobody_in(door: Door) -> None:
    person, _ = with_passkey(door)
    _, other = with_passkey(door)
    browser = at_second_step(door, person)
    answer = {"answer": json.dumps(other.show(ask(browser, "/sign-in/passkey")))}
    assert browser.post("/console/sign-in/passkey", answer).status_code == 422
    assert browser.get("/console/account").status_code == 303


@pytest.mark.parametrize("answer", ["", "x", "[]", "null", "[" * 10_000, '{"id": 1}', "\x00"])
def test_what_is_no_answer_is_not_taken(door: Door, answer: str) -> None:
    person, _ = with_passkey(door)
    browser = at_second_step(door, person)
    ask(browser, "/sign-in/passkey")
    assert browser.post("/console/sign-in/passkey", {"answer": answer}).status_code == 422
    enrolling = door.signed_in(door.somebody(), Stage.ENROL)
    ask(enrolling, "/enrol/passkey")
    assert enrolling.post("/console/enrol/passkey", {"answer": answer}).status_code == 422


def test_a_page_that_only_looks_like_ours_gets_nothing(door: Door) -> None:
    person, key = with_passkey(door)
    key.origin = "https://hedgerow.example.com"
    browser = at_second_step(door, person)
    answer = {"answer": json.dumps(key.show(ask(browser, "/sign-in/passkey")))}
    assert browser.post("/console/sign-in/passkey", answer).status_code == 422


def test_a_question_is_asked_at_its_own_stage_alone(door: Door) -> None:
    person, _ = with_passkey(door)
    for stage, path in [
        (Stage.SECOND_FACTOR, "/enrol/passkey"), (Stage.SECOND_FACTOR, "/account/passkeys"),
        (Stage.ENROL, "/sign-in/passkey"), (Stage.FULL, "/sign-in/passkey"),
        (Stage.FULL, "/enrol/passkey"),
    ]:  # fmt: skip
        browser = door.signed_in(person, stage)
        assert browser.post(f"/console{path}/ask", headers=JSON).status_code == 401
        assert browser.post(f"/console{path}", {"answer": "{}"}).status_code == 303


def test_one_is_added_and_removed_on_the_account_page(door: Door) -> None:
    person, key = with_passkey(door)
    browser = door.signed_in(person)
    other = door.signed_in(person)
    second = Authenticator(origin=PUBLIC)
    fields = {"name": "green <key>"}
    fields["answer"] = json.dumps(second.make(ask(browser, "/account/passkeys")))
    answer = browser.post("/console/account/passkeys", fields)
    assert "passkey is kept" in browser.notice(answer)
    page = browser.get("/console/account").text
    assert "green &lt;key&gt;" in page
    first, _ = door.service.accounts.passkeys.list(person.id)
    answer = browser.post(f"/console/account/passkeys/{first.id}/remove")
    assert "signed out everywhere but here" in browser.notice(answer)
    assert other.get("/console/account").status_code == 303
    at_step = at_second_step(door, person)
    gone = {"answer": json.dumps(key.show(ask(at_step, "/sign-in/passkey")))}
    assert at_step.post("/console/sign-in/passkey", gone).status_code == 422
    kept = {"answer": json.dumps(second.show(ask(at_step, "/sign-in/passkey")))}
    assert at_step.post("/console/sign-in/passkey", kept).status_code == 303


def test_the_only_one_stays_and_another_persons_too(door: Door) -> None:
    person, _ = with_passkey(door)
    other, _ = with_passkey(door)
    browser = door.signed_in(person)
    [mine] = door.service.accounts.passkeys.list(person.id)
    [theirs] = door.service.accounts.passkeys.list(other.id)
    answer = browser.post(f"/console/account/passkeys/{mine.id}/remove")
    assert answer.status_code == 422
    assert "only second factor" in problem_on(answer.text)
    assert browser.post(f"/console/account/passkeys/{theirs.id}/remove").status_code == 404
    assert door.service.people.get(other.id).passkeys == 1


@pytest.fixture
def near(database_url, tmp_path) -> Iterator[Door]:
    """A server without the setting: on this machine alone."""
    with running(plan_for(tmp_path, database_url, accounts=QUICK)) as server:
        door = Door(server, provider=None)
        yield door
        for each in door.opened:
            each.close()


def test_without_a_name_there_are_none_but_on_this_machine(near: Door) -> None:
    person = near.somebody()
    for host in ("127.0.0.1:8080", "evil.example.com", "localhost.evil.example.com"):
        browser = near.signed_in(person, Stage.ENROL)
        page = browser.get("/console/enrol", headers={"Host": host}).text
        assert "data-passkey" not in page
        refused = browser.post("/console/enrol/passkey/ask", headers={**JSON, "Host": host})
        assert refused.status_code == 422
        assert "service.public_url" in refused.json()["words"]
        assert "service.public_url" in words_of(
            near.signed_in(person).get("/console/account", headers={"Host": host}).text
        )


def test_on_this_machine_its_name_is_localhost(near: Door) -> None:
    person = near.somebody()
    browser = near.signed_in(person, Stage.ENROL)
    here = {"Host": "localhost:8080"}
    asked = browser.post("/console/enrol/passkey/ask", headers={**JSON, **here})
    options = asked.json()["options"]
    assert options["publicKey"]["rp"]["id"] == "localhost"
    key = Authenticator(origin="http://localhost:8080")
    fields = {"answer": json.dumps(key.make(options)), "name": ""}
    answer = browser.post("/console/enrol/passkey", fields, headers=here)
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "url",
    [
        "hedgerow.example.org", "http://hedgerow.example.org", "https://", "https://x/console",
        "https://x?y", "https://u@x", "ftp://x", "http://127.0.0.1:8080", "https://x:port",
    ],
)  # fmt: skip
def test_a_name_that_browsers_would_not_take_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="public_url must be like https"):
        Options(public_url=url)


@pytest.mark.parametrize("url", ["", PUBLIC, f"{PUBLIC}:8443/", "http://localhost:8080"])
def test_a_name_that_they_take(url: str) -> None:
    assert Options(public_url=url).public_url == url
