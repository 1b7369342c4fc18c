"""A database with very many cases, made in seconds: for measuring, not for anything else."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Table, text

from hedgerow.cases.models import CaseRow
from hedgerow.store import Counter, Database, insert_rows, now

PORTION = 20_000
BANKS = 20
COMPLAINTS = 0.00003
CATEGORIES = ("landscape", "bridge", "harbour", "market", "")


def fill(database: Database, number: int, decided: float = 0.5) -> None:
    """Make `number` cases, a part of them decided, the rest waiting in one way or another."""
    table = cast(Table, CaseRow.__table__)
    names = [column.key for column in table.columns]
    dice = random.Random(7)
    at = now()
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    with database.write() as session:
        for index in indexes:
            index.drop(session.connection())
    for start in range(1, number + 1, PORTION):
        made = (
            _case(dice, case_id, at, decided)
            for case_id in range(start, min(start + PORTION, number + 1))
        )
        rows = [tuple(case[name] for name in names) for case in made]
        with database.write() as session:
            insert_rows(session, table, rows)
    with database.write() as session:
        # Afterwards they are made in a fraction of the time.
        for index in indexes:
            index.create(session.connection())
        session.merge(Counter(name="case", value=number))
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE review_case"))


def _case(dice: random.Random, case_id: int, at: Any, decided: float) -> dict[str, Any]:
    roll = dice.random()
    opened = at - timedelta(seconds=dice.randrange(90 * 86_400))
    is_decided = roll < decided
    open_status = dice.choices(["waiting", "second", "escalated", "held"], [90, 5, 3, 2])[0]
    status = "decided" if is_decided else open_status
    bank = dice.randrange(BANKS) + 2
    category = dice.choice(CATEGORIES)
    complained = dice.random() < COMPLAINTS
    return {
        "id": case_id,
        "status": status,
        "resumes": "waiting",
        "reason": "complaint" if complained else "match",
        "review": 1,
        "outcome": dice.choice(["confirmed", "confirmed", "disputed"]) if is_decided else None,
        "same": dice.randbytes(32),
        "bank_id": bank,
        "bank": f"bank {bank}",
        "action": "block",
        "content_id": dice.randrange(10**6),
        "labels": "[]" if not category else f'["{category}"]',
        "category": category,
        "signal_type": "pdq",
        "value": f"{dice.getrandbits(256):064x}",
        "distance": dice.randrange(32),
        "threshold": 31,
        "transform": "none",
        "copies": 1 + int(dice.expovariate(0.5)),
        "rank": -case_id if is_decided else -200 - dice.randrange(100) - 500 * complained,
        "opened_at": opened,
        "waiting_since": opened,
        "decided_at": opened + timedelta(minutes=dice.randrange(600)) if is_decided else None,
        "lease_person": None,
        "lease_until": None,
        "assigned_to": None,
        "held_until": at + timedelta(days=3) if status == "held" else None,
        "held_why": "",
        "object_id": None,
        "media_until": None,
        "media": "jpeg",
        "test": False,
    }
