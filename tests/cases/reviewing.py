"""Many people who review at once, each in a thread of their own; some of them vanish."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from tests.cases.making import person

from hedgerow.accounts import Person, Role
from hedgerow.cases import CaseDetails, Cases, Choice, NotNow, NotYours, Status
from hedgerow.store import DatabaseBusy, now

LEADS = 20
PAUSE_SECONDS = 0.05


@dataclass
class Shift:
    """What happened while they worked.

    `twice`: cases that two people had in hand at once. `did`: how often what was done.
    """

    number: int
    twice: list[int] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._hands: dict[int, tuple[int, datetime]] = {}
        self._noting = threading.Lock()

    def taken(self, who: Person, case: CaseDetails) -> bool:
        """Note who has a case, and whether somebody else still had it.

        False where the lease was over before it could be noted: others may have the case by then.
        """
        with self._noting:
            if case.lease is None or case.lease.until <= now():
                return False
            holder, until = self._hands.get(case.id, (who.id, now()))
            if holder != who.id:
                self.did["taken over"] += 1
                if until > now():
                    self.twice.append(case.id)
            self._hands[case.id] = who.id, case.lease.until
            return True

    def given_back(self, case: CaseDetails) -> None:
        """Note that somebody is about to let go of a case."""
        with self._noting:
            self._hands.pop(case.id, None)

    def note(self, what: str) -> None:
        """Count what was done."""
        with self._noting:
            self.did[what] += 1


def review_all(cases: Cases, number: int, reviewers: int, seconds: float) -> Shift:
    """Let so many people review until `number` cases are decided, or the time is over."""
    shift = Shift(number)
    until = time.monotonic() + seconds
    people = [
        person(100 + each, Role.LEAD if each < LEADS else Role.MODERATOR)
        for each in range(reviewers)
    ]
    with ThreadPoolExecutor(reviewers) as threads:
        list(threads.map(lambda who: _work(cases, shift, who, until), people))
    return shift


def _work(cases: Cases, shift: Shift, who: Person, until: float) -> None:
    dice = random.Random(who.id)
    while time.monotonic() < until:
        try:
            case = cases.take_next(who)
            if case is None:
                if cases.counts()[Status.DECIDED] >= shift.number:
                    return
                time.sleep(PAUSE_SECONDS * dice.random())
                continue
            if not shift.taken(who, case):
                shift.note("too late")
                continue
            _one(cases, shift, who, case, dice)
        except DatabaseBusy:
            shift.note("busy")
        except NotYours:
            shift.note("too late")


def _one(cases: Cases, shift: Shift, who: Person, case: CaseDetails, dice: random.Random) -> None:
    roll = dice.random()
    if roll < 0.05:
        shift.note("vanished")
        assert case.lease is not None
        # Until others may have the case; then they come back as if nothing had been.
        time.sleep(max(0.0, (case.lease.until - now()).total_seconds()) + PAUSE_SECONDS)
        return
    if roll < 0.10:
        shift.given_back(case)
        cases.skip(who, case.id)
        shift.note("skipped")
        return
    if roll < 0.20:
        cases.renew(who, case.id)
    choice = dice.choices(
        [Choice.CONFIRM, Choice.DISPUTE, Choice.NOT_SURE, Choice.ESCALATE], [90, 6, 2, 2]
    )[0]
    shift.given_back(case)
    try:
        cases.decide(who, case.id, choice, note="as seen")
        shift.note(choice)
    except NotNow:
        shift.note("refused")
