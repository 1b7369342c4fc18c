"""What the pages of the banks share: changes that are followed, and what isn't there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from hedgerow.accounts import People, Permission
from hedgerow.banks import Bank, NoSuchBank, NoSuchContent
from hedgerow.cases import DEFAULTS, ReviewPolicy
from hedgerow.signals import Comparison, registry
from hedgerow.web.changing import change
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.visit import Visit
from hedgerow.web.html.refusals import Refusal

Result = TypeVar("Result")


async def changed(visit: Visit, call: Callable[[], Result]) -> Result:
    """Change banks in this person's name; the next upload is compared with the change.

    Raises what `call` raises.
    """
    with known():
        return await change(visit.service, visit.named(call))


@contextmanager
def known() -> Iterator[None]:
    """A bank or a content that isn't there is a page that isn't there."""
    try:
        yield
    except (NoSuchBank, NoSuchContent):
        raise nothing_here() from None


async def check_may_look_into(visit: Visit, name: str) -> None:
    """See that this person may look at what is in a bank; raises Refusal.

    Hashes of people's own pictures are about these people: whoever isn't trained to work with them
    sees how many there are, and nothing of them.
    """
    rooms, cases = visit.service.banks, visit.service.cases
    with known():
        bank, policies = await visit.read(lambda: (rooms.get(name), cases.policies()))
    if policies.get(bank.id, policies[DEFAULTS]).trained and not visit.may(Permission.SURVIVORS):
        raise Refusal(
            403,
            "This bank is for people trained for it",
            "What is in it is about the people in the pictures. An administrator can give somebody "
            "who is trained the role companion.",
        )


class Deciders(NamedTuple):
    """How many people who are active may decide cases under a policy; `leads`: of those."""

    people: int
    leads: int


def deciders_of(policy: ReviewPolicy, people: People) -> Deciders:
    """Who is there to decide such cases; a query."""
    found = people.active(Permission.SURVIVORS if policy.trained else Permission.REVIEW)
    return Deciders(len(found), sum(each.may(Permission.LEAD) for each in found))


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
