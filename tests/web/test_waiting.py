import asyncio
from collections.abc import Awaitable, Callable

import pytest

from hedgerow.web.waiting import within

LONG = 30.0


def run(work: Callable[[], Awaitable[object]]) -> object:
    async def all_of_it() -> object:
        return await asyncio.wait_for(work(), LONG)

    return asyncio.run(all_of_it())


async def answering(waits: int) -> int:
    for _ in range(waits):
        await asyncio.sleep(0.001)
    return waits


async def failing(waits: int) -> None:
    await answering(waits)
    raise LookupError(waits)


@pytest.mark.parametrize("waits", [0, 1, 5])
def test_what_is_done_in_time_is_returned(waits: int) -> None:
    assert run(lambda: within(LONG, answering(waits))) == waits


@pytest.mark.parametrize("waits", [0, 1, 5])
def test_what_is_raised_is_raised(waits: int) -> None:
    with pytest.raises(LookupError):
        run(lambda: within(LONG, failing(waits)))


def test_what_takes_longer_is_ended_there() -> None:
    seen: list[str] = []

    async def endless() -> None:
        await asyncio.sleep(0.001)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0.001)  # tidying up may wait, too
            seen.append("ended")
            raise

    async def work() -> str:
        try:
            await within(0.05, endless())
        except TimeoutError:
            seen.append("told")
        await asyncio.sleep(0.001)  # its task goes on
        return "after"

    assert (run(work), seen) == ("after", ["ended", "told"])


def test_it_may_be_ended_at_its_first_wait() -> None:
    with pytest.raises(TimeoutError):
        run(lambda: within(0.05, asyncio.Event().wait()))


def test_what_it_makes_of_its_end_is_taken() -> None:
    async def stubborn() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "all the same"
        return "never"

    assert run(lambda: within(0.05, stubborn())) == "all the same"


def test_who_waits_can_be_cancelled() -> None:
    seen: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("ended")

    async def work() -> None:
        task = asyncio.create_task(within(LONG, endless()))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(work)
    assert seen == ["ended"]
