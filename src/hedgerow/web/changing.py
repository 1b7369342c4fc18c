"""Changes: done in a thread, and followed before they are answered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from hedgerow.index import IndexProblem
from hedgerow.store import StoreProblem
from hedgerow.web.service import Service

Result = TypeVar("Result")

_log = logging.getLogger(__name__)


async def change(service: Service, call: Callable[[], Result]) -> Result:
    """What `call` returns, which changes the banks; the next upload is compared with the change.

    Raises what `call` raises, and Problem where too many changes wait.
    """

    def change_and_follow() -> Result:
        result = call()
        follow(service)
        return result

    return await service.calls.write(change_and_follow)


def follow(service: Service) -> None:
    """Take in what was changed in the banks; waits for the disk.

    A failure isn't raised: the change is done, and whoever made it must not think otherwise. What
    can't be followed is told by the state of the service, and makes uploads unchecked in time.
    """
    if service.fresh.age is None:
        return  # still being made ready, which takes it in as well
    try:
        service.fresh.refresh()
    except (StoreProblem, IndexProblem, OSError) as problem:
        _log.warning("a change is done, but can't be followed yet: %s", problem)
