"""Keys stay fresh and their uses are written, whatever goes wrong meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from hedgerow.store import DatabaseBusy
from hedgerow.web.keeping import Chore, Keeper

PATIENCE = 60


class Ring:
    """Stands for the keys: fails as it is told, and tells when it was asked."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.problem = problem
        self.refreshed = threading.Semaphore(0)
        self.flushed = threading.Semaphore(0)
        self.hold_flush = threading.Event()
        self.hold_flush.set()

    def refresh(self) -> None:
        self.refreshed.release()
        if self.problem is not None:
            raise self.problem

    def flush(self) -> None:
        self.flushed.release()
        assert self.hold_flush.wait(PATIENCE)
        if self.problem is not None:
            raise self.problem


def keeping(ring: Ring, uses_seconds: float = 0.001) -> Keeper:
    return Keeper(
        [
            Chore(ring.refresh, 0.001, "the keys can't be read"),
            Chore(ring.flush, uses_seconds, "uses can't be written", at_end=True),
        ]
    )


@pytest.mark.parametrize(
    ("problem", "traced"), [(DatabaseBusy("busy"), False), (ZeroDivisionError("a fault"), True)]
)
def test_it_goes_on_after_any_failure(
    problem: Exception, traced: bool, caplog: pytest.LogCaptureFixture
) -> None:
    ring = Ring(problem)
    with keeping(ring):
        again: list[Callable[..., bool]] = [ring.refreshed.acquire, ring.flushed.acquire] * 3
        assert all(acquire(timeout=PATIENCE) for acquire in again)
    assert "the keys can't be read" in caplog.text
    assert ("Traceback" in caplog.text) == traced


def test_keys_are_read_while_a_use_waits_to_be_written() -> None:
    ring = Ring()
    ring.hold_flush.clear()
    with keeping(ring):
        assert ring.flushed.acquire(timeout=PATIENCE)
        assert all(ring.refreshed.acquire(timeout=PATIENCE) for _ in range(5))
        ring.hold_flush.set()


def test_uses_are_written_at_the_end() -> None:
    ring = Ring()
    with keeping(ring, uses_seconds=3600):
        assert ring.refreshed.acquire(timeout=PATIENCE)
        assert not ring.flushed.acquire(blocking=False)
    assert ring.flushed.acquire(blocking=False)
