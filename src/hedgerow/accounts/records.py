"""What this room hands out: plain values, never rows of a table, and never a key."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hedgerow.accounts.errors import BadKey

MAX_NAME = 128
"""Characters of a key's name."""


class Scope(StrEnum):
    """What a key may do. None of them implies another."""

    MATCH = "match"
    """Check uploads."""
    READ = "read"
    """See banks, their content, and how the service does."""
    WRITE = "write"
    """Change banks and their content."""
    CASES = "cases"
    """See what became of matches, and hand in complaints."""
    ADMIN = "admin"
    """Make and revoke keys."""


@dataclass(frozen=True)
class ApiKey:
    """An API key, without what makes it one.

    Attributes:
        id: number, never used again.
        name: what it is for.
        scopes: what it may do.
        hint: its first characters, to tell it from others.
        created_at: UTC.
        last_used_at: UTC, as last written, see `KeyRing.flush`; None before its first use.
        revoked_at: UTC; None while it is good.
    """

    id: int
    name: str
    scopes: frozenset[Scope]
    hint: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def checked_scopes(given: Iterable[str]) -> tuple[Scope, ...]:
    """The scopes, each once, in their order.

    Raises:
        BadKey: there are none, or one is unknown.
    """
    wanted = set(given)
    if unknown := wanted - set(Scope):
        # Not all of a long one: it could be a key in the wrong place.
        msg = f"there is no scope {min(unknown)[:12]!r}; there are {', '.join(Scope)}"
        raise BadKey(msg)
    if not wanted:
        msg = f"a key needs a scope: {', '.join(Scope)}"
        raise BadKey(msg)
    return tuple(scope for scope in Scope if scope in wanted)


def checked_name(name: str) -> str:
    """The name, if a key can have it.

    Raises:
        BadKey: it can't.
    """
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable() or name != name.strip():
        msg = f"a key's name has 1 to {MAX_NAME} printable characters and no space around it"
        raise BadKey(msg)
    return name
