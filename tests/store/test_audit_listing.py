"""Reading the log by who, what, to what and when: exactly, and quickly where it is long."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, insert
from tests.postgres import sqlite_only
from tests.store.logbook import ENTRIES

from hedgerow.store import Actor, ActorKind, AuditLog, Vault
from hedgerow.store.audit import listing

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
PERSON, OTHER = Actor(ActorKind.PERSON, 7), Actor(ActorKind.PERSON, 8)
KEY, SERVICE = Actor(ActorKind.KEY, 7), Actor(ActorKind.SERVICE)
ACTIONS = ("case.opened", "case.decided", "case_x.opened", "Case.opened", "media.opened")


@pytest.fixture
def log(database, tmp_path):
    return AuditLog(database, Vault(tmp_path / "vault.key"), None)


def entry(number, at, actor, action, subject):
    return {
        "number": number, "at": at, "actor": str(actor.kind), "actor_number": actor.number,
        "action": action, "subject": subject, "why": "", "details": "{}",
        "previous": bytes(32), "hash": bytes(32),
    }  # fmt: skip


def fill(database, rows):
    with database.write() as session:
        session.execute(insert(ENTRIES), rows)


def naive(rows, before, limit, action_prefix="", actor=None, subject="", since=None, until=None):
    return [
        row["number"]
        for row in reversed(rows)
        if (before is None or row["number"] < before)
        and row["action"].startswith(action_prefix)
        and (actor is None or (row["actor"], row["actor_number"]) == (actor.kind, actor.number))
        and subject in ("", row["subject"])
        and (since is None or row["at"] >= since)
        and (until is None or row["at"] < until)
    ][:limit]


@pytest.mark.parametrize("span", [0, 10, listing.SPAN])
def test_any_filter_finds_what_fits_newest_first(database, log, monkeypatch, span):
    """Also where clocks went back: the newest are those with the largest numbers."""
    monkeypatch.setattr(listing, "SPAN", span)
    dice = random.Random(span)
    rows = [
        entry(
            number,
            BEGIN + timedelta(hours=number + dice.randrange(-30, 30)),
            dice.choice((PERSON, OTHER, KEY, SERVICE)),
            dice.choice(ACTIONS),
            f"case:{dice.randrange(4)}",
        )
        for number in range(1, 201)
    ]
    fill(database, rows)
    for _ in range(150):
        days = sorted(BEGIN + timedelta(hours=dice.randrange(-20, 240)) for _ in range(2))
        wanted = {
            "action_prefix": dice.choice(("", "", "case.", "case.opened", "c", "none")),
            "actor": dice.choice((None, PERSON, SERVICE)),
            "subject": dice.choice(("", "", "case:1")),
            "since": dice.choice((None, days[0])),
            "until": dice.choice((None, days[1])),
        }
        before, limit = dice.choice((None, 60, 150)), dice.choice((1, 5, 51))
        found = log.entries(before, limit, **wanted)
        assert [each.number for each in found] == naive(rows, before, limit, **wanted), wanted


FEW = {"since": BEGIN + timedelta(hours=100), "until": BEGIN + timedelta(hours=150)}


@sqlite_only("it counts the steps of a statement")
@pytest.mark.parametrize(
    "wanted",
    [
        {}, {"action_prefix": "case.opened"}, {"action_prefix": "case."}, {"actor": PERSON},
        {"actor": SERVICE}, {"action_prefix": "bank.changed"}, {"subject": "case:19"},
        {"subject": "none"}, FEW, FEW | {"action_prefix": "case."},
        FEW | {"action_prefix": "case.opened"}, FEW | {"actor": KEY}, FEW | {"subject": "case:5"},
        {"until": BEGIN}, {"since": BEGIN + timedelta(days=9999)},
    ],
    ids=str,
)  # fmt: skip
def test_no_page_reads_the_whole_log(database, log, wanted):
    number = 20_000
    actors = (KEY, KEY, KEY, PERSON)
    rows = [
        entry(
            each,
            BEGIN + timedelta(hours=each),
            SERVICE if each == 5 else actors[each % 4],
            "bank.changed" if each == 7 else ("case.opened", "case.decided")[each % 2],
            f"case:{each // 4}",
        )
        for each in range(1, number + 1)
    ]
    fill(database, rows)
    steps = 0

    def counted():
        nonlocal steps
        steps += 1

    def watch(given, *_):
        given.set_progress_handler(counted, 100)

    event.listen(database.engine, "checkout", watch)
    found = log.entries(None, 51, **wanted)
    event.remove(database.engine, "checkout", watch)
    assert [each.number for each in found] == naive(rows, None, 51, **wanted)
    # To look at every entry takes some steps for each.
    assert steps * 100 < number, steps * 100
