"""One attempt: what is sent, what is written down, and what comes next."""

import random
from collections.abc import Callable, Iterator

import pytest
from standardwebhooks import Webhook
from tests.cases.webhooks.conftest import EVENT, Clock
from tests.cases.webhooks.log import logged
from tests.cases.webhooks.receivers import Receiver, Reply

from hedgerow.cases.webhooks import (
    CHOICES,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    WebhookLimits,
    Webhooks,
    signing,
)
from hedgerow.cases.webhooks.attempts import Attempts
from hedgerow.cases.webhooks.models import DeliveryRow
from hedgerow.cases.webhooks.sending import Sender
from hedgerow.store import Database, Vault

TICKET = "a ticket"
LIMITS = WebhookLimits(retry_seconds=(10, 60), jitter=0)


@pytest.fixture
def webhooks(database: Database, vault: Vault, clock: Clock) -> Webhooks:
    return Webhooks(database, vault, LIMITS, clock)


@pytest.fixture
def attempts(database: Database, vault: Vault, clock: Clock) -> Iterator[Attempts]:
    with Sender(5, 4) as sender:
        yield Attempts(database, vault, sender, LIMITS, random.Random(1), clock)


@pytest.fixture
def endpoint(webhooks: Webhooks, receiver: Receiver) -> tuple[Endpoint, str]:
    return webhooks.create(receiver.url, CHOICES)


@pytest.fixture
def make(
    database: Database, webhooks: Webhooks, endpoint: object, tell: Callable[..., int]
) -> Callable[[], int]:
    """Emits an event; returns its delivery's number, with a ticket as the courier gives them."""

    def made() -> int:
        tell()
        number = webhooks.deliveries()[0].id
        with database.write() as session:
            session.get_one(DeliveryRow, number).ticket = TICKET
        return number

    return made


@pytest.fixture
def delivery_id(make: Callable[[], int]) -> int:
    return make()


def test_delivered(
    attempts: Attempts, webhooks: Webhooks, receiver: Receiver, delivery_id: int, clock: Clock
) -> None:
    assert attempts.attempt(delivery_id, TICKET, 1) is None
    found = webhooks.delivery(delivery_id)
    assert found.state is DeliveryState.DELIVERED
    assert (found.ended_at, found.next_at, found.tried) == (clock.at, None, 1)
    (attempt,) = found.attempts
    assert (attempt.series, attempt.number, attempt.at) == (1, 1, clock.at)
    assert (attempt.status, attempt.reason) == (204, "")
    (got,) = receiver.got
    assert got.body.decode() == found.payload
    assert got.message_id == found.message_id


def test_what_arrives_can_be_verified(
    attempts: Attempts,
    receiver: Receiver,
    delivery_id: int,
    endpoint: tuple[Endpoint, str],
    clock: Clock,
) -> None:
    from hedgerow.store import now

    clock.at = now()  # the reference looks at the real time
    attempts.attempt(delivery_id, TICKET, 1)
    (got,) = receiver.got
    assert Webhook(endpoint[1]).verify(got.body, got.headers)["type"] == EVENT


def test_failed_and_tried_again_until_it_is_given_up(
    attempts: Attempts, webhooks: Webhooks, receiver: Receiver, delivery_id: int, clock: Clock
) -> None:
    receiver.always = Reply(500)
    for number, wait in enumerate((10, 60), start=1):
        assert attempts.attempt(delivery_id, TICKET, number) == wait
        found = webhooks.delivery(delivery_id)
        assert (found.state, found.tried) == (DeliveryState.SENDING, number)
        assert found.next_at is not None
        assert (found.next_at - clock.at).total_seconds() == wait
        clock.pass_(wait)
    assert attempts.attempt(delivery_id, TICKET, 3) is None
    found = webhooks.delivery(delivery_id)
    assert (found.state, found.tried, found.next_at) == (DeliveryState.FAILED, 3, None)
    assert [each.number for each in found.attempts] == [3, 2, 1]
    assert {each.status for each in found.attempts} == {500}
    assert webhooks.list()[0].failed == 1
    # The same event each time, by its number; another time, and so another signature.
    assert len({each.message_id for each in receiver.got}) == 1
    assert len({each.body for each in receiver.got}) == 1
    assert len({each.headers["webhook-timestamp"] for each in receiver.got}) == 3
    assert len({each.headers["webhook-signature"] for each in receiver.got}) == 3


