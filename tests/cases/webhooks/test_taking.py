"""From the outbox to chains of attempts, whatever the courier remembers."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from tests.cases.webhooks.conftest import Clock
from tests.postgres import postgres_only

from hedgerow.cases.webhooks import CHOICES, DeliveryState, Webhooks
from hedgerow.cases.webhooks.models import AttemptRow, DeliveryRow
from hedgerow.cases.webhooks.taking import give_back, note_alive, take, tidy
from hedgerow.store import Database, Vault

URL = "https://example.org/hedgerow"


class Remembered:
    """Chains that nothing is done with."""

    def __init__(self) -> None:
        self.started: dict[str, tuple[int, int, int, float]] = {}
        self.fails_after: int | None = None

    def start(
        self, delivery_id: int, endpoint_id: int, ticket: str, number: int, wait: float
    ) -> None:
        if self.fails_after == len(self.started):
            raise KeyboardInterrupt
        told = (delivery_id, endpoint_id, number, wait)
        assert self.started.setdefault(ticket, told) == told

    def alive(self) -> Collection[str]:
        return set(self.started)


@pytest.fixture
def chains() -> Remembered:
    return Remembered()


@pytest.fixture
def webhooks(database: Database, vault: Vault, clock: Clock) -> Webhooks:
    made = Webhooks(database, vault, clock=clock)
    made.create(URL, CHOICES)
    return made


def states(webhooks: Webhooks) -> set[DeliveryState]:
    return {each.state for each in webhooks.deliveries()}


def test_each_is_taken_once_the_oldest_first(
    database: Database, webhooks: Webhooks, chains: Remembered, tell: Callable[..., int]
) -> None:
    for _ in range(3):
        tell()
    assert take(database, chains) == 3
    assert take(database, chains) == 0
    assert list(chains.started.values()) == [(number, 1, 1, 0.0) for number in (1, 2, 3)]
    assert states(webhooks) == {DeliveryState.SENDING}


@pytest.mark.parametrize("after", [0, 1, 2])
def test_killed_between_two_and_run_again_none_is_lost_and_none_has_two_chains(
    database: Database,
    webhooks: Webhooks,
    chains: Remembered,
    tell: Callable[..., int],
    after: int,
) -> None:
    for _ in range(3):
        tell()
    chains.fails_after = after
    with pytest.raises(KeyboardInterrupt):
        take(database, chains)
    assert states(webhooks) == {DeliveryState.NEW}
    chains.fails_after = None
    assert take(database, chains) == 3
    assert sorted(told[0] for told in chains.started.values()) == [1, 2, 3]


def test_what_the_courier_forgot_begins_anew(
    database: Database, webhooks: Webhooks, chains: Remembered, tell: Callable[..., int]
) -> None:
    tell()
    tell()
    take(database, chains)
    tickets = list(chains.started)
    del chains.started[tickets[0]]
    assert give_back(database, chains, None) == 1
    assert [each.state for each in webhooks.deliveries()] == [
        DeliveryState.SENDING,
        DeliveryState.NEW,
    ]
    assert take(database, chains) == 1
    assert set(chains.started) > {tickets[1]}
    assert len(chains.started) == 2
    assert tickets[0] not in chains.started


def test_a_chain_that_was_lost_goes_on_with_the_attempts_that_are_left(
    database: Database, webhooks: Webhooks, chains: Remembered, tell: Callable[..., int]
) -> None:
    tell()
    take(database, chains)
    with database.write() as session:
        session.get_one(DeliveryRow, 1).attempts = 4
    chains.started.clear()
    give_back(database, chains, None)
    take(database, chains)
    assert list(chains.started.values()) == [(1, 1, 5, 0.0)]


def test_a_chain_that_goes_on_meanwhile_is_left_alone(
    database: Database, webhooks: Webhooks, chains: Remembered, tell: Callable[..., int]
) -> None:
    tell()
    take(database, chains)

    def alive() -> Collection[str]:
        with database.write() as session:
            session.get_one(DeliveryRow, 1).attempts += 1
        return set()

    chains.alive = alive  # type: ignore[method-assign] # what happens between two looks
    assert give_back(database, chains, None) == 0
    assert states(webhooks) == {DeliveryState.SENDING}


def test_only_what_is_overdue_is_looked_for(
    database: Database,
    webhooks: Webhooks,
    chains: Remembered,
    tell: Callable[..., int],
) -> None:
    tell()
    take(database, chains)
    chains.started.clear()
    due = webhooks.deliveries()[0].created_at
    assert give_back(database, chains, due) == 0
    assert give_back(database, chains, due + timedelta(seconds=1)) == 1


def test_resent_and_lost_before_its_attempt_it_is_overdue_too(
    database: Database,
    webhooks: Webhooks,
    chains: Remembered,
    tell: Callable[..., int],
    clock: Clock,
) -> None:
    tell()
    with database.write() as session:
        row = session.get_one(DeliveryRow, 1)
        row.state, row.next_at, row.ended_at = DeliveryState.FAILED, None, clock.at
    webhooks.resend(1)
    take(database, chains)
    chains.started.clear()
    assert give_back(database, chains, clock.at + timedelta(seconds=1)) == 1


def test_what_ended_long_ago_is_deleted_with_its_attempts(
    database: Database, webhooks: Webhooks, tell: Callable[..., int], clock: Clock
) -> None:
    for state in DeliveryState:
        tell()
        with database.write() as session:
            row = session.get_one(DeliveryRow, webhooks.deliveries()[0].id)
            ended = state not in (DeliveryState.NEW, DeliveryState.SENDING)
            row.state, row.ended_at = state, clock.at if ended else None
            session.add(
                AttemptRow(
                    delivery_id=row.id, series=1, number=1, at=clock.at, reason="", milliseconds=1
                )
            )
    clock.pass_(30 * 86_400)
    assert tidy(database, clock(), 30) == 0
    clock.pass_(1)
    assert tidy(database, clock(), 30) == 3
    assert states(webhooks) == {DeliveryState.NEW, DeliveryState.SENDING}
    with database.read() as session:
        assert session.query(AttemptRow).count() == 2


def test_whether_a_courier_is_at_work_is_told_where_something_waits(
    database: Database, webhooks: Webhooks, tell: Callable[..., int], clock: Clock
) -> None:
    assert webhooks.problem() is None
    tell()
    assert "ever" in str(webhooks.problem())
    for _ in range(2):  # twice, as the row is there by then
        note_alive(database, clock())
    assert webhooks.problem() is None
    clock.pass_(61)
    assert "2026-03-01 12:00" in str(webhooks.problem())


@postgres_only("two that write at a time")
def test_two_couriers_say_for_the_first_time_that_they_are_at_work(
    database: Database, webhooks: Webhooks, tell: Callable[..., int], clock: Clock
) -> None:
    with ThreadPoolExecutor(1) as other:
        with database.write():
            note_alive(database, clock())
            second = other.submit(note_alive, database, clock())
            with pytest.raises(TimeoutError):
                second.result(0.5)  # it waits for the first
        assert second.result(20) is None
    tell()
    assert webhooks.problem() is None
