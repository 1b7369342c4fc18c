"""Two that write at a time: one stops before its commit, and the other meets it there."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from hedgerow.store import Database

SECONDS = 60


def outcome(future: "Future[object]") -> object:
    """What was returned or raised, once it has ended."""
    return future.exception(SECONDS) or future.result()


@contextmanager
def stopped_before_commit(
    database: Database, action: Callable[[], object]
) -> Iterator[Callable[[], object]]:
    """Do something in another thread up to its commit; what is given lets it commit."""
    ready, go_on = threading.Event(), threading.Event()

    def act() -> object:
        with database.write():
            result = action()
            ready.set()
            assert go_on.wait(SECONDS)
            return result

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(act)
        future.add_done_callback(lambda _: ready.set())

        def commit() -> object:
            go_on.set()
            return outcome(future)

        assert ready.wait(SECONDS)
        try:
            yield commit
        finally:
            go_on.set()