def test_what_a_receiver_asks_for_is_heard(
    attempts: Attempts, receiver: Receiver, delivery_id: int
) -> None:
    receiver.always = Reply(429, (("Retry-After", "77"),))
    assert attempts.attempt(delivery_id, TICKET, 1) == 77


@pytest.mark.parametrize("redelivered", [False, True])
def test_made_again_after_the_process_was_killed(
    attempts: Attempts,
    webhooks: Webhooks,
    receiver: Receiver,
    delivery_id: int,
    clock: Clock,
    redelivered: bool,
) -> None:
    """What was written down before is not sent again."""
    receiver.replies.append(Reply(204 if redelivered else 500))
    attempts.attempt(delivery_id, TICKET, 1)
    before = webhooks.delivery(delivery_id)
    clock.pass_(3)
    assert attempts.attempt(delivery_id, TICKET, 1) == (None if redelivered else 7)
    assert len(receiver.got) == 1
    assert webhooks.delivery(delivery_id) == before
    clock.pass_(100)
    assert attempts.attempt(delivery_id, TICKET, 1) == (None if redelivered else 0)


def test_overtaken_by_another_process_it_undoes_nothing(
    attempts: Attempts, webhooks: Webhooks, receiver: Receiver, delivery_id: int
) -> None:
    receiver.always = Reply(500)
    send = attempts._send

    def overtaken(*arguments: object) -> object:
        attempts._send = send  # type: ignore[method-assign] # a test's own way between two steps
        attempts.attempt(delivery_id, TICKET, 1)
        attempts.attempt(delivery_id, TICKET, 2)
        receiver.always = Reply(502)
        return send(*arguments)  # type: ignore[arg-type] # as it was called

    attempts._send = overtaken  # type: ignore[method-assign,assignment] # likewise
    assert attempts.attempt(delivery_id, TICKET, 1) == 60
    found = webhooks.delivery(delivery_id)
    assert len(receiver.got) == 3
    assert found.tried == 2
    assert [(each.number, each.status) for each in found.attempts] == [(2, 500), (1, 500)]


def test_a_chain_that_was_replaced_ends(
    attempts: Attempts, webhooks: Webhooks, receiver: Receiver, delivery_id: int
) -> None:
    webhooks.resend(delivery_id)
    assert attempts.attempt(delivery_id, TICKET, 1) is None
    assert attempts.attempt(delivery_id + 1, TICKET, 1) is None
    assert receiver.got == []


def test_resent_while_it_is_being_sent(
    attempts: Attempts, webhooks: Webhooks, receiver: Receiver, delivery_id: int
) -> None:
    found = during(attempts, delivery_id, lambda: webhooks.resend(delivery_id), webhooks)
    assert (found.state, found.series, found.tried) == (DeliveryState.NEW, 2, 0)
    assert [(each.series, each.number) for each in found.attempts] == [(1, 1)]


@pytest.mark.parametrize(
    ("status", "state"), [(204, DeliveryState.DELIVERED), (500, DeliveryState.DROPPED)]
)
def test_switched_off_while_it_is_being_sent(
    attempts: Attempts,
    webhooks: Webhooks,
    receiver: Receiver,
    delivery_id: int,
    endpoint: tuple[Endpoint, str],
    status: int,
    state: DeliveryState,
) -> None:
    receiver.always = Reply(status)
    off = lambda: webhooks.update(endpoint[0].id, active=False)  # noqa: E731  # said in one line
    found = during(attempts, delivery_id, off, webhooks)
    assert found.state is state
    assert found.attempts[0].status == status


