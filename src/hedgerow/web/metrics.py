"""What Prometheus is told: counts and times, never anything of an upload."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)

from hedgerow.matching import Answer, Verdict

if TYPE_CHECKING:
    from hedgerow.web.service import Service

_SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder where several processes keep their figures; read by prometheus-client."""

Together = Literal["livemax", "livemin", "livesum"]
"""How the figures of several processes become one."""

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


disable_created_metrics()  # type: ignore[no-untyped-call]  # a third more lines that nobody reads


def prepare_metrics(folder: Path, workers: int) -> None:
    """Give several processes a folder to share their figures by; an old one's are dropped.

    Before any of them is started, as prometheus-client looks for it when it is loaded.
    """
    if workers > 1:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        os.environ[_SHARED] = str(folder)


def _forget_the_dead(folder: Path) -> None:
    """Drop the figures of how things stand in processes that were killed; their counts stay."""
    for file in folder.glob("gauge_live*_*.db"):
        process = int(file.stem.rpartition("_")[2])
        if not Path(f"/proc/{process}").exists():
            multiprocess.mark_process_dead(process)  # type: ignore[no-untyped-call]  # it has none


class Metrics:
    """The measurements of one process; a scrape of any process tells those of all."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._timers: dict[tuple[int, str], Histogram] = {}
        self._counts: dict[tuple[object, ...], Counter] = {}
        self.requests = self._counter(
            "requests", "Requests by route, method and status.", "route", "method", "status"
        )
        self.seconds = self._histogram(
            "request_seconds", "Time until the whole answer was sent, by route.", "route"
        )
        self.stages = self._histogram(
            "stage_seconds", "Time by stage: fetch, hash, queue, compare.", "stage"
        )
        self.verdicts = self._counter(
            "verdicts", "Answers by verdict; those of the test picture apart.", "verdict", "test"
        )
        self.unchecked = self._counter(
            "unchecked", "Uploads that could not be checked, by reason.", "reason"
        )
        self.refused = self._counter("refused", "Requests refused for load, by status.", "status")
        self.looked_at = self._gauge(
            "index_looked_at_seconds",
            "When the banks were last looked at, as Unix time; the oldest; 0 before the first.",
            "livemin",
        )
        self.sequence = self._gauge(
            "index_sequence",
            "State of the banks compared with; the oldest process.",
            "livemin",
        )
        self.size = self._gauge(
            "index_codes", "Hashes in the index, by signal type.", "livemax", "type"
        )
        self.queued = self._gauge("queued_codes", "Hashes that wait to be compared.", "livesum")
        self.uploads = self._gauge("uploads", "Files being hashed or waiting for it.", "livesum")

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"hedgerow_{name}", told, labels, registry=self.registry)

    def _histogram(self, name: str, told: str, *labels: str) -> Histogram:
        return Histogram(f"hedgerow_{name}", told, labels, registry=self.registry, buckets=_SECONDS)

    def _gauge(self, name: str, told: str, together: Together, *labels: str) -> Gauge:
        return Gauge(
            f"hedgerow_{name}", told, labels, registry=self.registry, multiprocess_mode=together
        )

    def stage(self, name: str, seconds: float) -> None:
        """Note how long a stage took."""
        self._timer(self.stages, name).observe(seconds)

    # What is looked up for each request is remembered: finding it anew takes ten times as long.

    def _timer(self, of: Histogram, label: str) -> Histogram:
        key = (id(of), label)
        found = self._timers.get(key)
        if found is None:
            found = self._timers[key] = of.labels(label)
        return found

    def _count(self, of: Counter, *labels: str) -> None:
        key = (id(of), *labels)
        found = self._counts.get(key)
        if found is None:
            found = self._counts[key] = of.labels(*labels)
        found.inc()

    @contextmanager
    def timing(self, name: str) -> Iterator[None]:
        """Note how long what is done inside takes, as a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.stage(name, time.perf_counter() - began)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._count(self.requests, route, method, str(status))
        self._timer(self.seconds, route).observe(seconds)
        if status in (429, 503):
            self._count(self.refused, str(status))

    def verdict(self, answer: Answer) -> None:
        """Count one answer."""
        self._count(self.verdicts, answer.verdict, "true" if answer.test else "false")
        if answer.verdict is Verdict.UNCHECKED:
            assert answer.error is not None
            self._count(self.unchecked, answer.error["code"])

    def look(self, service: Service) -> None:
        """Note how the service stands; done with each look at the banks, and when asked."""
        age = service.fresh.age
        self.looked_at.set(0 if age is None else time.time() - age)
        self.sequence.set(service.fresh.sequence)
        for name, codes in service.fresh.matcher.codes.items():
            self.size.labels(name).set(codes)
        self.queued.set(service.turns.queued)
        self.uploads.set(service.uploads)

    def text(self, service: Service) -> tuple[bytes, str]:
        """The figures of all processes, and the media type of this text."""
        self.look(service)
        registry = self.registry
        if _SHARED in os.environ:
            _forget_the_dead(Path(os.environ[_SHARED]))
            registry = CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it has none
        return generate_latest(registry), CONTENT_TYPE_LATEST
