"""What Prometheus is told: counts and times, never anything of an upload."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from hedgerow.matching import Answer, Verdict

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The measurements of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "hedgerow_requests", "Requests by route and status.", ["route", "method", "status"],
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "hedgerow_request_seconds", "Time to the end of the answer, by route.", ["route"],
            registry=self.registry, buckets=_SECONDS,
        )  # fmt: skip
        self.stages = Histogram(
            "hedgerow_stage_seconds", "Time by stage of matching.", ["stage"],
            registry=self.registry, buckets=_SECONDS,
        )  # fmt: skip
        self.verdicts = Counter(
            "hedgerow_verdicts", "Answers by verdict; tests apart.", ["verdict", "test"],
            registry=self.registry,
        )  # fmt: skip
        self.unchecked = Counter(
            "hedgerow_unchecked", "Uploads that could not be checked, by reason.", ["reason"],
            registry=self.registry,
        )  # fmt: skip
        self.refused = Counter(
            "hedgerow_refused", "Requests refused for load, by reason.", ["reason"],
            registry=self.registry,
        )  # fmt: skip
        self._gauge = Gauge

    def stage(self, name: str, seconds: float) -> None:
        """Note how long a stage took."""
        self.stages.labels(name).observe(seconds)

    @contextmanager
    def timing(self, name: str) -> Iterator[None]:
        """Note how long what is done inside takes, as a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.stage(name, time.perf_counter() - began)

    def verdict(self, answer: Answer) -> None:
        """Count one answer."""
        self.verdicts.labels(answer.verdict, "true" if answer.test else "false").inc()
        if answer.verdict is Verdict.UNCHECKED:
            assert answer.error is not None
            self.unchecked.labels(answer.error["code"]).inc()
