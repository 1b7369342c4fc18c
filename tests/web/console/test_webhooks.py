"""The pages of webhooks, with a real courier and a receiver where something is sent."""

import html
import re
from pathlib import Path

import pytest
from standardwebhooks import Webhook
from tests.cases.webhooks.receivers import Reply, receiving, wait_until
from tests.web.console.browsing import Browser, words_of
from tests.web.console.desks import Desk
from tests.web.console.making import case_of

from hedgerow.accounts import Role
from hedgerow.cases.webhooks import (
    CHOICES,
    Courier,
    CourierPlan,
    DeliveryState,
    EndpointState,
    NoSuchWebhook,
    WebhookLimits,
    emit,
)

URL = "https://example.org/hedgerow"
LIMITS = WebhookLimits(retry_seconds=(0.1,), poll_seconds=0.05)


@pytest.fixture
def receiver():
    with receiving() as server:
        yield server


@pytest.fixture
def administrator(browser) -> Browser:
    return browser("administrator")


@pytest.fixture
def make(desk):
    """Makes webhooks, and removes them at the end: the server is shared."""
    made = []

    def making(url=URL, events=CHOICES, description="") -> int:
        made.append(desk.service.webhooks.create(url, events, description)[0].id)
        return made[-1]

    yield making
    for each in made:
        if any(found.id == each for found in desk.service.webhooks.list()):
            desk.service.webhooks.remove(each)


def plan_of(desk: Desk, folder: Path) -> CourierPlan:
    plan = desk.running.plan
    return CourierPlan(plan.database_url, plan.vault_key, folder, LIMITS)


def tell(desk: Desk, event: str = "case.decided", **data: object) -> None:
    with desk.service.database.write() as session:
        emit(session, event, {"case": 1, **data})


def secret_on(page: str) -> str:
    """The secret that a page shows, and the only one."""
    found = set(re.findall(r"whsec_[A-Za-z0-9+/=]+", html.unescape(page)))
    assert len(found) == 1
    return found.pop()


def state_of(desk: Desk, endpoint_id: int) -> EndpointState:
    return desk.service.webhooks.get(endpoint_id).state


def test_the_empty_page_says_what_to_do(desk, administrator):
    if desk.service.webhooks.list():
        pytest.fail("another test left a webhook")
    page = administrator.get("/console/webhooks").text
    assert "Make the first webhook" in page
    assert "/console/webhooks/new" in page


def test_made_sent_verified_replaced_and_removed(desk, administrator, receiver, tmp_path):
    """All of it, as somebody does it in the console."""
    fields = {"url": receiver.url, "description": "the forum", "event": ["case.decided"]}
    shown = administrator.post("/console/webhooks", fields, page="/console/webhooks/new")
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    first = secret_on(shown.text)
    (endpoint,) = desk.service.webhooks.list()
    here = f"/console/webhooks/{endpoint.id}"
    assert f'href="{here}"' in shown.text
    with Courier(plan_of(desk, tmp_path)):
        sent = administrator.post(f"{here}/test", page=here)
        assert "on its way" in administrator.notice(sent)
        (got,) = receiver.wait_for(1)
        assert Webhook(first).verify(got.body, got.headers)["type"] == "test"
        delivery = sent.headers["location"]
        wait_until(lambda: "delivered" in administrator.get(delivery).text)
        replaced = administrator.post(f"{here}/rotate", page=here)
        second = secret_on(replaced.text)
        assert second != first
        tell(desk)
        got = receiver.wait_for(2)[1]
        for secret in (first, second):
            assert Webhook(secret).verify(got.body, got.headers)["type"] == "case.decided"
    page = administrator.get(here).text
    assert "signs too until" in words_of(page)
    assert first not in page
    assert second not in page
    again = administrator.post(f"{here}/rotate", page=here)
    assert again.status_code == 422
    assert "replace both at once" in words_of(again.text)
    secret_on(administrator.post(f"{here}/rotate", {"at_once": "1"}, page=here).text)
    assert "signs too until" not in words_of(administrator.get(here).text)
    refused = administrator.post(f"{here}/remove", page=here)
    assert refused.status_code == 422
    gone = administrator.post(f"{here}/remove", {"sure": "1"}, page=here)
    assert administrator.notice(gone) == "The webhook is removed."
    with pytest.raises(NoSuchWebhook):
        desk.service.webhooks.get(endpoint.id)
    assert administrator.get(here).status_code == 404
    assert administrator.get(delivery).status_code == 404


