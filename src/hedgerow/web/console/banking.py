"""What the pages of the banks share: changes that leave a line in the log and are followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from hedgerow.banks import Bank, NoSuchBank, NoSuchContent
from hedgerow.signals import Comparison, registry
from hedgerow.store import record
from hedgerow.web.changing import change
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.visit import Visit

Result = TypeVar("Result")

Detail = str | int | bool | None


async def changed(
    visit: Visit,
    call: Callable[[], Result],
    action: str,
    told: Callable[[Result], tuple[str, dict[str, Detail]]],
) -> Result:
    """Change banks in this person's name; the log has a line exactly if the change was made.

    told: what the line is about and what it says, from what `call` returned.
    Raises what `call` raises.
    """

    def change_and_tell() -> Result:
        with visit.service.database.write() as session:
            result = call()
            subject, details = told(result)
            record(session, action, subject, **details)
            return result

    with known():
        return await change(visit.service, visit.named(change_and_tell))


@contextmanager
def known() -> Iterator[None]:
    """A bank or a content that isn't there is a page that isn't there."""
    try:
        yield
    except (NoSuchBank, NoSuchContent):
        raise nothing_here() from None


class Threshold(NamedTuple):
    """How near a signal has to be in a bank. `own`: whether the bank says so itself."""

    signal_type: str
    distance: int
    default: int
    most: int
    own: bool


def thresholds_of(bank: Bank) -> list[Threshold]:
    """By signal type, of those where a threshold means anything."""
    return [
        Threshold(
            name,
            bank.thresholds.get(name, each.default_threshold),
            each.default_threshold,
            each.max_distance,
            name in bank.thresholds,
        )
        for name, each in sorted(registry().items())
        if each.comparison is not Comparison.EQUAL
    ]