def test_removed_while_it_is_being_sent(
    attempts: Attempts,
    webhooks: Webhooks,
    receiver: Receiver,
    delivery_id: int,
    endpoint: tuple[Endpoint, str],
) -> None:
    send = attempts._send

    def removing(*arguments: object) -> object:
        webhooks.remove(endpoint[0].id)
        return send(*arguments)  # type: ignore[arg-type] # as it was called

    attempts._send = removing  # type: ignore[method-assign,assignment] # between two steps
    assert attempts.attempt(delivery_id, TICKET, 1) is None
    assert len(receiver.got) == 1
    assert webhooks.deliveries() == []


def during(
    attempts: Attempts, delivery_id: int, call: Callable[[], object], webhooks: Webhooks
) -> Delivery:
    """Make an attempt, and do something after it was sent and before it is written down."""
    send = attempts._send

    def sending(*arguments: object) -> object:
        answer = send(*arguments)  # type: ignore[arg-type] # as it was called
        call()
        return answer

    attempts._send = sending  # type: ignore[method-assign,assignment] # between two steps
    assert attempts.attempt(delivery_id, TICKET, 1) is None
    return webhooks.delivery(delivery_id)


def test_gone_switches_the_endpoint_off(
    attempts: Attempts,
    webhooks: Webhooks,
    database: Database,
    receiver: Receiver,
    make: Callable[[], int],
    endpoint: tuple[Endpoint, str],
) -> None:
    first, second = make(), make()
    receiver.always = Reply(410)
    assert attempts.attempt(first, TICKET, 1) is None
    assert webhooks.get(endpoint[0].id).state is EndpointState.GONE
    assert webhooks.delivery(first).state is DeliveryState.FAILED
    assert webhooks.delivery(second).state is DeliveryState.DROPPED
    assert attempts.attempt(second, TICKET, 1) is None
    assert len(receiver.got) == 1
    expected = ("service", "webhook.gone", f"webhook:{endpoint[0].id}", {"dropped": 1})
    assert logged(database)[-1] == expected
    assert webhooks.update(endpoint[0].id, active=True).state is EndpointState.ACTIVE
    assert webhooks.resend_all(endpoint[0].id) == 2


def test_without_its_key_nothing_is_sent_unsigned(
    attempts: Attempts, webhooks: Webhooks, vault: Vault, receiver: Receiver, delivery_id: int
) -> None:
    key = vault.path.read_bytes()
    vault.path.unlink()
    attempts._vault = Vault(vault.path)
    assert attempts.attempt(delivery_id, TICKET, 1) == 10
    assert receiver.got == []
    (attempt,) = webhooks.delivery(delivery_id).attempts
    assert attempt.status is None
    assert "key file" in attempt.reason
    vault.path.write_bytes(key)
    vault.path.chmod(0o600)
    assert attempts.attempt(delivery_id, TICKET, 2) is None
    assert len(receiver.got) == 1


def test_while_a_secret_is_replaced_both_verify(
    attempts: Attempts,
    webhooks: Webhooks,
    receiver: Receiver,
    make: Callable[[], int],
    endpoint: tuple[Endpoint, str],
    clock: Clock,
) -> None:
    first = endpoint[1]
    second = webhooks.rotate(endpoint[0].id)
    attempts.attempt(make(), TICKET, 1)
    clock.pass_(LIMITS.rotation_hours * 3600)
    attempts.attempt(make(), TICKET, 1)
    during_it, after = receiver.got
    for secret, got, good in (
        (first, during_it, True),
        (second, during_it, True),
        (first, after, False),
        (second, after, True),
    ):
        plain = signing.base64.b64decode(secret.removeprefix("whsec_"))
        seconds = int(got.headers["webhook-timestamp"])
        own = signing.signature(plain, got.message_id, seconds, got.body)
        assert (own in got.headers["webhook-signature"].split()) == good


def test_of_an_answer_nothing_is_kept(
    attempts: Attempts, webhooks: Webhooks, receiver: Receiver, delivery_id: int
) -> None:
    receiver.always = Reply(500, (("X-Reason", "findable"), ("Retry-After", "findable")))
    attempts.attempt(delivery_id, TICKET, 1)
    assert "findable" not in repr(webhooks.delivery(delivery_id))
