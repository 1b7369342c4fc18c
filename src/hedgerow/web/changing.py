"""Changes: done in a thread, and followed before they are answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hedgerow.web.service import Service

Result = TypeVar("Result")


async def change(service: Service, call: Callable[[], Result]) -> Result:
    """What `call` returns, which changes the banks; the next upload is compared with the change.

    Raises what `call` raises, and Problem where too many changes wait.
    """

    def change_and_follow() -> Result:
        result = call()
        service.fresh.follow()
        return result

    return await service.calls.write(change_and_follow)
