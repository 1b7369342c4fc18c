"""Endpoints as people make and change them."""

from collections.abc import Callable

import pytest
from tests.cases.webhooks.log import logged

from hedgerow.cases.webhooks import (
    CHOICES,
    BadWebhook,
    DeliveryState,
    EndpointState,
    NoSuchDelivery,
    NoSuchWebhook,
    WebhookLimits,
    WebhookOff,
    Webhooks,
)
from hedgerow.cases.webhooks.addresses import MAX_URL
from hedgerow.store import Actor, ActorKind, Database, Vault, acting

URL = "https://example.org/hedgerow"
DESCRIPTION = "the platform's own"


def test_made_and_listed(webhooks: Webhooks) -> None:
    made, secret = webhooks.create(URL, ["case.opened", "case.copied"], DESCRIPTION)
    assert secret.startswith("whsec_")
    assert (made.url, made.description) == (URL, DESCRIPTION)
    assert made.events == ("case.opened", "case.copied")
    assert made.state is EndpointState.ACTIVE
    assert made.old_until is None
    assert made.rotated_at is None
    assert webhooks.get(made.id) == made
    assert webhooks.list() == [made]
    assert secret not in repr(made)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "https://example.org:8443/a?b=c%20d",
        "https://10.1.2.3/inside",  # an administrator's own network
        "https://[fd00::1]/inside",
        "http://127.0.0.1:8000/x",
        "http://127.9.9.9/x",
        "http://[::1]:8000/x",
        "http://localhost:8000/x",
    ],
)
def test_where_events_can_be_sent(webhooks: Webhooks, url: str) -> None:
    assert webhooks.create(url, CHOICES)[0].url == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.org/x", "https"),
        ("http://localhost.example.org/x", "https"),
        ("http://10.1.2.3/x", "https"),
        ("ftp://example.org/x", "https"),
        ("//example.org/x", "https"),
        ("example.org/x", "no URL"),
        ("https:///x", "no URL"),
        ("https://", "no URL"),
        ("", "no URL"),
        ("https://example.org:0/x", "no URL"),
        ("https://example.org:99999/x", "no URL"),
        ("https://[::1/x", "no URL"),
        ("https://user:password@example.org/x", "password"),
        ("https://user@example.org/x", "password"),
        ("https://@example.org/x", "password"),
        ("https://example.org/x#part", "#"),
        ("https://example.org/a b", "space"),
        ("https://example.org/a\nb", "encode"),
        ("https://exämple.org/", "encode"),
        ("https://example.org/" + "x" * MAX_URL, str(MAX_URL)),
    ],
)
def test_where_they_can_not(webhooks: Webhooks, url: str, why: str) -> None:
    with pytest.raises(BadWebhook, match=why):
        webhooks.create(url, CHOICES)
    assert webhooks.list() == []


@pytest.mark.parametrize(
    ("events", "description", "why"),
    [
        ([], "", "at least one"),
        (["case.opened", "case.lost"], "", "'case.lost'"),
        (["test"], "", "'test'"),
        (["case.opened"], "x" * 201, "200"),
        (["case.opened"], "a\nb", "printable"),
    ],
    ids=["none", "unknown", "test", "long", "lines"],
)
def test_what_else_is_refused(
    webhooks: Webhooks, events: list[str], description: str, why: str
) -> None:
    with pytest.raises(BadWebhook, match=why):
        webhooks.create(URL, events, description)


def test_there_can_be_so_many(database: Database, vault: Vault) -> None:
    webhooks = Webhooks(database, vault, WebhookLimits(max_endpoints=2))
    for _ in range(2):
        webhooks.create(URL, CHOICES)
    with pytest.raises(BadWebhook, match="max_endpoints"):
        webhooks.create(URL, CHOICES)
    assert len(webhooks.list()) == 2


def test_changed(webhooks: Webhooks) -> None:
    made = webhooks.create(URL, CHOICES, DESCRIPTION)[0]
    changed = webhooks.update(made.id, url=URL + "/2", events=["case.opened"])
    assert (changed.url, changed.events) == (URL + "/2", ("case.opened",))
    assert changed.description == DESCRIPTION
    with pytest.raises(BadWebhook):
        webhooks.update(made.id, description="other", url="http://example.org")
    assert webhooks.get(made.id) == changed


