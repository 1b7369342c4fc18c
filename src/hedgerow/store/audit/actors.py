"""Who is acting: kept for the context of a request or a command, so that no call hands it on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """What kind of actor it is."""

    PERSON = "person"
    KEY = "key"
    COMMAND = "command"
    SERVICE = "service"
    VISITOR = "visitor"
    """Somebody on the survivors' pages: nobody asks who they are, and so the log doesn't say."""


_NUMBERED = frozenset({ActorKind.PERSON, ActorKind.KEY})


@dataclass(frozen=True)
class Actor:
    """Who did something.

    Attributes:
        kind: a person, an API key, a command on the machine, or the service by itself.
        number: of the person or the API key; None for the other kinds.

    Raises ValueError where a number is missing, or not to be.
    """

    kind: ActorKind
    number: int | None = None

    def __post_init__(self) -> None:
        if (self.kind in _NUMBERED) != (self.number is not None):
            raise ValueError(f"an actor of kind {self.kind} can't have the number {self.number}")

    def __str__(self) -> str:
        return str(self.kind) if self.number is None else f"{self.kind} {self.number}"


COMMAND = Actor(ActorKind.COMMAND)
"""A command that somebody ran on the machine: who acts where nothing else is said."""

SERVICE = Actor(ActorKind.SERVICE)
"""The service by itself, as when it destroys what was kept for long enough."""

_acting: ContextVar[Actor] = ContextVar("hedgerow_acting", default=COMMAND)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Let `actor` be the one who acts within the block, in this context alone.

    A thread that is started within it begins with nobody's context: hand the context on
    (`contextvars.copy_context`), or enter the block there.
    """
    before = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(before)


def act_as(actor: Actor) -> None:
    """Let `actor` be the one who acts from here on, in this context: of one request, say."""
    _acting.set(actor)


def acting_now() -> Actor:
    """Return who acts in this context."""
    return _acting.get()
