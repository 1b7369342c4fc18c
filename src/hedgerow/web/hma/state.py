"""What takes part in lookups: HMA's switches of banks, contents and signal types.

They are HMA's alone: API v1 and the command line compare with all that is banked.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from hedgerow.banks import Policy, latest, policies
from hedgerow.store import Database, allocate
from hedgerow.web.hma.models import HmaBankRow, HmaContentRow, HmaSignalTypeRow
from hedgerow.web.service import Service

ENABLED = 1
"""A content's `disable_until_ts` where nobody switched it off."""

_LOCK = "hma"


@dataclass(frozen=True)
class Known:
    """The banks and their switches, as of one moment.

    `sequence`: the number of the banks' last change then. `ratios`: by bank number, and
    `types` by name, only those that aren't 1.
    """

    sequence: int
    at: float
    policies: Mapping[int, Policy]
    ratios: Mapping[int, float]
    types: Mapping[str, float]

    def ratio(self, bank: Policy) -> float:
        """How often a bank takes part."""
        return self.ratios.get(bank.bank_id, 1.0)

    def type_ratio(self, name: str) -> float:
        """How often a signal type takes part."""
        return self.types.get(name, 1.0)

    def named(self, name: str) -> Policy | None:
        """The bank of that name, if there is one."""
        return next((each for each in self.policies.values() if each.name == name), None)


@dataclass(frozen=True)
class ContentState:
    """What is kept of a content here. `disable_until`: 0 for good, 1 not at all, else epoch."""

    disable_until: int = ENABLED
    details: Mapping[str, Any] = field(default_factory=dict)


class State:
    """The switches as lookups use them: as fresh as the banks that they are compared with."""

    def __init__(self) -> None:
        self._known: Known | None = None
        self._changes = 0
        self._reading = asyncio.Lock()

    async def current(self, service: Service) -> Known:
        """The switches, read anew where the banks or these may have changed."""
        async with self._reading:
            known = self._known
            if known is not None and self._is_fresh(known, service):
                return known
            changes = self._changes
            found = await service.calls.read(lambda: read(service.database))
            # What was changed meanwhile may not be in it: the next one looks again.
            self._known = found if changes == self._changes else None
            return found

    def changed(self) -> None:
        """Read them anew before the next lookup."""
        self._changes += 1
        self._known = None

    @staticmethod
    def _is_fresh(known: Known, service: Service) -> bool:
        age = time.monotonic() - known.at
        return known.sequence >= service.fresh.sequence and age < service.plan.live.poll_seconds


def draw(seed: str | None) -> float:
    """A number from 0 up to 1, the same for the same seed, and the same that HMA draws."""
    return random.Random(seed).random()  # noqa: S311  # no secret: whoever asks chooses the seed


def takes_part(ratio: float, drawn: float) -> bool:
    """Whether something that is enabled to this ratio takes part; with 0 it never does."""
    return ratio > 0 and ratio >= drawn


def read(database: Database) -> Known:
    """All switches as they are now."""
    at = time.monotonic()
    with database.read() as session:
        ratios = session.execute(select(HmaBankRow.bank_id, HmaBankRow.enabled_ratio))
        types = session.execute(select(HmaSignalTypeRow.name, HmaSignalTypeRow.enabled_ratio))
        return Known(
            latest(session),
            at,
            policies(session),
            {row[0]: row[1] for row in ratios},
            {row[0]: row[1] for row in types},
        )


def lock(session: Session) -> None:
    """Let one change of the switches wait for another; before anything else of its transaction."""
    allocate(session, _LOCK)


def set_ratio(session: Session, bank_id: int, ratio: float) -> None:
    """Set how often a bank takes part; `lock` first."""
    session.execute(delete(HmaBankRow).where(HmaBankRow.bank_id == bank_id))
    if ratio != 1:
        session.execute(insert(HmaBankRow).values(bank_id=bank_id, enabled_ratio=ratio))


def set_type_ratio(session: Session, name: str, ratio: float) -> None:
    """Set how often a signal type takes part; `lock` first."""
    session.execute(delete(HmaSignalTypeRow).where(HmaSignalTypeRow.name == name))
    if ratio != 1:
        session.execute(insert(HmaSignalTypeRow).values(name=name, enabled_ratio=ratio))


def content_state(session: Session, content_id: int) -> ContentState:
    """What is kept of a content."""
    row = session.get(HmaContentRow, content_id)
    return ContentState() if row is None else ContentState(row.disable_until, row.details)


def set_content_state(session: Session, content_id: int, state: ContentState) -> None:
    """Keep this of a content; `lock` first."""
    session.execute(delete(HmaContentRow).where(HmaContentRow.content_id == content_id))
    if state != ContentState():
        values = {"disable_until": state.disable_until, "details": dict(state.details)}
        session.execute(insert(HmaContentRow).values(content_id=content_id, **values))


def disabled(session: Session, contents: Collection[int]) -> set[int]:
    """Which of these contents take no part now."""
    rows = session.execute(
        select(HmaContentRow.content_id, HmaContentRow.disable_until).where(
            HmaContentRow.content_id.in_(contents), HmaContentRow.disable_until != ENABLED
        )
    )
    now = time.time()
    return {content for content, until in rows if until == 0 or until > now}
