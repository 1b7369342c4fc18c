"""What a courier does all day."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Self

from hedgerow.cases.webhooks import taking
from hedgerow.cases.webhooks.attempts import Attempts
from hedgerow.cases.webhooks.chains import DurableChains
from hedgerow.cases.webhooks.plan import CourierPlan
from hedgerow.cases.webhooks.sending import Sender
from hedgerow.store import Database, StoreProblem, Vault, now

_ALIVE_SECONDS = 15.0
_OVERDUE_SECONDS = 60.0
_TIDY_SECONDS = 600.0
_A_MOMENT = 1.0
_MOST_SECONDS = 30.0
"""Between two tries while the database can't be used."""

_log = logging.getLogger(__name__)


class Work:
    """Takes from the outbox and sends, until told to stop.

    A context manager, which waits for attempts under way when it is left without an exception.
    Otherwise the process is to end at once, and they are made again. Raises StoreProblem.
    """

    def __init__(self, plan: CourierPlan, database: Database, stopping: threading.Event) -> None:
        self._limits = plan.limits
        self._database = database
        self._stopping = stopping
        sender = Sender(plan.limits.timeout_seconds, plan.limits.max_under_way)
        attempts = Attempts(database, Vault(plan.vault_key), sender, plan.limits)
        self._chains = DurableChains(database, plan.folder, attempts, plan.limits)
        self._turns = (
            _Turn(_ALIVE_SECONDS, self._note_alive, at_once=True),
            _Turn(_OVERDUE_SECONDS, self._look_for_overdue),
            _Turn(_TIDY_SECONDS, self._tidy, at_once=True),
        )
        self._turned = time.monotonic()

    def run(self) -> None:
        """Work until told to stop."""
        taking.give_back(self._database, self._chains, None)
        _log.info("at work")
        wait = self._limits.poll_seconds
        while not self._stopping.wait(wait):
            try:
                self._once()
                wait = self._limits.poll_seconds
            except StoreProblem as problem:
                # The outbox keeps what is in it; whoever reads the log learns why it waits.
                wait = max(self._limits.poll_seconds, min(2 * wait, _MOST_SECONDS))
                _log.warning("%s; next try in %g s", problem, wait)

    def _once(self) -> None:
        """Take all that waits; however much that is, the turns come in between."""
        more = True
        while more and not self._stopping.is_set():
            at = time.monotonic()
            for turn in self._turns:
                turn.take(at - self._turned)
            self._turned = at
            more = bool(taking.take(self._database, self._chains))

    def _note_alive(self) -> None:
        taking.note_alive(self._database, now())

    def _look_for_overdue(self) -> None:
        if woken := self._chains.wake():
            _log.warning("%d attempts had stopped halfway, and are made again", woken)
        since = now() - timedelta(seconds=_OVERDUE_SECONDS)
        if lost := taking.give_back(self._database, self._chains, since):
            _log.warning("%d deliveries were not tried when they should have been", lost)

    def _tidy(self) -> bool:
        """Delete what is old, for a moment; whether there is more. Events don't wait for it."""
        until = time.monotonic() + _A_MOMENT
        while not self._stopping.is_set() and time.monotonic() < until:
            old = taking.tidy(self._database, now(), self._limits.keep_days)
            if not self._chains.tidy() and not old:
                return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._chains.close(math.ceil(self._limits.stop_seconds))


class _Turn:
    """Something that is done now and then; again at once where it says that there is more."""

    def __init__(self, every: float, call: Callable[[], object], *, at_once: bool = False) -> None:
        self._every, self._call = every, call
        self._left = 0.0 if at_once else every

    def take(self, passed: float) -> None:
        """Do it, if it is time; `passed`: seconds since the last call."""
        self._left -= passed
        if self._left <= 0:
            self._left = 0.0 if self._call() is True else self._every