def test_what_failed_is_shown_first_and_sent_again(desk, administrator, make, receiver, tmp_path):
    receiver.always = Reply(503)
    endpoint = make(receiver.url, description="the forum")
    tell(desk)
    tell(desk)
    here = f"/console/webhooks/{endpoint}"
    with Courier(plan_of(desk, tmp_path)):
        wait_until(lambda: desk.service.webhooks.get(endpoint).failed == 2)
        page = administrator.get("/console/webhooks").text
        assert "Given up" in page
        assert page.index("Given up") < page.index('aria-label="Webhooks"')
        first, second = re.findall(r'href="(/console/webhooks/deliveries/\d+)"', page)
        told = words_of(administrator.get(first).text)
        assert told.count("It answered 503 (Service Unavailable)") == 2
        receiver.always = Reply(204)
        sent = administrator.post(f"{first}/resend", page=first)
        assert "sent again" in administrator.notice(sent)
        wait_until(lambda: desk.service.webhooks.get(endpoint).failed == 1)
        all_of_it = administrator.post(f"{here}/resend", page=here)
        assert "1 delivery: sent again" in administrator.notice(all_of_it)
        wait_until(lambda: "delivered" in administrator.get(second).text)
    assert "Given up" not in administrator.get("/console/webhooks").text
    none = administrator.post(f"{here}/resend")
    assert "nothing to send again" in administrator.notice(none)


def test_changed(desk, administrator, make):
    endpoint = make()
    here = f"/console/webhooks/{endpoint}"
    fields = {"url": URL + "/2", "description": "new words", "event": ["case.opened"]}
    answer = administrator.post(here, fields, page=here)
    assert "It is changed" in administrator.notice(answer)
    found = desk.service.webhooks.get(endpoint)
    assert (found.url, found.description, found.events) == (
        URL + "/2",
        "new words",
        ("case.opened",),
    )


@pytest.mark.parametrize("where", ["new", "there"])
def test_what_can_not_be_is_said_and_nothing_typed_is_lost(desk, administrator, make, where):
    endpoint = make()
    path = "/console/webhooks" if where == "new" else f"/console/webhooks/{endpoint}"
    fields = {"url": "http://example.org/typed", "description": "words", "event": ["case.copied"]}
    answer = administrator.post(path, fields)
    assert answer.status_code == 422
    assert "must begin with https://" in answer.text
    assert 'value="http://example.org/typed"' in answer.text
    assert 'value="words"' in answer.text
    ticked = re.findall(r'name="event" value="([\w.]+)" checked', answer.text)
    assert ticked == ["case.copied"]
    assert [each.url for each in desk.service.webhooks.list()] == [URL]


def test_switched_off_and_on(desk, administrator, make):
    endpoint = make()
    here = f"/console/webhooks/{endpoint}"
    tell(desk)
    off = administrator.post(f"{here}/switch", {"to": "off"}, page=here)
    assert "can be sent again" in administrator.notice(off)
    assert state_of(desk, endpoint) is EndpointState.OFF
    (delivery,) = desk.service.webhooks.deliveries(endpoint)
    assert delivery.state is DeliveryState.DROPPED
    for path in ("test", "resend"):
        refused = administrator.post(f"{here}/{path}")
        assert "switched off" in administrator.notice(refused)
    refused = administrator.post(f"/console/webhooks/deliveries/{delivery.id}/resend")
    assert "switched off" in administrator.notice(refused)
    assert "Send a test" not in administrator.get(here).text
    assert administrator.notice(administrator.post(f"{here}/switch", {"to": "on"})) == "It is on."
    assert state_of(desk, endpoint) is EndpointState.ACTIVE


