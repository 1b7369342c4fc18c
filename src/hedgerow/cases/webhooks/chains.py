"""Attempts as durable workflows of dbos: what is waited for survives the process.

Each attempt is a workflow of its own, in a queue that dbos keeps in its database; one that failed
puts the next into the queue, with the wait as its delay. So nothing sleeps in memory, however many
deliveries wait for however long, and a workflow's life is one request long, which keeps it fit for
other versions of this code. Each endpoint is a partition of the queue: one that answers slowly
uses up its own share.

dbos is one for each process: import this in the courier alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig, Serializer, SetEnqueueOptions, SetWorkflowID

from hedgerow.cases.webhooks.attempts import Attempts
from hedgerow.cases.webhooks.limits import WebhookLimits
from hedgerow.store import Database

QUEUE = "webhooks"
SCHEMA = "dbos"
"""Where dbos keeps its tables in PostgreSQL."""

_NAME = "hedgerow"
# The same for all versions, or what an older one began would wait for that one's return.
_VERSION = "1"
_EXECUTOR = "courier"
_BEGUN = "PENDING"
_ALIVE = ["ENQUEUED", "DELAYED", _BEGUN]
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_A_TIME = 500


class _Plain(Serializer):
    """Numbers and words as JSON. dbos would use pickle, which runs whatever is in the database."""

    def serialize(self, data: Any) -> str:
        return json.dumps(data, default=lambda other: {"error": type(other).__name__})

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data)

    def name(self) -> str:
        return "hedgerow_json"


class DurableChains:
    """The chains of attempts of this process; one for its whole life."""

    def __init__(
        self, database: Database, folder: Path, attempts: Attempts, limits: WebhookLimits
    ) -> None:
        """Open dbos's tables, and go on with what was begun.

        folder: for its database where ours is SQLite; in PostgreSQL it has a schema beside ours.
        """
        config: DBOSConfig = {
            "name": _NAME,
            **_where(database, folder),
            "application_version": _VERSION,
            "executor_id": _EXECUTOR,
            "serializer": _Plain(),
            "use_listen_notify": False,
            "log_level": "WARNING",
        }
        DBOS(config=config)

        @DBOS.step(name="attempt")
        def attempt(delivery_id: int, ticket: str, number: int) -> float | None:
            return attempts.attempt(delivery_id, ticket, number)

        @DBOS.workflow(name="deliver")
        def deliver(delivery_id: int, endpoint_id: int, ticket: str, number: int) -> None:
            with self._running(_id_of(ticket, number)):
                wait = attempt(delivery_id, ticket, number)
                if wait is not None:
                    self.start(delivery_id, endpoint_id, ticket, number + 1, wait)

        self._deliver = deliver
        self._at_work: set[str] = set()
        self._halfway: set[str] = set()
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=limits.max_under_way,
            partition_worker_concurrency=min(limits.max_per_endpoint, limits.max_under_way),
            polling_interval_sec=limits.poll_seconds,
            on_conflict="always_update",
        )

    def start(
        self, delivery_id: int, endpoint_id: int, ticket: str, number: int, wait: float
    ) -> None:
        """As `taking.Chains` says."""
        with (
            SetWorkflowID(_id_of(ticket, number)),
            SetEnqueueOptions(queue_partition_key=str(endpoint_id), delay_seconds=wait or None),
        ):
            DBOS.enqueue_workflow(QUEUE, self._deliver, delivery_id, endpoint_id, ticket, number)

    def alive(self) -> Collection[str]:
        """As `taking.Chains` says."""
        found = DBOS.list_workflows(status=_ALIVE, load_input=False, load_output=False)
        return {each.workflow_id.partition("/")[0] for each in found}

    def wake(self) -> int:
        """Go on with attempts that have begun and that nothing works at; returns how many.

        Where the connection is lost as dbos claims an attempt, or as its thread writes down what
        came of it, the database knows of an attempt that no thread has. Called now and then: those
        that were so at the call before, too, are put into the queue again.
        """
        found = DBOS.list_workflows(status=[_BEGUN], load_input=False, load_output=False)
        halfway = {each.workflow_id for each in found} - self._at_work
        stuck = halfway & self._halfway
        self._halfway = halfway - stuck
        if stuck:
            DBOS.resume_workflows([*stuck], queue_name=QUEUE)
        return len(stuck)

    @contextmanager
    def _running(self, workflow_id: str) -> Iterator[None]:
        self._at_work.add(workflow_id)
        try:
            yield
        finally:
            self._at_work.discard(workflow_id)

    def tidy(self) -> int:
        """Forget some of the attempts that were made; returns how many."""
        found = DBOS.list_workflows(
            status=_ENDED, limit=_A_TIME, load_input=False, load_output=False
        )
        if found:
            DBOS.delete_workflows([each.workflow_id for each in found])
        return len(found)

    def close(self, seconds: int) -> None:
        """Take no more; wait at most this long for attempts under way."""
        DBOS.destroy(workflow_completion_timeout_sec=seconds)


def _id_of(ticket: str, number: int) -> str:
    """What dbos knows an attempt by."""
    return f"{ticket}/{number}"


def _where(database: Database, folder: Path) -> DBOSConfig:
    if database.engine.dialect.name == "postgresql":
        # Ours, which knows how to keep passwords and rows out of errors.
        return {"system_database_engine": database.engine, "dbos_system_schema": SCHEMA}
    path = str(folder.absolute() / "courier.db").replace("%", "%25").replace("?", "%3F")
    return {"system_database_url": f"sqlite:///{path}"}