def test_switched_off_what_waits_is_dropped_and_can_be_resent(
    webhooks: Webhooks, tell: Callable[..., int]
) -> None:
    made = webhooks.create(URL, CHOICES)[0]
    other = webhooks.create(URL, CHOICES)[0]
    tell()
    tell()
    assert webhooks.get(made.id).waiting == 2
    assert webhooks.update(made.id, active=False).state is EndpointState.OFF
    tell()
    dropped = webhooks.deliveries(made.id)
    assert [each.state for each in dropped] == [DeliveryState.DROPPED] * 2
    assert webhooks.get(other.id).waiting == 3
    for call in (
        lambda: webhooks.send_test(made.id),
        lambda: webhooks.resend(dropped[0].id),
        lambda: webhooks.resend_all(made.id),
    ):
        with pytest.raises(WebhookOff):
            call()
    assert webhooks.update(made.id, active=True).state is EndpointState.ACTIVE
    again = webhooks.resend(dropped[0].id)
    assert (again.state, again.series) == (DeliveryState.NEW, 2)
    assert (again.message_id, again.payload) == (dropped[0].message_id, dropped[0].payload)
    assert webhooks.resend_all(made.id) == 1
    assert webhooks.get(made.id).waiting == 2


def test_removed_with_all_that_was_its_own(webhooks: Webhooks, tell: Callable[..., int]) -> None:
    made = webhooks.create(URL, CHOICES)[0]
    other = webhooks.create(URL, CHOICES)[0]
    tell()
    gone = webhooks.deliveries(made.id)[0]
    webhooks.remove(made.id)
    assert [each.id for each in webhooks.list()] == [other.id]
    assert [each.endpoint_id for each in webhooks.deliveries()] == [other.id]
    with pytest.raises(NoSuchDelivery, match=str(gone.id)):
        webhooks.delivery(gone.id)
    assert webhooks.create(URL, CHOICES)[0].id == other.id + 1


def test_once_all_are_removed_the_database_is_bound_to_no_key(
    webhooks: Webhooks, vault: Vault
) -> None:
    made = [webhooks.create(URL, CHOICES)[0].id for _ in range(2)]
    webhooks.remove(made[0])
    lost = vault.path.read_bytes()
    vault.path.unlink()
    with pytest.raises(Exception, match="isn't there"):
        Webhooks(webhooks._database, Vault(vault.path)).create(URL, CHOICES)
    vault.path.write_bytes(lost)
    vault.path.chmod(0o600)
    webhooks.remove(made[1])
    vault.path.unlink()
    Webhooks(webhooks._database, Vault(vault.path)).create(URL, CHOICES)
    assert vault.path.read_bytes() != lost


@pytest.mark.parametrize("number", [-1, 0, 99, 2**63])
def test_numbers_that_there_are_none_of(webhooks: Webhooks, number: int) -> None:
    for call in (
        webhooks.get,
        webhooks.update,
        webhooks.rotate,
        webhooks.remove,
        webhooks.send_test,
        webhooks.resend_all,
    ):
        with pytest.raises(NoSuchWebhook, match=str(number)):
            call(number)
    for call in (webhooks.delivery, webhooks.resend):
        with pytest.raises(NoSuchDelivery, match=str(number)):
            call(number)


def test_pages_of_deliveries(webhooks: Webhooks, tell: Callable[..., int]) -> None:
    made = webhooks.create(URL, CHOICES)[0]
    for _ in range(5):
        tell()
    first = webhooks.deliveries(limit=2)
    second = webhooks.deliveries(before=first[-1].id, limit=2)
    numbers = [each.id for each in (*first, *second)]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 4
    assert len(webhooks.deliveries(made.id, [DeliveryState.NEW], limit=10_000)) == 5
    assert webhooks.deliveries(states=[DeliveryState.FAILED]) == []
    assert len(webhooks.deliveries(before=2**70)) == 5


def test_every_change_is_a_line_in_the_log(webhooks: Webhooks, database: Database) -> None:
    with acting(Actor(ActorKind.PERSON, 7)):
        made = webhooks.create(URL, ["case.opened"])[0]
        webhooks.update(made.id, url=URL + "/token", active=False)
        webhooks.update(made.id, active=True)
        webhooks.update(made.id, active=True)  # changes nothing
        webhooks.rotate(made.id)
        webhooks.resend(webhooks.send_test(made.id))
        webhooks.remove(made.id)
    lines = logged(database)
    assert {(actor, subject) for actor, _, subject, _ in lines} == {
        ("person", f"webhook:{made.id}")
    }
    assert [action for _, action, _, _ in lines] == [
        "webhook.created",
        "webhook.changed",
        "webhook.changed",
        "webhook.rotated",
        "webhook.tested",
        "webhook.resent",
        "webhook.removed",
    ]
    assert lines[1][3] == {"changed": ["url", "state"], "state": "off", "dropped": 0}
    assert "token" not in str(lines)
