"""Roles, and what each opens. Nothing else in the package decides who may do what."""

from collections.abc import Iterable
from enum import StrEnum

from hedgerow.accounts.errors import BadPerson


class Role(StrEnum):
    """What a person is here for. A person has one or more."""

    MODERATOR = "moderator"
    """Reviews cases."""
    COMPANION = "companion"
    """Trained to work with people whose own pictures are spread; reviews what matches those."""
    LEAD = "lead"
    """Answers for the review: assigns, reopens, sets the limits of care, edits banks."""
    ADMINISTRATOR = "administrator"
    """Keeps people, keys and settings. Sees no case and no media."""
    ANALYST = "analyst"
    """Sees numbers."""
    AUDITOR = "auditor"
    """Reads the log, and changes nothing."""


class Permission(StrEnum):
    """What a page or a call needs. None implies another."""

    NUMBERS = "numbers"
    REVIEW = "review"
    REVEAL = "reveal"
    LEAD = "lead"
    SURVIVORS = "survivors"
    """Works with people's own pictures: their messages, their notices, matches on them."""
    BANKS_READ = "banks_read"
    BANKS_EDIT = "banks_edit"
    PEOPLE = "people"
    KEYS = "keys"
    WEBHOOKS = "webhooks"
    SETTINGS = "settings"
    LOG = "log"
    SELF = "self"
    """What everybody has who is signed in: their own account."""


_MODERATOR = {Permission.NUMBERS, Permission.REVIEW, Permission.REVEAL, Permission.BANKS_READ}
_OPENS: dict[Role, set[Permission]] = {
    Role.MODERATOR: _MODERATOR,
    Role.COMPANION: _MODERATOR | {Permission.SURVIVORS},
    Role.LEAD: _MODERATOR | {Permission.LEAD, Permission.BANKS_EDIT},
    Role.ADMINISTRATOR: {
        Permission.NUMBERS,
        Permission.PEOPLE,
        Permission.KEYS,
        Permission.WEBHOOKS,
        Permission.SETTINGS,
        Permission.BANKS_READ,
    },
    Role.ANALYST: {Permission.NUMBERS},
    Role.AUDITOR: {Permission.LOG},
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """What somebody with these roles may do: what each opens, but the log to nobody who reviews."""
    opened = frozenset({Permission.SELF}.union(*(_OPENS[role] for role in roles)))
    # The log tells what the first person said of a case, before the second has.
    return opened - {Permission.LOG} if Permission.REVIEW in opened else opened


def checked_roles(given: Iterable[str]) -> tuple[Role, ...]:
    """The roles, each once, in their order.

    Raises:
        BadPerson: there are none, one is unknown, or two don't go together.
    """
    wanted = set(given)
    if unknown := wanted - set(Role):
        msg = f"there is no role {min(unknown)[:16]!r}; there are {', '.join(Role)}"
        raise BadPerson(msg)
    if not wanted:
        msg = f"a person needs a role: {', '.join(Role)}"
        raise BadPerson(msg)
    found = tuple(role for role in Role if role in wanted)
    if Role.AUDITOR in found and Permission.REVIEW in permissions_of(found):
        msg = (
            "an auditor can't be moderator, companion or lead as well: the log tells what the "
            "first person said of a case before the second has; leave one out, and let somebody "
            "else be that"
        )
        raise BadPerson(msg)
    return found
