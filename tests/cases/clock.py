"""A clock that tests set forward: every module of the room that asks for the time asks this one."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import datetime, timedelta

import pytest

import hedgerow.cases
from hedgerow.store import now


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = now()

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        """Let so much time pass: `forward(minutes=5)`."""
        self.at += timedelta(**span)


def put(clock: Clock, patch: pytest.MonkeyPatch) -> None:
    """Let the room's own modules (those of webhooks apart), and the vault, go by this clock."""
    for each in pkgutil.iter_modules(hedgerow.cases.__path__):
        if each.ispkg:
            continue
        module = importlib.import_module(f"hedgerow.cases.{each.name}")
        if getattr(module, "now", None) is now:
            patch.setattr(module, "now", clock)
    patch.setattr("hedgerow.store.objects.vault.now", clock)