def test_deliveries_by_state_and_page_by_page(desk, administrator, make):
    endpoint = make()
    here = f"/console/webhooks/{endpoint}"
    for _ in range(30):
        tell(desk)
    page = administrator.get(here).text
    first = re.findall(r"/console/webhooks/deliveries/(\d+)", page)
    assert len(first) == 25
    more = re.search(r'rel="next"[^>]*href="([^"]+)"', page)
    assert more
    rest = re.findall(r"/webhooks/deliveries/(\d+)", administrator.get(html.unescape(more[1])).text)
    assert len(rest) == 5
    assert not set(first) & set(rest)
    assert "None of these." in administrator.get(f"{here}?show=failed").text
    assert "(30)" in administrator.get(f"{here}?show=waiting").text
    assert len(page) < 100_000
    for odd in ("?after=x", "?after=" + "9" * 50, "?show=other"):
        assert administrator.get(here + odd).status_code == 200


def test_that_nothing_goes_out_is_said(desk, administrator, make):
    make()
    with desk.service.database.write() as session:
        from sqlalchemy import text

        session.execute(text("DELETE FROM webhook_courier"))
    assert "Nothing goes out" not in administrator.get("/console/webhooks").text
    tell(desk)
    shown = words_of(administrator.get("/console/webhooks").text)
    assert "Nothing goes out just now: no courier has ever been at work here" in shown


def test_what_an_event_tells_of_a_case_is_for_reviewers(desk, administrator, make, browser):
    """Administrators run things, and see no cases."""
    make()
    tell(desk, case=case_of(desk).id, context={"uploader": "somebody"})
    path = f"/console/webhooks/deliveries/{desk.service.webhooks.deliveries()[0].id}"
    assert "somebody" not in administrator.get(path).text
    both = (Role.ADMINISTRATOR, Role.MODERATOR)
    person = desk.people["administrator"]
    desk.service.people.change_roles(desk.people["auditor"], [Role.ADMINISTRATOR])
    try:
        desk.service.people.change_roles(person, both)
        assert "somebody" in administrator.get(path).text
    finally:
        desk.service.people.change_roles(person, [Role.ADMINISTRATOR])
        desk.service.people.change_roles(desk.people["auditor"], [Role.AUDITOR])


@pytest.mark.parametrize(
    "path",
    ["", "/switch", "/rotate", "/test", "/remove", "/resend"],
    ids=lambda path: path or "change",
)
def test_what_is_not_there_is_no_fault(administrator, path):
    answer = administrator.post(f"/console/webhooks/999999{path}", {"url": URL, "event": "x"})
    assert answer.status_code in (404, 422)
    assert administrator.post("/console/webhooks/deliveries/999999/resend").status_code == 404


def test_markup_in_words_is_shown_as_words(desk, administrator, make):
    make(description="<b>bold</b>")
    for path in ("/console/webhooks", f"/console/webhooks/{desk.service.webhooks.list()[-1].id}"):
        page = administrator.get(path).text
        assert "&lt;b&gt;bold&lt;/b&gt;" in page
        assert "<b>bold</b>" not in page


def test_the_log_says_who_did_it(desk, administrator, make):
    endpoint = make()
    administrator.post(f"/console/webhooks/{endpoint}/test")
    from sqlalchemy import text

    query = "SELECT actor, actor_number, action FROM audit_entry ORDER BY number DESC LIMIT 1"
    with desk.service.database.read() as session:
        told = tuple(session.execute(text(query)).one())
    assert told == ("person", desk.people["administrator"], "webhook.tested")
